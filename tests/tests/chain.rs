//! A deadline on its way through three services: A → B → C, where C never
//! answers. C must be given less time than B was, and A must see the deadline,
//! whichever of the timers on the way fires first: A's own, that of A's channel,
//! B's, that of B's server, or that of B's channel.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::{StreamExt, stream, stream::BoxStream};
use tonic::{Code, Request, Response, Status, Streaming, transport::Channel};
use tonic_scope::{Scope, Scoped, scoped};
use tonic_scope_tests::{
    long_lived, serve,
    shapes::{Answer, Ask, shapes_client::ShapesClient, shapes_server::Shapes},
};

const RUNS: usize = 1_000;

/// Runs that are under way at once: enough to make timers and tasks contend.
const AT_ONCE: usize = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_milliseconds() {
    every_run_ends_at_its_deadline(Duration::from_millis(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_milliseconds() {
    every_run_ends_at_its_deadline(Duration::from_millis(20)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_milliseconds() {
    every_run_ends_at_its_deadline(Duration::from_millis(100)).await;
}

async fn every_run_ends_at_its_deadline(timeout: Duration) {
    let log = Arc::new(Log::default());
    let c = serve(Hop {
        log: Arc::clone(&log),
        next: None,
    })
    .await;
    let b = serve(Hop {
        log: Arc::clone(&log),
        next: Some(long_lived(c).await),
    })
    .await;
    let a = long_lived(b).await;

    let codes: Vec<Code> = stream::iter(0..RUNS)
        .map(|run| ask(a.clone(), run, timeout))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let other: Vec<_> = codes
        .iter()
        .filter(|code| **code != Code::DeadlineExceeded)
        .collect();
    assert!(
        other.is_empty(),
        "{} of {RUNS} runs ended otherwise: {other:?}",
        other.len()
    );

    let given = log.given();
    let reached = given.values().filter(|hops| hops.len() == 2).count();
    assert!(reached > 0, "C was reached");
    for (run, hops) in given {
        assert!(hops[0] <= timeout, "run {run}: B was given {hops:?}");
        assert!(
            hops.len() < 2 || hops[1] < hops[0],
            "run {run}: B and C were given {hops:?}"
        );
    }
}

async fn ask(mut b: ShapesClient<Scoped<Channel>>, run: usize, timeout: Duration) -> Code {
    let call = async move {
        b.unary(Ask {
            text: run.to_string(),
        })
        .await
    };
    match Scope::builder("a").timeout(timeout).run(call).await {
        Ok(_) => Code::Ok,
        Err(status) => status.code(),
    }
}

/// The time that each run was given, at B and then at C.
#[derive(Default)]
struct Log(Mutex<HashMap<String, Vec<Duration>>>);

impl Log {
    fn note(&self, request: &Request<Ask>) {
        let value = request
            .metadata()
            .get("grpc-timeout")
            .expect("a deadline arrived");
        let mut log = self.0.lock().unwrap();
        log.entry(request.get_ref().text.clone())
            .or_default()
            .push(read(value.to_str().unwrap()));
    }

    fn given(&self) -> HashMap<String, Vec<Duration>> {
        self.0.lock().unwrap().clone()
    }
}

/// Reads the units in which a time of less than a second can be written.
fn read(timeout: &str) -> Duration {
    let (digits, unit) = timeout.split_at(timeout.len() - 1);
    let count = digits.parse().unwrap();
    match unit {
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => panic!("{timeout}"),
    }
}

/// B, which asks the next service, or C, which never answers.
struct Hop {
    log: Arc<Log>,
    next: Option<ShapesClient<Scoped<Channel>>>,
}

#[scoped(stream(idle = "1s"))]
#[tonic::async_trait]
impl Shapes for Hop {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        self.log.note(&request);
        match &self.next {
            Some(next) => next.clone().unary(request.into_inner()).await,
            None => std::future::pending().await,
        }
    }

    async fn upload(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn chat(&self, _: Request<Streaming<Ask>>) -> Result<Response<Self::ChatStream>, Status> {
        Err(Status::unimplemented("not asked"))
    }
}
