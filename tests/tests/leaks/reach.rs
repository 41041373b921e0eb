//! Whose a leak is, and what is ignored.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use futures::FutureExt as _;
use tonic_scope::{
    Scope, ScopeError, detach, scoped, spawn,
    testing::{LeakCheck, Leaks, no_leaks},
};
use tonic_scope_tests::Apart;

use crate::service::{SHORT, line_of};

const HOUR: Duration = Duration::from_secs(3_600);
const HERE: &str = include_str!("reach.rs");

type Result<T = ()> = std::result::Result<T, ScopeError>;

fn quick() -> LeakCheck {
    LeakCheck::new().patience(SHORT)
}

fn names(leaks: &Leaks) -> Vec<&str> {
    leaks.iter().filter_map(|leak| leak.name()).collect()
}

async fn detaching(name: &'static str) {
    detach(name, HOUR, pending::<()>()); // <detached>
}

#[tokio::test]
async fn trees_side_by_side_have_their_own() {
    let a = quick().find(detaching("of a"));
    let b = quick().find(detaching("of b"));
    let clean = no_leaks(async { drop(spawn(pending::<()>())) });
    let (((), a), ((), b), ()) = tokio::join!(a, b, clean);
    assert_eq!(names(&a), ["of a"]);
    assert_eq!(names(&b), ["of b"]);
}

#[tokio::test]
async fn a_tree_within_a_tree_is_of_both() {
    let (inner, outer) = quick().find(quick().find(detaching("within"))).await;
    assert_eq!(names(&inner.1), ["within"]);
    assert_eq!(names(&outer), ["within"]);
}

#[scoped]
async fn leaves() -> Result {
    #[call(unscoped)]
    tokio::spawn(detaching("carried"));
    Ok(())
}

#[tokio::test]
async fn what_an_unscoped_task_begins_is_of_its_tree_without_a_runtime_too() {
    let check = async {
        let (left, leaks) = quick().find(leaves()).await;
        assert_eq!(names(&leaks), ["carried"]);
        left
    };
    let run: Result = Scope::builder("around").run(check).await;
    run.unwrap();
}

#[tokio::test]
async fn what_is_detached_from_what_was_detached_is_found() {
    let ((), leaks) = quick()
        .find(async {
            let first = detach("first", HOUR, detaching("second"));
            first.await.unwrap().unwrap();
        })
        .await;
    assert_eq!(names(&leaks), ["second"]);
}

#[tokio::test]
async fn a_guard_in_a_scope_sees_what_has_come_since() {
    let body = async {
        spawn(pending::<()>());
        let guard = quick().guard();
        let task = spawn(pending::<()>()); // <since>
        let leaks = guard.find().await;
        let [leak] = leaks.iter().collect::<Vec<_>>()[..] else {
            panic!("{leaks}");
        };
        assert_eq!((leak.kind(), leak.scope()), ("task", Some("guarded")));
        assert_eq!(leak.location().line(), line_of(HERE, "since"));
        task.abort();
        guard.finish().await;
        Ok(())
    };
    let run: Result = Scope::builder("guarded").run(body).await;
    run.unwrap();
}

#[tokio::test]
async fn a_guard_outside_any_scope_has_its_runtime() {
    let apart = Apart::new("another test");
    let guard = quick().guard();
    apart.run(detaching("of another runtime")).await;
    tokio::spawn(detaching("of this")).await.unwrap();
    let leaks = guard.find().await;
    assert_eq!(names(&leaks), ["of this"]);
    let error = AssertUnwindSafe(guard.finish()).catch_unwind().await;
    let error = *error.unwrap_err().downcast::<String>().unwrap();
    let line = line_of(HERE, "detached");
    assert!(error.contains(&format!(
        "scope `of this` (tests/tests/leaks/reach.rs:{line}:"
    )));
}

#[test]
fn a_guard_with_neither_is_refused() {
    let refused = catch_unwind(|| LeakCheck::new().guard()).unwrap_err();
    let refused = refused.downcast::<&str>().unwrap();
    assert!(refused.contains("`LeakCheck::process` watches the whole process"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_guard_that_is_dropped_looks() {
    let guard = quick().guard();
    detaching("kept").await;
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(guard)));
    let error = *dropped.unwrap_err().downcast::<String>().unwrap();
    assert!(error.contains("scope `kept`"), "{error}");
}

#[tokio::test]
async fn but_not_while_a_panic_is_on_its_way() {
    let unwound = AssertUnwindSafe(async {
        let _guard = quick().guard();
        detaching("kept").await;
        panic!("as asked");
    });
    let error = unwound.catch_unwind().await.unwrap_err();
    assert_eq!(*error.downcast::<&str>().unwrap(), "as asked");
}

#[tokio::test]
async fn names_and_places_can_be_ignored() {
    let line = line_of(HERE, "detached");
    let ignoring = [
        quick().ignore_name("expected"),
        quick().ignore_place("reach.rs"),
        quick().ignore_place("tests/leaks/reach.rs"),
        quick().ignore_place(format!("reach.rs:{line}")),
    ];
    for check in ignoring {
        check.run(detaching("expected")).await;
    }
    let not_ignoring = [
        quick().ignore_name("expect"),
        quick().ignore_place("each.rs"),
        quick().ignore_place("reach.rs:1"),
        quick().ignore_place("src/reach.rs"),
    ];
    for check in not_ignoring {
        let ((), leaks) = check.find(detaching("expected")).await;
        assert_eq!(names(&leaks), ["expected"]);
    }
}

#[tokio::test]
async fn what_is_in_a_scope_that_is_ignored_is_too() {
    let within = async {
        spawn(pending::<()>());
        let child: Result = Scope::builder("child").run(pending()).await;
        child
    };
    let body = async {
        detach("outer", HOUR, within);
        tokio::task::yield_now().await;
    };
    quick().ignore_name("outer").run(body).await;
}

#[tokio::test]
async fn what_is_alike_is_counted() {
    let ((), leaks) = quick()
        .find(async {
            for _ in 0..3 {
                detaching("alike").await;
            }
        })
        .await;
    let [leak] = leaks.iter().collect::<Vec<_>>()[..] else {
        panic!("{leaks}");
    };
    assert_eq!(leak.count(), 3);
    assert!(leaks.to_string().contains("\n  3 times a scope `alike` ("));
}
