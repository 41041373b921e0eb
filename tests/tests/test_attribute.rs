//! `#[tonic_scope::test]`.

use std::{future::pending, time::Duration};

use tokio::{runtime::Handle, runtime::RuntimeFlavor, time::Instant};
use tonic::Status;
use tonic_scope::Scope;

#[tonic_scope::test]
async fn a_test_runs_in_a_scope_of_30_s_unless_it_says_otherwise() {
    let scope = Scope::current().expect("in a scope");
    assert_eq!(
        scope.name(),
        "a_test_runs_in_a_scope_of_30_s_unless_it_says_otherwise"
    );
    let left = scope.remaining().expect("limited");
    assert!(left <= Duration::from_secs(30) && left > Duration::from_secs(20));
}

#[tonic_scope::test(timeout = "5s", name = "named", start_paused = true)]
async fn arguments_go_to_the_scope_or_to_tokio() {
    let scope = Scope::current().expect("in a scope");
    assert_eq!(scope.name(), "named");
    assert_eq!(scope.remaining(), Some(Duration::from_secs(5)));
    let start = Instant::now();
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(start.elapsed().as_secs(), 4);
}

#[tonic_scope::test(flavor = "multi_thread", worker_threads = 2, timeout = "20s")]
async fn a_test_has_the_runtime_that_it_asks_for() -> Result<(), Status> {
    let runtime = Handle::current();
    assert_eq!(runtime.runtime_flavor(), RuntimeFlavor::MultiThread);
    assert_eq!(runtime.metrics().num_workers(), 2);
    #[call(timeout = "10s")]
    std::future::ready(Ok::<_, Status>(())).await?;
    Ok(())
}

#[tonic_scope::test(timeout = "1s", start_paused = true)]
#[should_panic(
    expected = "the test did not end in time: deadline of scope `a_test_that_hangs_fails"
)]
async fn a_test_that_hangs_fails() {
    pending::<()>().await;
}

#[tonic_scope::test]
#[should_panic(expected = "as asked")]
async fn a_panic_is_its_own() {
    panic!("as asked");
}
