//! Calls against a server that answers around their deadline, over real sockets
//! and on real clocks.
//!
//! How late the latest was is printed (`-- --nocapture around`) and not asserted.

use std::time::Duration;

use futures::{StreamExt as _, stream, stream::BoxStream};
use tokio::time::{Instant, sleep};
use tonic::{Code, Request, Response, Status, Streaming, transport::Channel};
use tonic_scope::{Scope, Scoped, scoped};
use tonic_scope_tests::{
    Apart, long_lived, serve,
    shapes::{Answer, Ask, shapes_client::ShapesClient, shapes_server::Shapes},
};

const CALLS: u64 = 10_000;
const AT_ONCE: usize = 8;

/// Answers after as many microseconds as it is asked for.
struct Around;

#[scoped(stream(timeout = "1s"))]
#[tonic::async_trait]
impl Shapes for Around {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        let micros = request.get_ref().text.parse();
        let micros = micros.map_err(|_| Status::invalid_argument("no number"))?;
        sleep(Duration::from_micros(micros)).await;
        Ok(Response::new(Answer::default()))
    }

    async fn upload(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        Err(Status::unimplemented("not asked for"))
    }

    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        Err(Status::unimplemented("not asked for"))
    }

    async fn chat(&self, _: Request<Streaming<Ask>>) -> Result<Response<Self::ChatStream>, Status> {
        Err(Status::unimplemented("not asked for"))
    }
}

/// How a call ends, and how long after its deadline.
async fn call(
    mut client: ShapesClient<Scoped<Channel>>,
    limit: Duration,
    after: Duration,
) -> (Option<Code>, Duration) {
    let ask = Ask {
        text: after.as_micros().to_string(),
    };
    let start = Instant::now();
    let scope = Scope::builder("call").timeout(limit);
    let result = scope.run(async move { client.unary(ask).await }).await;
    let late = start.elapsed().saturating_sub(limit);
    (result.err().map(|status| status.code()), late)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_failure_is_the_deadline() {
    let server = Apart::new("server");
    let url = server.run(serve(Around)).await;
    let client = long_lived(url).await;
    for limit in [1, 2, 5, 20].map(Duration::from_millis) {
        let ends: Vec<_> = stream::iter(0..CALLS)
            .map(|n| {
                // Up to the limit, on top of what the way there and back takes.
                let after = limit * u32::try_from(n % 101).unwrap() / 100;
                call(client.clone(), limit, after)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let failed: Vec<_> = ends.iter().filter_map(|(code, _)| *code).collect();
        let others = failed
            .iter()
            .filter(|code| **code != Code::DeadlineExceeded);
        let others: Vec<_> = others.collect();
        assert!(others.is_empty(), "{} of {CALLS}: {others:?}", others.len());
        assert!(!failed.is_empty(), "none was late");
        let mut late: Vec<_> = ends.iter().map(|(_, late)| *late).collect();
        late.sort_unstable();
        println!(
            "around {limit:?}: {} answered, {} DEADLINE_EXCEEDED; after the deadline: \
             median {:?}, 99.9 % {:?}, latest {:?}",
            ends.len() - failed.len(),
            failed.len(),
            late[late.len() / 2],
            late[late.len() * 999 / 1000],
            late[late.len() - 1],
        );
    }
}
