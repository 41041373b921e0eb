//! A generated service, the attribute above `async_trait`.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use futures::stream::{Empty, empty};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_server::Shapes;
use tonic_scope_tests::shapes::{Answer, Ask};

struct Server;

#[scoped(timeout = "2s", call_timeout = "500ms", stream(idle = "30s"))]
#[tonic::async_trait]
impl Shapes for Server {
    type DownloadStream = ReceiverStream<Result<Answer, Status>>;
    type ChatStream = Empty<Result<Answer, Status>>;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        tokio::task::yield_now().await;
        let text = request.into_inner().text;
        Ok(Response::new(Answer { text, ..Answer::default() }))
    }

    #[scoped(idle = "10s")]
    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let stream: Self::DownloadStream = <Self::DownloadStream>::new(receiver);
        tokio::task::yield_now().await;
        drop(sender);
        Ok(Response::new(stream))
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        let mut asks = request.into_inner();
        while asks.message().await?.is_some() {}
        Ok(Response::new(Answer::default()))
    }

    async fn chat(
        &self,
        _request: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        Ok(Response::new(empty()))
    }
}

#[tokio::main]
async fn main() {
    let ask = Request::new(Ask { text: "a".into() });
    assert_eq!(Server.unary(ask).await.unwrap().into_inner().text, "a");
    assert!(Server.download(Request::new(Ask::default())).await.is_ok());
}
