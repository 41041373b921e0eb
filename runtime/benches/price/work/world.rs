//! A server and a channel to it, on one thread and in memory.

use std::{pin::Pin, sync::Arc};

use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
};
use tokio_stream::{Stream, StreamExt as _, iter};
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Channel, Server},
};
use tonic_scope_tests::{
    Memory,
    shapes::{
        Answer, Ask,
        shapes_client::ShapesClient,
        shapes_server::{Shapes, ShapesServer},
    },
};

pub(crate) struct World {
    pub(crate) runtime: Runtime,
    pub(crate) channel: Channel,
    /// Lets the server's next message of [`one_by_one`] go.
    pub(crate) permits: Arc<Semaphore>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(one_thread())
    }

    pub(crate) fn on(runtime: Runtime) -> Self {
        let echo = Echo::default();
        let permits = Arc::clone(&echo.0);
        let (memory, incoming) = Memory::new();
        let server = Server::builder().add_service(ShapesServer::new(echo));
        runtime.spawn(server.serve_with_incoming(incoming));
        let channel = runtime.block_on(async {
            let channel = memory.channel();
            // Connects it.
            let call = ShapesClient::new(channel.clone()).unary(ask()).await;
            call.expect("an answer");
            channel
        });
        Self {
            runtime,
            channel,
            permits,
        }
    }
}

impl World {
    /// Runs it as a task, to its end.
    pub(crate) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task = self.runtime.spawn(task);
        self.runtime.block_on(task).expect("no panic");
    }
}

pub(crate) fn one_thread() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

pub(crate) fn ask() -> Ask {
    Ask {
        text: "forty-two".into(),
    }
}

/// Asks for a stream whose messages are all there at once.
pub(crate) fn all_at_once(messages: u64) -> Ask {
    Ask {
        text: messages.to_string(),
    }
}

/// Asks for a stream whose messages wait for a permit each.
pub(crate) fn one_by_one(messages: u64) -> Ask {
    Ask {
        text: format!("{messages} one by one"),
    }
}

/// Answers what it is asked, with as many messages as it is asked for.
pub(crate) struct Echo(Arc<Semaphore>);

impl Default for Echo {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }
}

type Answers = Pin<Box<dyn Stream<Item = Result<Answer, Status>> + Send>>;

fn answer() -> Answer {
    Answer {
        text: "forty-two".into(),
        load: Vec::new(),
    }
}

#[tonic::async_trait]
impl Shapes for Echo {
    type DownloadStream = Answers;
    type ChatStream = Answers;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        let text = request.into_inner().text;
        Ok(Response::new(Answer {
            text,
            load: Vec::new(),
        }))
    }

    async fn download(&self, request: Request<Ask>) -> Result<Response<Answers>, Status> {
        let text = request.into_inner().text;
        let (messages, waits) = match text.split_once(' ') {
            Some((messages, _)) => (messages, true),
            None => (&*text, false),
        };
        let messages: u64 = messages
            .parse()
            .map_err(|_| Status::invalid_argument("a number of messages"))?;
        let answers = iter(0..messages);
        Ok(Response::new(if waits {
            let permits = Arc::clone(&self.0);
            Box::pin(answers.then(move |_| {
                let permits = Arc::clone(&permits);
                async move {
                    let permit = permits.acquire().await;
                    permit.map_err(|_| Status::internal("closed"))?.forget();
                    Ok(answer())
                }
            }))
        } else {
            Box::pin(answers.map(|_| Ok(answer())))
        }))
    }

    async fn upload(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        Err(Status::unimplemented("no row needs it"))
    }

    async fn chat(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answers>, Status> {
        Err(Status::unimplemented("no row needs it"))
    }
}
