//! A test in a scope: the scope's arguments, and those of `#[tokio::test]`.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

#[tonic_scope::test]
async fn none() {
    assert!(tonic_scope::Scope::current().is_some());
}

#[tonic_scope::test(timeout = "5s", name = "named", flavor = "multi_thread", worker_threads = 1)]
async fn of_both() -> Result<(), tonic::Status> {
    assert_eq!(tonic_scope::Scope::current().expect("in a scope").name(), "named");
    Ok(())
}

#[tonic_scope::test(start_paused = true, timeout = std::time::Duration::from_secs(1))]
#[should_panic = "did not end in time"]
async fn that_hangs() {
    std::future::pending::<()>().await;
}

fn main() {}
