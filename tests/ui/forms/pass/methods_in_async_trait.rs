//! Single methods of an impl that is not annotated itself.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::pin::Pin;

use futures::Stream;
use futures::stream::{Empty, empty};
use tonic::{Request, Response, Status, Streaming};
use tonic_scope::{ScopedStream, scoped};
use tonic_scope_tests::shapes::shapes_server::Shapes;
use tonic_scope_tests::shapes::{Answer, Ask};

struct Server;

#[tonic::async_trait]
impl Shapes for Server {
    type DownloadStream = Pin<Box<dyn Stream<Item = Result<Answer, Status>> + Send>>;
    type ChatStream = ScopedStream<Empty<Result<Answer, Status>>>;

    #[scoped(timeout = "2s")]
    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        tokio::task::yield_now().await;
        let text = request.into_inner().text;
        Ok(Response::new(Answer { text, ..Answer::default() }))
    }

    #[scoped(idle = "10s")]
    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        Ok(Response::new(Box::pin(empty())))
    }

    async fn upload(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        Ok(Response::new(Answer::default()))
    }

    #[scoped(idle = "10s")]
    async fn chat(
        &self,
        _request: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        Ok(Response::new(ScopedStream::new(empty())))
    }
}

#[tonic::async_trait]
trait WithDefault: Sync {
    #[scoped(timeout = "2s")]
    async fn hello(&self, _: Request<Ask>) -> Result<Response<Answer>, Status> {
        Ok(Response::new(Answer::default()))
    }
}

impl WithDefault for Server {}

#[tokio::main]
async fn main() {
    let ask = Request::new(Ask { text: "a".into() });
    assert_eq!(Server.unary(ask).await.unwrap().into_inner().text, "a");
    assert!(Server.download(Request::new(Ask::default())).await.is_ok());
    assert!(Server.hello(Request::new(Ask::default())).await.is_ok());
}
