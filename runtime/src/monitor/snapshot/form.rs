//! The form in which a snapshot serializes is the documented one.

use std::{
    panic::Location,
    time::{Duration, SystemTime},
};

use serde::Serialize;
use serde_json::{Value, from_str, json, to_string, to_value};

use super::{Bond, Limit, ScopeId, ScopePhase, ScopeSnapshot, Snapshot, What};
use crate::{
    deadline::LimitSource,
    lifecycle::{CloseReason, Phase},
    monitor::Totals,
};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const AGE: Duration = millis(2_500);

/// One of each, as `form.md` tells of it.
fn documented() -> Snapshot {
    let url = || Some("http://users:50051".to_owned());
    let scope = ScopeSnapshot {
        id: ScopeId(64),
        parent: None,
        depth: 0,
        name: "Greeter::watch",
        location: Location::caller(),
        age: AGE,
        limit: Some(Limit {
            remaining: millis(27_500),
            source: LimitSource::Timeout,
            set_by: "Greeter::watch",
        }),
        phase: ScopePhase::Open,
        close_reason: None,
        overdue: false,
        bonds: [
            What::Call {
                method: Some("/users.Users/Get".to_owned()),
                peer: url(),
                phase: Some(Phase::Headers),
                remaining: Some(millis(250)),
            },
            What::Stream {
                messages: 600,
                since_last: Some(millis(125)),
            },
            What::Task {},
            What::Cleanup {},
            What::Client {
                address: url(),
                connecting: false,
                lent: true,
            },
            What::Connection {
                address: url(),
                tasks: 3,
            },
        ]
        .map(bond)
        .into(),
    };
    let within = ScopeSnapshot {
        id: ScopeId(65),
        parent: Some(scope.id),
        depth: 1,
        name: "refresh",
        limit: None,
        phase: ScopePhase::Lingering,
        close_reason: Some(CloseReason::OwnerDropped),
        overdue: true,
        bonds: Vec::new(),
        ..scope
    };
    Snapshot {
        taken: SystemTime::UNIX_EPOCH + millis(1_790_000_000_250),
        totals: Totals::sample(),
        scopes: vec![scope, within],
    }
}

fn bond(what: What) -> Bond {
    Bond {
        age: (!matches!(what, What::Cleanup {})).then_some(AGE),
        what,
        location: Location::caller(),
    }
}

/// The places in this file are none of the documentation's.
fn put_elsewhere(it: &mut Value) {
    match it {
        Value::Object(fields) => {
            if let Some(place) = fields.get_mut("location") {
                assert_eq!(place["file"], file!());
                assert!(
                    place["line"].is_u64() && place["column"].is_u64(),
                    "{place}"
                );
                *place = json!({ "file": "src/greeter.rs", "line": 42, "column": 5 });
            }
            fields.values_mut().for_each(put_elsewhere);
        }
        Value::Array(all) => all.iter_mut().for_each(put_elsewhere),
        _ => {}
    }
}

#[test]
fn a_snapshot_serializes_as_documented() {
    let (_, rest) = include_str!("form.md").split_once("```json").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let example: Value = from_str(example).unwrap();

    let mut said = to_value(documented()).unwrap();
    put_elsewhere(&mut said);
    assert_eq!(said, example, "put the left side into form.md:\n{said:#}");
    // As text as well: what a reader gets has the same fields once each.
    let mut read: Value = from_str(&to_string(&documented()).unwrap()).unwrap();
    put_elsewhere(&mut read);
    assert_eq!(read, example);
}

fn word(it: impl Serialize) -> String {
    let word = to_value(it).unwrap();
    word.as_str().expect("one word").to_owned()
}

#[test]
fn each_reason_limit_and_phase_is_one_stable_word() {
    use LimitSource::{Call, CallTimeout, Caller, Default, Idle, Parent, Request, Server, Timeout};
    use ScopePhase::{CleaningUp, Draining, Ending, Lingering, Open};

    for reason in CloseReason::ALL {
        assert_eq!(word(reason), reason.as_str());
    }
    let limits = [
        Caller,
        Server,
        Parent,
        Timeout,
        Default,
        CallTimeout,
        Call,
        Request,
        Idle,
    ];
    assert_eq!(
        limits.map(word),
        [
            "caller",
            "server",
            "parent",
            "timeout",
            "default",
            "call_timeout",
            "call",
            "request",
            "idle"
        ]
    );
    let phases = [
        Phase::Handler,
        Phase::Connecting,
        Phase::Headers,
        Phase::Streaming,
    ];
    assert_eq!(
        phases.map(word),
        ["handler", "connecting", "headers", "streaming"]
    );
    assert_eq!(
        [Open, Draining, Ending, CleaningUp, Lingering].map(word),
        ["open", "draining", "ending", "cleaning_up", "lingering"]
    );
}

#[test]
fn what_does_not_apply_is_null_and_not_left_out() {
    let call = to_value(bond(What::Call {
        method: None,
        peer: None,
        phase: None,
        remaining: None,
    }))
    .unwrap();
    for field in ["method", "peer", "phase", "remaining_seconds"] {
        assert_eq!(call.get(field), Some(&Value::Null), "{field}: {call}");
    }
    let stream = to_value(bond(What::Stream {
        messages: 0,
        since_last: None,
    }))
    .unwrap();
    assert_eq!(
        stream.get("since_last_seconds"),
        Some(&Value::Null),
        "{stream}"
    );
}
