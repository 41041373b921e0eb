//! What a transport keeps for a call that is not made.

use std::{sync::Arc, time::Duration};

use http::{Request, Response};
use tokio::sync::{
    Semaphore,
    mpsc::{UnboundedReceiver, unbounded_channel},
};
use tonic::{Code, Status, body::Body};
use tonic_scope::{Scope, Scoped};
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};
use tower::{
    BoxError, Service, ServiceBuilder, ServiceExt, limit::ConcurrencyLimit, service_fn,
    util::BoxCloneSyncService,
};

type Transport = BoxCloneSyncService<Request<Body>, Response<Body>, Status>;

const LONG: Duration = Duration::from_secs(60);

/// A server behind a transport.
struct Behind {
    transport: Transport,
    /// A call has come.
    calls: UnboundedReceiver<()>,
    /// Lets so many calls be answered, with `DATA_LOSS`.
    answers: Arc<Semaphore>,
}

/// It has room for one call at a time.
fn limited() -> Behind {
    let (came, calls) = unbounded_channel();
    let answers = Arc::new(Semaphore::new(0));
    let permits = Arc::clone(&answers);
    let server = service_fn(move |_: Request<Body>| {
        let permits = Arc::clone(&permits);
        came.send(()).unwrap();
        async move {
            permits.acquire().await.unwrap().forget();
            Ok::<_, Status>(Status::data_loss("as asked").into_http())
        }
    });
    let transport = Transport::new(ConcurrencyLimit::new(server, 1));
    Behind {
        transport,
        calls,
        answers,
    }
}

/// It has a queue with room for one call in front of it.
fn queued() -> Behind {
    let limited = limited();
    let buffer = ServiceBuilder::new()
        .map_err(|error: BoxError| Status::from_error(error))
        .buffer(1);
    Behind {
        transport: Transport::new(buffer.service(limited.transport)),
        ..limited
    }
}

/// `DATA_LOSS`, unless the transport has no room.
async fn call(transport: Scoped<Transport>) -> Code {
    let mut client = ShapesClient::new(transport);
    let scope = Scope::builder("call").timeout(LONG);
    let run = scope.run(async move { client.unary(Ask::default()).await });
    run.await.unwrap_err().code()
}

#[tokio::test(start_paused = true)]
async fn a_client_that_makes_no_call_is_not_in_the_queue_for_one() {
    let mut behind = limited();
    let transport = Scoped::new(behind.transport);
    let first = tokio::spawn(call(transport.clone()));
    behind.calls.recv().await.unwrap();
    // There is no room now; the next one would be this client's.
    let mut idle = transport.clone();
    idle.ready().await.unwrap();

    behind.answers.add_permits(2);
    assert_eq!(first.await.unwrap(), Code::DataLoss);
    assert_eq!(call(transport).await, Code::DataLoss);
    drop(idle);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_gives_back_the_room_that_was_kept_for_it() {
    for behind in [limited(), queued()] {
        behind.answers.add_permits(1);
        let transport = Scoped::new(behind.transport);
        let mut strict = transport.clone().strict();
        strict.ready().await.unwrap();
        let refused = strict.call(Request::new(Body::empty())).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");

        assert_eq!(call(transport).await, Code::DataLoss);
        drop(strict);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clone_has_no_part_in_the_room_that_is_kept_for_a_call() {
    let behind = limited();
    behind.answers.add_permits(2);
    let mut original = Scoped::new(behind.transport);
    original.ready().await.unwrap();
    let clone = tokio::spawn(original.clone().call(Request::new(Body::empty())));
    let answer = original.call(Request::new(Body::empty())).await.unwrap();
    assert_eq!(answer.headers()["grpc-status"], "15");
    let answer = clone.await.unwrap().unwrap();
    assert_eq!(answer.headers()["grpc-status"], "15");
}
