//! A server that counts and clients of each kind, with calls that have ended well,
//! that have failed, and that have not ended.

#![allow(dead_code, reason = "not every test that has it looks at all of it")]

use std::{net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tokio_stream::{Pending, wrappers::TcpListenerStream};
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Channel, Server},
};
use tonic_scope::{
    Scoped, ServerScopeLayer,
    monitor::{self, ChannelOrigin, ChannelSnapshot},
    pool::Pool,
    scoped,
};
use tonic_scope_tests::{
    channel, settles,
    shapes::{
        Answer, Ask,
        shapes_client::ShapesClient,
        shapes_server::{Shapes, ShapesServer},
    },
};

/// All of it, until it is dropped.
pub(crate) struct Watched {
    pub(crate) address: SocketAddr,
    pub(crate) layer: ServerScopeLayer,
    pub(crate) pool: Pool,
    long_lived: ShapesClient<Scoped<Channel>>,
    borrowed: ShapesClient<Scoped<Channel>>,
    end: Arc<Notify>,
    scope: JoinHandle<Result<(), Status>>,
}

/// How many calls there are in all, and how they went: the last is under way.
pub(crate) const STARTED: u64 = 9;
pub(crate) const SUCCEEDED: u64 = 7;
pub(crate) const FAILED: u64 = 1;

impl Watched {
    pub(crate) async fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let layer = ServerScopeLayer::new();
        let server = Server::builder()
            .layer(layer.clone())
            .add_service(ShapesServer::new(Answers));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        let url = format!("http://{address}");

        let mut long_lived = ShapesClient::new(Scoped::new(channel(url.clone()).await));
        use_in_scope(long_lived.clone()).await.unwrap();
        // Outside any scope.
        long_lived.unary(Ask::default()).await.unwrap();

        let pool = Pool::builder().build().unwrap();
        let mut borrowed = ShapesClient::new(pool.connect(url.as_str()).await.unwrap());
        borrowed.unary(Ask::default()).await.unwrap();

        let end = Arc::new(Notify::new());
        let scope = tokio::spawn(own_connection(url, Arc::clone(&end)));
        let counts = || {
            let counts = layer.counts();
            (counts.requests, counts.succeeded, counts.failed)
        };
        let wanted = (STARTED, SUCCEEDED, FAILED);
        assert_eq!(settles(counts, wanted).await, wanted);
        Self {
            address,
            layer,
            pool,
            long_lived,
            borrowed,
            end,
            scope,
        }
    }

    /// The channels of the process that go to the server, and those whose target
    /// nobody knows.
    pub(crate) fn channels(&self) -> Vec<ChannelSnapshot> {
        let port = format!(":{}", self.address.port());
        let is_ours = |channel: &ChannelSnapshot| match &channel.target {
            Some(target) => target.contains(&port),
            None => channel.origin == ChannelOrigin::LongLived,
        };
        monitor::channels().into_iter().filter(is_ours).collect()
    }

    pub(crate) async fn end(self) {
        self.end.notify_one();
        self.scope.await.unwrap().unwrap();
        self.pool.close().await;
    }
}

#[scoped(timeout = "20s")]
async fn use_in_scope(mut client: ShapesClient<Scoped<Channel>>) -> Result<(), Status> {
    for _ in 0..3 {
        client.unary(Ask::default()).await?;
    }
    let refused = client.unary(asks("fail")).await;
    assert!(refused.is_err());
    Ok(())
}

#[scoped(timeout = "20s")]
async fn own_connection(url: String, end: Arc<Notify>) -> Result<(), Status> {
    let mut client = ShapesClient::connect(url).await?;
    for _ in 0..2 {
        client.unary(Ask::default()).await?;
    }
    let waits = tokio::spawn(async move { client.unary(asks("wait")).await });
    end.notified().await;
    waits.abort();
    Ok(())
}

fn asks(text: &str) -> Ask {
    Ask {
        text: text.to_owned(),
    }
}

/// Answers a `Unary` unless it is asked to `fail` or to `wait`.
struct Answers;

type Nothing = Pending<Result<Answer, Status>>;

#[tonic::async_trait]
impl Shapes for Answers {
    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        match request.get_ref().text.as_str() {
            "fail" => Err(Status::internal("as asked")),
            "wait" => std::future::pending().await,
            _ => Ok(Response::new(Answer::default())),
        }
    }

    type DownloadStream = Nothing;

    async fn download(&self, _: Request<Ask>) -> Result<Response<Nothing>, Status> {
        Err(Status::unimplemented("not here"))
    }

    async fn upload(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        Err(Status::unimplemented("not here"))
    }

    type ChatStream = Nothing;

    async fn chat(&self, _: Request<Streaming<Ask>>) -> Result<Response<Nothing>, Status> {
        Err(Status::unimplemented("not here"))
    }
}
