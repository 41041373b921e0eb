//! The same below `async_trait`, where the methods are desugared already.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::pin::Pin;

use futures::Stream;
use futures::stream::{Empty, empty};
use tonic::{Request, Response, Status, Streaming};
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_server::Shapes;
use tonic_scope_tests::shapes::{Answer, Ask};

struct Server;

#[tonic::async_trait]
#[scoped(timeout = "2s", stream(idle = "30s"))]
impl Shapes for Server {
    type DownloadStream = Pin<Box<dyn Stream<Item = Result<Answer, Status>> + Send>>;
    type ChatStream = Empty<Result<Answer, Status>>;

    async fn unary(&self, mut request: Request<Ask>) -> Result<Response<Answer>, Status> {
        request.get_mut().text.push('!');
        let text = request.into_inner().text;
        Ok(Response::new(Answer { text, ..Answer::default() }))
    }

    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        if false {
            return Err(Status::not_found("none"));
        }
        Ok(Response::new(Box::pin(empty())))
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        let mut asks = request.into_inner();
        while asks.message().await?.is_some() {}
        Ok(Response::new(Answer::default()))
    }

    #[scoped(timeout = "10m", name = "chat")]
    async fn chat(
        &self,
        request: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        drop(request);
        let stream: Self::ChatStream = empty();
        Ok(Response::new(stream))
    }
}

#[tokio::main]
async fn main() {
    let ask = Request::new(Ask { text: "a".into() });
    assert_eq!(Server.unary(ask).await.unwrap().into_inner().text, "a!");
    assert!(Server.download(Request::new(Ask::default())).await.is_ok());
}
