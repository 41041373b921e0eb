//! Who waits for the end of a back-off, and who is told at once.

use super::*;

const MILLISECOND: Duration = Duration::from_millis(1);

/// A table whose only key has just failed, for the `nth` time in a row.
fn failed(nth: usize) -> (Table<Toy>, Instant) {
    let table = Table::new(limits());
    let mut now = Instant::now();
    for _ in 0..nth {
        now += Duration::from_secs(10);
        let (request, effects) = table.request(&0, now, now);
        assert!(matches!(request, Request::Queued(..)));
        let _ = fail(&table, effects.start[0].id, now);
    }
    (table, now)
}

fn fail(table: &Table<Toy>, id: u64, now: Instant) -> Effects<Toy> {
    let error = tonic::transport::Endpoint::from_shared("no url").unwrap_err();
    let effects = table.failed(&0, &Arc::new(error), now);
    let _ = table.socket_gone(&0, id, now);
    effects
}

#[test]
fn a_near_end_is_waited_for_by_all_who_have_the_time_and_by_one_attempt() {
    let (table, now) = failed(1);
    let far = now + Duration::from_secs(1);
    let (first, effects) = table.request(&0, far, now);
    assert!(matches!(first, Request::Queued(..)));
    assert_eq!(effects.start[0].begins, now + 100 * MILLISECOND);

    let later = now + 40 * MILLISECOND;
    let (second, again) = table.request(&0, far, later);
    assert!(matches!(second, Request::Queued(..)));
    assert!(again.start.is_empty(), "one attempt (invariant 2)");

    // It would be told nothing before its own end.
    let (brief, _) = table.request(&0, now + 90 * MILLISECOND, later);
    assert!(matches!(brief, Request::Denied(Denied::BackOff(_))));

    // Both are served, or told why not, by what they have waited for.
    let told = fail(&table, effects.start[0].id, now + 101 * MILLISECOND);
    assert_eq!(told.answers.len(), 2);
}

#[test]
fn a_far_end_is_not_waited_for() {
    // 100 ms, and then twice as long.
    let (table, now) = failed(2);
    let far = now + Duration::from_secs(10);
    let (early, effects) = table.request(&0, far, now);
    assert!(matches!(early, Request::Denied(Denied::BackOff(_))));
    assert!(effects.start.is_empty());
    let (late, effects) = table.request(&0, far, now + 60 * MILLISECOND);
    assert!(matches!(late, Request::Queued(..)));
    assert!(effects.start[0].begins > now + 150 * MILLISECOND);
}

#[test]
fn who_waits_for_a_lease_waits_for_the_next_connection_when_that_breaks() {
    let (table, now) = failed(0);
    let far = now + Duration::from_secs(10);
    let (_first, effects) = table.request(&0, far, now);
    let id = effects.start[0].id;
    let health = Arc::<Health>::default();
    health.opened();
    let conn = Conn::new(link(0, id, &health), Arc::default(), now, &limits());
    assert_eq!(table.connected(&0, conn, now).answers.len(), 1);
    let (second, _) = table.request(&0, far, now);
    assert!(matches!(second, Request::Lent(_)));

    // Both places are taken. The next connection does not come about, and this
    // one breaks before it has answered anything.
    let (_third, effects) = table.request(&0, far, now);
    assert!(fail(&table, effects.start[0].id, now).answers.is_empty());
    health.closed();
    let told = table.socket_gone(&0, id, now);
    assert!(told.answers.is_empty());
    assert!(table.snapshot(u8::to_string).keys[0].connecting);
}
