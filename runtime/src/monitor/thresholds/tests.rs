use std::time::Duration;

use tokio::time::Instant;

use super::{Amount, Crossing, Measure, Thresholds, ThresholdsBuilder, look::Looks};
use crate::monitor::{Snapshot, What, snapshot::sample};

const SECOND: Duration = Duration::from_secs(1);

fn looks(thresholds: ThresholdsBuilder) -> Looks {
    Looks::new(thresholds.build().unwrap())
}

/// Whether each look raised (`true`) or cleared, if it did.
fn told(looks: &mut Looks, snapshots: impl IntoIterator<Item = Snapshot>) -> Vec<Option<bool>> {
    let mut now = Instant::now();
    let seen = snapshots.into_iter().map(|snapshot| {
        now += SECOND * 20;
        let crossings = looks.at(&snapshot, now);
        assert!(crossings.len() <= 1);
        crossings.first().map(|crossing| crossing.raised)
    });
    seen.collect()
}

#[test]
fn what_wavers_about_a_level_is_told_of_once() {
    let mut looks = looks(Thresholds::builder().between(Measure::LiveScopes, 2, 4));
    let lives = [4, 5, 4, 6, 3, 5, 2, 3, 4, 5].map(|live| sample("any", live, SECOND));
    assert_eq!(
        told(&mut looks, lives),
        [
            None,
            Some(true),
            None,
            None,
            None,
            None,
            Some(false),
            None,
            None,
            Some(true)
        ]
    );
}

#[test]
fn a_threshold_of_a_name_counts_its_scopes_alone() {
    let mut looks = looks(Thresholds::builder().above_in("mine", Measure::LiveScopes, 4));
    let scopes = [sample("other", 9, SECOND), sample("mine", 5, SECOND)];
    assert_eq!(told(&mut looks, scopes), [None, Some(true)]);
}

#[test]
fn the_growth_is_that_of_the_last_minute() {
    let mut looks = looks(Thresholds::builder().between(Measure::GrowthPerMinute, 5, 10));
    // Every 20 s. The first three grow by 8, the next by 4 more; then it stays.
    let lives = [100, 104, 108, 112, 116, 116, 116, 116].map(|n| sample("any", n, SECOND));
    let raised = told(&mut looks, lives);
    assert_eq!(
        raised,
        [None, None, None, Some(true), None, None, Some(false), None]
    );
}

#[test]
fn an_age_is_that_of_the_oldest() {
    let mut looks = looks(Thresholds::builder().above(Measure::Oldest, SECOND * 10));
    let ages = [10, 11, 9, 8].map(|age| sample("any", 3, SECOND * age));
    assert_eq!(
        told(&mut looks, ages),
        [None, Some(true), None, Some(false)]
    );
}

#[test]
fn each_measure_counts_its_own() {
    use Measure::{Clients, Connections, LiveScopes, Oldest, Overdue, Streams, Tasks};

    // Each with a task.
    let mut snapshot = sample("any", 5, SECOND);
    let client = || What::Client {
        address: None,
        connecting: true,
        lent: false,
    };
    let connection = || What::Connection {
        address: None,
        tasks: 9,
    };
    let stream = || What::Stream {
        messages: 9,
        since_last: None,
    };
    let holds: [(usize, &dyn Fn() -> What); 3] = [(2, &client), (3, &connection), (4, &stream)];
    for (count, what) in holds {
        for scope in &mut snapshot.scopes[..count] {
            let mut bond = scope.bonds[0].clone();
            bond.what = what();
            scope.bonds.push(bond);
        }
    }
    snapshot.scopes[1].age = SECOND * 7;
    snapshot.scopes[2].overdue = true;
    let counted = [LiveScopes, Tasks, Clients, Connections, Streams, Overdue]
        .map(|measure| measure.of(snapshot.scopes.iter()));
    assert_eq!(counted, [5, 5, 2, 3, 4, 1].map(Amount::Count));
    let oldest = Oldest.of(snapshot.scopes.iter());
    assert_eq!(oldest, Amount::Age(SECOND * 7));
}

#[test]
fn a_level_that_is_not_said_recovers_at_four_fifths() {
    let mut looks = looks(Thresholds::builder().above(Measure::LiveScopes, 10));
    let lives = [11, 9, 8].map(|live| sample("any", live, SECOND));
    assert_eq!(told(&mut looks, lives), [Some(true), None, Some(false)]);
}

#[test]
fn what_is_overdue_at_all_is_told() {
    let mut looks = looks(Thresholds::builder().above(Measure::Overdue, 0));
    let mut overdue = sample("any", 2, SECOND);
    overdue.scopes[1].overdue = true;
    let fine = sample("any", 2, SECOND);
    assert_eq!(
        told(&mut looks, [fine.clone(), overdue, fine]),
        [None, Some(true), Some(false)]
    );
}

#[test]
fn a_crossing_says_what_it_is() {
    let mut looks = looks(Thresholds::builder().above_in("mine", Measure::LiveScopes, 4));
    let crossings = looks.at(&sample("mine", 5, SECOND), Instant::now());
    assert_eq!(crossings[0].value, Amount::Count(5));
    let recovered = looks.at(&sample("mine", 2, SECOND), Instant::now());
    let said = crossings.iter().chain(&recovered).map(Crossing::to_string);
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            "live scopes of `mine`: 5, above 4",
            "live scopes of `mine`: 2, back at 3 or below"
        ]
    );
}

#[test]
fn contradictions_are_refused() {
    use Measure::{GrowthPerMinute, LiveScopes, Oldest, Tasks};
    let new = Thresholds::builder;
    let refused: [(ThresholdsBuilder, &str); 9] = [
        (new(), "no threshold"),
        (new().above(Tasks, 1).every(Duration::ZERO), "some time"),
        (
            new().above(GrowthPerMinute, 1).every(SECOND * 61),
            "at least once a minute",
        ),
        (new().between(Tasks, 11, 10), "cleared at 11"),
        (new().above(Tasks, SECOND), "tasks cannot be 1.0s"),
        (new().above(Oldest, 5), "cannot be 5"),
        (new().between(Oldest, 4, SECOND), "cannot be"),
        (
            new().above(Tasks, 1).between(Tasks, 2, 3),
            "tasks has two thresholds",
        ),
        (
            new().above_in("a", LiveScopes, 10).above(LiveScopes, 10),
            "live scopes of `a` above 10 is never told",
        ),
    ];
    for (thresholds, why) in refused {
        let error = thresholds.clone().build().expect_err(why).to_string();
        assert!(error.contains(why), "{error}");
    }
    let fine = new()
        .above(LiveScopes, 10)
        .above_in("a", LiveScopes, 9)
        .above_in("b", LiveScopes, 9)
        .above(GrowthPerMinute, 5)
        .above_in("a", GrowthPerMinute, 5)
        .between(Tasks, 10, 10);
    assert!(fine.build().is_ok());
}
