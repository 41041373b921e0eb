//! A unary call: plain, with a deadline on the wire, as a careful engineer writes
//! it by hand, and in a scope.

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, transport::Channel};
use tonic_scope::{Scope, Scoped, scoped};
use tonic_scope_tests::shapes::{Answer, shapes_client::ShapesClient};
use tower::timeout::Timeout;

use super::{
    Work,
    world::{World, ask},
};

pub(crate) type Raw = ShapesClient<Channel>;
pub(crate) type Bound = ShapesClient<Scoped<Channel>>;
pub(crate) type Outcome = Result<Answer, Status>;

const TIMEOUT: Duration = Duration::from_secs(2);

/// Without a deadline.
pub(crate) async fn plain(client: &Raw) -> Outcome {
    let answer = client.clone().unary(Request::new(ask())).await?;
    Ok(answer.into_inner())
}

/// Tells the peer how long it has and does nothing else about it. The value is
/// always the same, which costs least: HPACK sends an index for it.
pub(crate) async fn set_timeout(client: &Raw) -> Outcome {
    let mut request = Request::new(ask());
    request.set_timeout(TIMEOUT);
    Ok(client.clone().unary(request).await?.into_inner())
}

/// The same for what is left of a deadline, which is never the same twice.
pub(crate) async fn set_remaining(client: &Raw, deadline: Instant) -> Outcome {
    let mut request = Request::new(ask());
    request.set_timeout(deadline.saturating_duration_since(Instant::now()));
    Ok(client.clone().unary(request).await?.into_inner())
}

/// What a scope does, written out: a deadline here and on the wire, an end from
/// outside, and tasks that end with the function.
pub(crate) async fn by_hand(client: &Raw, stop: &CancellationToken) -> Outcome {
    let token = stop.child_token();
    let _ends = token.clone().drop_guard();
    let mut tasks = JoinSet::<()>::new();

    let mut request = Request::new(ask());
    request.set_timeout(TIMEOUT);
    let mut client = client.clone();
    let call = token.run_until_cancelled(client.unary(request));
    let answer = match timeout(TIMEOUT, call).await {
        Ok(Some(answer)) => answer.map(Response::into_inner),
        Ok(None) => Err(Status::cancelled("the process is shutting down")),
        Err(_) => Err(Status::deadline_exceeded("2 s are over")),
    };
    tasks.shutdown().await;
    answer
}

/// In a scope of its own.
#[scoped(timeout = "2s")]
pub(crate) async fn in_scope(client: &Bound) -> Outcome {
    let answer = client.clone().unary(Request::new(ask())).await?;
    Ok(answer.into_inner())
}

/// So many calls one after the other, all of which are answered.
macro_rules! times {
    ($call:path) => {
        |client, n: u64| async move {
            for _ in 0..n {
                $call(&client).await.expect("an answer");
            }
        }
    };
}

/// In a task, as those of a handler are.
fn calls<C, F>(client: fn(Channel) -> C, calls: impl Fn(C, u64) -> F + 'static) -> Work
where
    C: Clone + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let world = World::new();
    let client = client(world.channel.clone());
    Work::new(move |n| world.run(calls(client.clone(), n)))
}

fn bound(channel: Channel) -> Bound {
    Bound::new(Scoped::new(channel))
}

pub(crate) fn plain_calls() -> Work {
    calls(Raw::new, times!(plain))
}

pub(crate) fn calls_with_timeout() -> Work {
    calls(Raw::new, times!(set_timeout))
}

/// Of one deadline, as the calls of a handler are.
pub(crate) fn calls_with_deadline() -> Work {
    calls(Raw::new, |client, n| async move {
        let deadline = Instant::now() + 60 * TIMEOUT;
        for _ in 0..n {
            let call = set_remaining(&client, deadline).await;
            call.expect("an answer");
        }
    })
}

pub(crate) fn calls_by_hand() -> Work {
    calls(Raw::new, |client, n| async move {
        let stop = CancellationToken::new();
        for _ in 0..n {
            by_hand(&client, &stop).await.expect("an answer");
        }
    })
}

/// Under tower's timeout, which tells nobody and ends at the response headers.
pub(crate) fn calls_under_tower() -> Work {
    let client = |channel| ShapesClient::new(Timeout::new(channel, TIMEOUT));
    calls(client, |client, n| async move {
        for _ in 0..n {
            let call = client.clone().unary(Request::new(ask())).await;
            call.expect("an answer");
        }
    })
}

pub(crate) fn calls_in_scopes() -> Work {
    calls(bound, times!(in_scope))
}

/// In one scope, which is there already.
pub(crate) fn calls_in_open_scope() -> Work {
    calls(bound, |client, n| async move {
        let calls = async {
            for _ in 0..n {
                client.clone().unary(Request::new(ask())).await?;
            }
            Ok::<_, Status>(())
        };
        let scope = Scope::builder("calls").timeout(60 * TIMEOUT);
        scope.run(calls).await.expect("answers");
    })
}

/// By a client of the scope, whose transport ends with it.
pub(crate) fn calls_at_home() -> Work {
    calls(
        |channel| channel,
        |channel, n| async move {
            at_home(channel, n).await.expect("answers");
        },
    )
}

#[scoped]
async fn at_home(channel: Channel, n: u64) -> Result<(), Status> {
    let client = ShapesClient::new(channel);
    for _ in 0..n {
        client.clone().unary(Request::new(ask())).await?;
    }
    Ok(())
}
