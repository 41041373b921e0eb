//! Which connection is lent, and for how long one is.

use super::*;

fn connect(table: &Table<Toy>, effects: &Effects<Toy>, now: Instant) -> u64 {
    let id = effects.start[0].id;
    let health = Arc::<Health>::default();
    health.opened();
    let conn = Conn::new(link(0, id, &health), Arc::default(), now, &limits());
    assert_eq!(table.connected(&0, conn, now).answers.len(), 1);
    id
}

#[test]
fn the_least_loaded_connection_is_lent() {
    let table = Table::<Toy>::new(limits());
    let now = Instant::now();
    let request = || table.request(&0, now, now);
    let (_first, effects) = request();
    let one = connect(&table, &effects, now);
    let (Request::Lent(second), _) = request() else {
        panic!("the first has room for two");
    };
    assert_eq!(second.id, one);
    let (_third, effects) = request();
    let other = connect(&table, &effects, now);

    // One lease on the first, none on the other; then one on each, and room.
    for back in [one, other] {
        let _ = table.returned(&0, back, now);
    }
    for _ in 0..3 {
        let (Request::Lent(link), _) = request() else {
            panic!("there is room");
        };
        assert_eq!(link.id, other);
        let _ = table.returned(&0, other, now);
    }
}

#[test]
fn connections_that_are_opened_together_do_not_expire_together() {
    let now = Instant::now();
    let ages = (0..100).map(|id| {
        let conn = Conn::new(link(0, id, &Arc::default()), Arc::default(), now, &limits());
        conn.expires.expect("there is a limit") - now
    });
    let ages: std::collections::HashSet<_> = ages.collect();
    assert!(ages.len() > 50, "{ages:?}");
    let (limit, least) = (Duration::from_secs(30), Duration::from_secs(27));
    assert!(ages.iter().all(|age| (least..=limit).contains(age)));
}
