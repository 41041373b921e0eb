//! `#[tonic_scope::test]` looks for leaks.

use std::{cell::Cell, future::pending, time::Duration};

use tonic_scope::{detach, testing::LeakCheck};

use crate::service::SHORT;

const HOUR: Duration = Duration::from_secs(3_600);

fn leak() {
    detach("left behind", HOUR, pending::<()>());
}

#[tonic_scope::test(leaks = LeakCheck::new().patience(SHORT))]
#[should_panic(expected = "left of `a_test_that_leaks_fails` (tests/tests/leaks/attribute.rs:")]
async fn a_test_that_leaks_fails() {
    leak();
}

#[tonic_scope::test]
#[should_panic(expected = "\n  scope `left behind` (tests/tests/leaks/attribute.rs:12:5)")]
async fn it_is_checked_unless_it_says_otherwise() {
    leak();
}

#[tonic_scope::test(leaks = true)]
#[should_panic(expected = "left behind")]
async fn it_may_say_so() {
    leak();
}

#[tonic_scope::test(leaks = false)]
async fn the_check_can_be_switched_off() {
    leak();
}

#[tonic_scope::test(leaks = LeakCheck::new().ignore_name("left behind"))]
async fn what_is_expected_can_be_ignored() {
    leak();
}

#[tonic_scope::test(timeout = "20s")]
async fn what_ends_in_time_is_no_leak() {
    detach("ends", HOUR, tokio::time::sleep(Duration::from_millis(50)));
}

#[tonic_scope::test(start_paused = true)]
async fn nor_is_it_when_the_clock_is_paused() {
    detach("ends", HOUR, tokio::time::sleep(Duration::from_millis(50)));
}

#[tonic_scope::test(start_paused = true)]
#[should_panic(expected = "scope `left behind`")]
async fn a_paused_clock_hides_no_leak() {
    leak();
}

#[tonic_scope::test]
#[should_panic(expected = "as asked")]
async fn a_panic_is_reported_and_not_what_it_leaves() {
    leak();
    panic!("as asked");
}

thread_local!(static FAILS: Cell<bool> = const { Cell::new(false) });

#[tonic_scope::test]
async fn it_fails_if_it_is_asked_to() -> Result<(), &'static str> {
    if FAILS.get() {
        leak();
        return Err("as asked");
    }
    Ok(())
}

#[test]
fn an_error_is_reported_and_not_what_it_leaves() {
    FAILS.set(true);
    assert_eq!(it_fails_if_it_is_asked_to(), Err("as asked"));
}
