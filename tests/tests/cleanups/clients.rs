//! Calls that cleanups make.

use tokio::sync::oneshot;
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};
use tonic_scope::{Scope, Scoped, defer};
use tonic_scope_tests::{
    Peer, Seen, channel, settles,
    shapes::{Ask, shapes_client::ShapesClient},
};

use super::{End, GRACE, SECOND, come_to};

/// A client whose connection belongs to the current scope.
async fn temporary(url: &str) -> Result<ShapesClient<Scoped<Channel>>, Status> {
    let endpoint = Endpoint::from_shared(url.to_owned()).unwrap();
    let scope = Scope::current().unwrap();
    Ok(ShapesClient::new(scope.connect(&endpoint).await?))
}

/// A cleanup calls over a client of its scope, one of the scope around it, and a
/// long-lived one.
async fn cleanup_calls(end: End) {
    let peer = Peer::start().await;
    let url = peer.url();
    let long_lived = ShapesClient::new(Scoped::new(channel(url.clone()).await));
    let (answer, answered) = oneshot::channel();
    let mut scope = None;
    let run = Scope::builder("outer").timeout(SECOND * 60).run(async {
        let outer = temporary(&url).await?;
        let inner = Scope::builder("calls").timeout(GRACE * 3).run(async {
            scope = Scope::current();
            let mut clients = [temporary(&url).await?, outer, long_lived];
            defer(async move {
                for client in &mut clients {
                    let mut stream = client.download(Ask::default()).await.unwrap().into_inner();
                    assert!(stream.message().await.unwrap().is_some());
                }
                answer.send(()).unwrap();
                // Never answered, and cut off with the cleanup.
                let _ = clients[0].unary(Ask::default()).await;
            })?;
            come_to(end).await.map_err(Status::from)
        });
        inner.await
    });
    let mut run = Box::pin(run);
    if end == End::Dropped {
        let polled = tokio::time::timeout(GRACE * 2, run.as_mut()).await;
        assert!(polled.is_err());
    } else {
        let _ = run.as_mut().await;
    }
    drop(run);
    answered.await.unwrap();
    scope.unwrap().ended().await;
    // The budget is the deadline of what a cleanup calls.
    let opened = peer.seen().into_iter().filter_map(|seen| match seen {
        Seen::Opened(_, timeout) => Some(timeout),
        _ => None,
    });
    let timeouts: Vec<_> = opened.map(Option::unwrap).collect();
    assert_eq!(timeouts.len(), 4, "{end:?}");
    let within_grace = |timeout: &String| match timeout.split_at(timeout.len() - 1) {
        (millis, "m") => millis.parse::<u128>().unwrap() <= GRACE.as_millis(),
        (_, unit) => unit == "u" || unit == "n",
    };
    assert!(timeouts.iter().all(within_grace), "{end:?}: {timeouts:?}");
    assert_eq!(settles(|| peer.connections(), 0).await, 0, "{end:?}");
    assert_eq!(settles(|| peer.calls(), 0).await, 0, "{end:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cleanups_can_use_the_clients_of_their_scope_and_of_those_around_it() {
    for end in [End::Completed, End::Deadline, End::Cancelled, End::Dropped] {
        cleanup_calls(end).await;
    }
}
