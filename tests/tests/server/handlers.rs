//! Handlers that say nothing of scopes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use futures::{StreamExt, stream, stream::BoxStream};
use tokio::sync::mpsc::UnboundedSender;
use tonic::{Code, Request, Response, Status, Streaming, metadata::MetadataValue};
use tonic_scope::Scope;
use tonic_scope_tests::shapes::{Answer, Ask, shapes_server::Shapes};

use super::front::Event;

pub(super) struct Handlers {
    pub(super) began: Arc<AtomicUsize>,
    pub(super) events: UnboundedSender<Event>,
}

impl Handlers {
    fn begin(&self) {
        self.began.fetch_add(1, Ordering::SeqCst);
        let scope = Scope::current().expect("each request has a scope");
        let _ = self.events.send(Event::Began(scope));
    }
}

#[tonic::async_trait]
impl Shapes for Handlers {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        self.begin();
        let text = request.into_inner().text;
        match text.as_str() {
            "panic" => panic!("secret"),
            "fail" => Err(Status::with_details(
                Code::NotFound,
                "as asked",
                Bytes::from_static(b"details"),
            )),
            "answer" => {
                let mut response = Response::new(Answer {
                    text,
                    ..Answer::default()
                });
                response
                    .metadata_mut()
                    .insert("x-shape", MetadataValue::from_static("unary"));
                Ok(response)
            }
            _ => std::future::pending().await,
        }
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        self.begin();
        let mut asks = request.into_inner();
        let mut count = 0;
        loop {
            match asks.message().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => break,
                Err(status) => {
                    let _ = self.events.send(Event::Uploaded(Err(status.code())));
                    return Err(status);
                }
            }
        }
        let _ = self.events.send(Event::Uploaded(Ok(())));
        Ok(Response::new(Answer {
            text: count.to_string(),
            ..Answer::default()
        }))
    }

    async fn download(
        &self,
        request: Request<Ask>,
    ) -> Result<Response<Self::DownloadStream>, Status> {
        self.begin();
        let answer = || {
            Ok(Answer {
                load: vec![0; 64 * 1024],
                ..Answer::default()
            })
        };
        Ok(Response::new(match request.get_ref().text.as_str() {
            "flood" => stream::repeat_with(answer).boxed(),
            "three" => stream::repeat_with(answer).take(3).boxed(),
            "fail" => stream::iter([answer(), Err(Status::not_found("as asked"))]).boxed(),
            _ => stream::pending().boxed(),
        }))
    }

    async fn chat(
        &self,
        request: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        self.begin();
        let echo = |ask: Result<Ask, Status>| {
            ask.map(|ask| Answer {
                text: ask.text,
                ..Answer::default()
            })
        };
        Ok(Response::new(request.into_inner().map(echo).boxed()))
    }
}
