//! How much time a handler has.

use std::time::Duration;

use tonic::{Code, Request, Status};
use tonic_scope::{Scope, scoped};
use tonic_scope_tests::shapes::Ask;

#[scoped(timeout = "20s")]
async fn time_allowed(request: Request<Ask>) -> Result<Duration, Status> {
    drop(request);
    Ok(Scope::current().unwrap().remaining().unwrap())
}

#[scoped(timeout = "20s", inherit = false)]
async fn time_allowed_whatever_the_caller_says(_request: Request<Ask>) -> Result<Duration, Status> {
    Ok(Scope::current().unwrap().remaining().unwrap())
}

#[tokio::test]
async fn the_callers_deadline_counts_if_it_can_be_read() {
    tokio::time::pause();
    let ours = Duration::from_secs(20);
    // Five milliseconds are kept back, to answer before tonic does.
    let cases = [
        ("10S", Duration::from_millis(9_995)),
        ("250m", Duration::from_millis(245)),
        ("1H", ours),
        ("10", ours),
        ("S", ours),
        ("-1S", ours),
        ("1.5S", ours),
        ("123456789m", ours),
        ("99999999H", ours),
        ("10x", ours),
        ("", ours),
    ];
    for (header, allowed) in cases {
        let mut request = Request::new(Ask::default());
        request
            .metadata_mut()
            .insert("grpc-timeout", header.parse().unwrap());
        assert_eq!(time_allowed(request).await.unwrap(), allowed, "{header:?}");
    }
    let mut request = Request::new(Ask::default());
    request.set_timeout(Duration::from_secs(1));
    assert_eq!(
        time_allowed_whatever_the_caller_says(request)
            .await
            .unwrap(),
        ours
    );

    let mut request = Request::new(Ask::default());
    request
        .metadata_mut()
        .insert("grpc-timeout", "0n".parse().unwrap());
    let status = time_allowed(request).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
}

#[scoped]
async fn by_default() -> Result<Option<Duration>, Status> {
    Ok(Scope::current().unwrap().remaining())
}

#[scoped(timeout = none)]
async fn without_a_limit() -> Result<Option<Duration>, Status> {
    Ok(Scope::current().unwrap().remaining())
}

#[tokio::test]
async fn the_default_is_thirty_seconds_and_none_is_none() {
    tokio::time::pause();
    assert_eq!(by_default().await.unwrap(), Some(Duration::from_secs(30)));
    assert_eq!(without_a_limit().await.unwrap(), None);
}
