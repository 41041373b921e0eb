//! Returned streams own their scope, and its limits hold while nobody polls.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::{FutureExt, Stream, StreamExt, future::Either, stream::BoxStream};
use tokio::sync::{
    Notify,
    mpsc::{self, UnboundedReceiver, UnboundedSender, unbounded_channel},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status, Streaming, transport::Endpoint};
use tonic_scope::{CloseReason, Scope, ScopedStream, scoped};
use tonic_scope_tests::{
    Apart, serve, settles,
    shapes::{Answer, Ask, shapes_client::ShapesClient, shapes_server::Shapes},
    tasks_alive,
};

/// Long enough for a stream to get stuck in.
const LIMIT: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scope_ends_with_the_receiver_stream_that_its_handler_returned() {
    let mut service = Service::start().await;
    let mut client = service.client().await;
    let tasks = tasks_alive();

    let mut answers = client.download(Ask::default()).await.unwrap().into_inner();
    let scope = service.scopes.recv().await.unwrap();
    for n in 0..3 {
        assert_eq!(
            answers.message().await.unwrap().unwrap().text,
            n.to_string()
        );
        assert_eq!(scope.close_reason(), None);
    }
    service.finish.notify_one();
    assert!(answers.message().await.unwrap().is_none());
    assert_eq!(scope.ended().await, CloseReason::Completed);
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_stops_reading_does_not_keep_a_scope_open_past_its_deadline() {
    let mut service = Service::start().await;
    let mut client = service.client().await;
    let tasks = tasks_alive();

    let ask = Ask {
        text: "flood".to_owned(),
    };
    let answers = client.download(ask).await.unwrap().into_inner();
    let scope = service.scopes.recv().await.unwrap();
    // The window is full, and the transport no longer polls the stream.
    let mut before = 0;
    while before == 0 || service.polls() > before {
        before = service.polls();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        scope.close_reason(),
        None,
        "the stream is stuck before its deadline"
    );
    assert_eq!(service.alive(), 1);

    assert_eq!(scope.ended().await, CloseReason::DeadlineExceeded);
    assert_eq!(
        service.alive(),
        0,
        "the handler's stream is dropped, though nobody polls it"
    );
    assert_eq!(service.polls(), before, "nobody has polled it");
    assert_eq!(scopes_alive("Service::download"), 0);

    // The client is there all the while. Once it reads on, it finds what was
    // under way, and then the deadline.
    let seen: Vec<_> = answers.collect().await;
    let (last, first) = seen.split_last().unwrap();
    assert!(first.iter().all(Result::is_ok));
    assert_eq!(last.as_ref().unwrap_err().code(), Code::DeadlineExceeded);
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_hangs_up_ends_the_scope_of_the_stream() {
    let mut service = Service::start().await;
    let mut client = service.client().await;
    let tasks = tasks_alive();

    let ask = Ask {
        text: "flood".to_owned(),
    };
    let mut answers = client.download(ask).await.unwrap().into_inner();
    let scope = service.scopes.recv().await.unwrap();
    answers.message().await.unwrap().unwrap();
    drop(answers);
    assert_eq!(scope.ended().await, CloseReason::OwnerDropped);
    assert_eq!(service.alive(), 0);
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
}

#[tokio::test]
async fn a_stream_yields_one_error_and_then_nothing() {
    tokio::time::pause();
    let mut answers = ended_by_its_deadline().await.unwrap().into_inner();
    assert_eq!(answers.next().await.unwrap().unwrap().text, "first");
    assert_eq!(
        answers.next().await.unwrap().unwrap_err().code(),
        Code::DeadlineExceeded
    );
    assert!(answers.next().await.is_none());
    assert!(answers.next().await.is_none());
}

#[scoped(timeout = "2s")]
async fn ended_by_its_deadline()
-> Result<Response<BoxStream<'static, Result<Answer, Status>>>, Status> {
    let first = Answer {
        text: "first".to_owned(),
        ..Answer::default()
    };
    let answers = futures::stream::iter([Ok(first)]).chain(futures::stream::pending());
    Ok(Response::new(Box::pin(answers)))
}

/// Notes the scope that it is dropped in, and whether that is closed.
struct Probe(Arc<Mutex<Vec<(&'static str, bool)>>>);

impl Drop for Probe {
    fn drop(&mut self) {
        let scope = Scope::current().unwrap();
        self.0
            .lock()
            .unwrap()
            .push((scope.name(), scope.check().is_err()));
    }
}

#[scoped(timeout = "2s")]
async fn probed(
    probe: Probe,
) -> Result<Response<BoxStream<'static, Result<Answer, Status>>>, Status> {
    let answers = futures::stream::once(async move {
        let _probe = probe;
        std::future::pending().await
    });
    Ok(Response::new(Box::pin(answers)))
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_dropped_in_its_scope_which_takes_nothing_more() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut dropped = probed(Probe(Arc::clone(&seen))).await.unwrap().into_inner();
    assert!(dropped.next().now_or_never().is_none());
    drop(dropped);
    let mut expired = probed(Probe(Arc::clone(&seen))).await.unwrap().into_inner();
    assert!(expired.next().await.unwrap().is_err());
    assert_eq!(*seen.lock().unwrap(), [("probed", true); 2]);
}

#[tokio::test]
async fn a_producer_that_its_scope_aborts_does_not_look_like_one_that_has_finished() {
    tokio::time::pause();
    let mut answers = fed_by_a_task().await.unwrap().into_inner();
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(_) => {}
            Err(status) => {
                assert_eq!(status.code(), Code::DeadlineExceeded);
                return;
            }
        }
    }
    panic!("the stream ended cleanly");
}

#[scoped(timeout = "2s")]
async fn fed_by_a_task()
-> Result<Response<ScopedStream<ReceiverStream<Result<Answer, Status>>>>, Status> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        while sender.send(Ok(Answer::default())).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    Ok(Response::new(ScopedStream::new(ReceiverStream::new(
        receiver,
    ))))
}

#[tokio::test]
async fn a_stream_with_an_idle_limit_has_no_other() {
    tokio::time::pause();
    let mut answers = ticks(Duration::from_secs(9)).await.unwrap().into_inner();
    for _ in 0..20 {
        answers.next().await.unwrap().unwrap();
    }
    let mut answers = ticks(Duration::from_secs(11)).await.unwrap().into_inner();
    assert_eq!(
        answers.next().await.unwrap().unwrap_err().code(),
        Code::DeadlineExceeded
    );
    assert!(answers.next().await.is_none());
}

#[tokio::test]
async fn a_slow_consumer_is_not_idle_until_it_stops_for_good() {
    tokio::time::pause();
    let mut answers = ticks(Duration::from_millis(1)).await.unwrap().into_inner();
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_secs(9)).await;
        answers.next().await.unwrap().unwrap();
    }
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(
        answers.next().await.unwrap().unwrap_err().code(),
        Code::DeadlineExceeded
    );
}

#[scoped(idle = "10s")]
async fn ticks(
    every: Duration,
) -> Result<Response<BoxStream<'static, Result<Answer, Status>>>, Status> {
    let ticks = futures::stream::unfold((), move |()| async move {
        tokio::time::sleep(every).await;
        Some((Ok(Answer::default()), ()))
    });
    Ok(Response::new(Box::pin(ticks)))
}

fn scopes_alive(name: &str) -> usize {
    tonic_scope::monitor::snapshot().named(name).count()
}

/// A service that streams, and a caller's runtime.
struct Service {
    url: String,
    caller: Apart,
    flood: Arc<Counts>,
    scopes: UnboundedReceiver<Scope>,
    /// Lets the producer of `download` finish.
    finish: Arc<Notify>,
}

impl Service {
    async fn start() -> Self {
        let flood = Arc::new(Counts::default());
        let (seen, scopes) = unbounded_channel();
        let finish = Arc::new(Notify::new());
        let handlers = Handlers {
            finish: Arc::clone(&finish),
            flood: Arc::clone(&flood),
            scopes: seen,
        };
        let url = serve(handlers).await;
        Self {
            url,
            caller: Apart::new("caller"),
            flood,
            scopes,
            finish,
        }
    }

    /// A client whose connection is settled at both ends.
    async fn client(&self) -> ShapesClient<tonic::transport::Channel> {
        let url = self.url.clone();
        self.caller
            .run(async move {
                // A window for one message: a stream that nobody reads is soon stuck.
                let endpoint = Endpoint::from_shared(url)
                    .unwrap()
                    .initial_stream_window_size(65_535);
                let channel = endpoint.connect().await.unwrap();
                let mut client = ShapesClient::new(channel);
                assert_eq!(
                    client.unary(Ask::default()).await.unwrap_err().code(),
                    Code::Unimplemented
                );
                client
            })
            .await
    }

    fn polls(&self) -> usize {
        self.flood.polls.load(Ordering::SeqCst)
    }

    fn alive(&self) -> usize {
        self.flood.alive.load(Ordering::SeqCst)
    }
}

struct Handlers {
    finish: Arc<Notify>,
    flood: Arc<Counts>,
    scopes: UnboundedSender<Scope>,
}

#[derive(Default)]
struct Counts {
    polls: AtomicUsize,
    alive: AtomicUsize,
}

/// Large messages without end.
struct Flood(Arc<Counts>);

impl Flood {
    fn new(counts: &Arc<Counts>) -> Self {
        counts.alive.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(counts))
    }
}

impl Stream for Flood {
    type Item = Result<Answer, Status>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.polls.fetch_add(1, Ordering::SeqCst);
        let load = vec![0; 64 * 1024];
        Poll::Ready(Some(Ok(Answer {
            load,
            ..Answer::default()
        })))
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

#[scoped(stream(timeout = LIMIT))]
#[tonic::async_trait]
impl Shapes for Handlers {
    type DownloadStream = Either<Flood, ReceiverStream<Result<Answer, Status>>>;
    type ChatStream = ReceiverStream<Result<Answer, Status>>;

    async fn download(
        &self,
        request: Request<Ask>,
    ) -> Result<Response<Self::DownloadStream>, Status> {
        self.scopes.send(Scope::current().unwrap()).unwrap();
        if request.get_ref().text == "flood" {
            let flood = Flood::new(&self.flood);
            return Ok(Response::new(Either::Left(flood)));
        }
        let (sender, receiver) = mpsc::channel(1);
        let finish = Arc::clone(&self.finish);
        tokio::spawn(async move {
            for n in 0..3 {
                let answer = Answer {
                    text: n.to_string(),
                    ..Answer::default()
                };
                sender.send(Ok(answer)).await.unwrap();
            }
            finish.notified().await;
        });
        Ok(Response::new(Either::Right(ReceiverStream::new(receiver))))
    }

    async fn chat(&self, _: Request<Streaming<Ask>>) -> Result<Response<Self::ChatStream>, Status> {
        let (_, receiver) = mpsc::channel(1);
        Ok(Response::new(ReceiverStream::new(receiver)))
    }

    async fn unary(&self, _: Request<Ask>) -> Result<Response<Answer>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn upload(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        Err(Status::unimplemented("not asked"))
    }
}
