//! `#[instrument]` above and below, before and after `async_trait`.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::pin::Pin;

use futures::Stream;
use futures::stream::{Empty, empty};
use tonic::{Request, Response, Status, Streaming};
use tonic_scope::{ScopedStream, scoped};
use tonic_scope_tests::shapes::shapes_server::Shapes;
use tonic_scope_tests::shapes::{Answer, Ask};
use tracing::instrument;

#[scoped]
#[instrument(err)]
async fn above(n: u32) -> Result<u32, Status> {
    tokio::task::yield_now().await;
    Ok(n)
}

#[instrument(err)]
#[scoped]
async fn below(n: u32) -> Result<u32, Status> {
    tokio::task::yield_now().await;
    Ok(n)
}

struct Server;

#[tonic::async_trait]
impl Shapes for Server {
    type DownloadStream = Pin<Box<dyn Stream<Item = Result<Answer, Status>> + Send>>;
    type ChatStream = ScopedStream<Empty<Result<Answer, Status>>>;

    #[scoped(timeout = "2s")]
    #[instrument(skip_all, ret, err)]
    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        let text = request.into_inner().text;
        Ok(Response::new(Answer { text, ..Answer::default() }))
    }

    #[instrument(skip_all, err)]
    #[scoped(idle = "2s")]
    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        Ok(Response::new(Box::pin(empty())))
    }

    #[instrument(skip_all)]
    #[scoped]
    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        let mut asks = request.into_inner();
        while asks.message().await?.is_some() {}
        Ok(Response::new(Answer::default()))
    }

    #[scoped(idle = "2s")]
    #[instrument(skip_all, err)]
    async fn chat(
        &self,
        _: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        Ok(Response::new(ScopedStream::new(empty())))
    }
}

struct Whole;

#[scoped(stream(idle = "2s"))]
#[tonic::async_trait]
impl Shapes for Whole {
    type DownloadStream = Empty<Result<Answer, Status>>;
    type ChatStream = Empty<Result<Answer, Status>>;

    #[instrument(skip_all, err)]
    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        let text = request.into_inner().text;
        Ok(Response::new(Answer { text, ..Answer::default() }))
    }

    #[instrument(skip_all, err)]
    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        Ok(Response::new(empty()))
    }

    async fn upload(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        Ok(Response::new(Answer::default()))
    }

    async fn chat(&self, _: Request<Streaming<Ask>>) -> Result<Response<Self::ChatStream>, Status> {
        Ok(Response::new(empty()))
    }
}

#[tokio::main]
async fn main() {
    assert_eq!(above(1).await.unwrap(), 1);
    assert_eq!(below(2).await.unwrap(), 2);
    let ask = || Request::new(Ask { text: "a".into() });
    assert_eq!(Server.unary(ask()).await.unwrap().into_inner().text, "a");
    assert!(Server.download(ask()).await.is_ok());
    assert_eq!(Whole.unary(ask()).await.unwrap().into_inner().text, "a");
    assert!(Whole.download(ask()).await.is_ok());
}
