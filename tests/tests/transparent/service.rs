//! Ordinary handlers, and the same with the attribute.

use bytes::Bytes;
use futures::{StreamExt, stream, stream::BoxStream};
use tonic::{
    Code, Request, Response, Status, Streaming,
    metadata::{MetadataMap, MetadataValue},
};
use tonic_scope::scoped;
use tonic_scope_tests::shapes::{Answer, Ask, shapes_server::Shapes};

/// Does what the last ask says: `fail`, `large`, `empty`, `early`, or an echo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ordinary;

/// More than the 4 MiB that tonic takes unless told otherwise.
pub(crate) const LARGE: usize = 5 << 20;

type Answers = BoxStream<'static, Result<Answer, Status>>;

#[tonic::async_trait]
impl Shapes for Ordinary {
    type DownloadStream = Answers;
    type ChatStream = Answers;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        let (metadata, _, ask) = request.into_parts();
        let response = Response::new(answer(ask)?);
        Ok(with_metadata(response, &metadata))
    }

    async fn download(&self, request: Request<Ask>) -> Result<Response<Answers>, Status> {
        let (metadata, _, ask) = request.into_parts();
        let answers = match ask.text.as_str() {
            "early" => return Err(failed()),
            "empty" => stream::empty().boxed(),
            "fail" => stream::iter([Ok(Answer::default()), Err(failed())]).boxed(),
            text => {
                let count = if text.len() < 100 { 20 } else { 2 };
                stream::iter((0..count).map(move |_| answer(ask.clone()))).boxed()
            }
        };
        Ok(with_metadata(Response::new(answers), &metadata))
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        let (metadata, _, mut asks) = request.into_parts();
        let mut last = Ask::default();
        while let Some(ask) = asks.message().await? {
            if ask.text == "early" {
                return Err(failed());
            }
            last = ask;
        }
        let response = Response::new(answer(last)?);
        Ok(with_metadata(response, &metadata))
    }

    async fn chat(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answers>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let answers = asks.map(|ask| answer(ask?)).boxed();
        Ok(with_metadata(Response::new(answers), &metadata))
    }
}

fn answer(ask: Ask) -> Result<Answer, Status> {
    let load = match ask.text.as_str() {
        "fail" => return Err(failed()),
        "large" => vec![7; LARGE],
        _ => vec![1; 100],
    };
    let text = ask.text;
    Ok(Answer { text, load })
}

fn failed() -> Status {
    let mut metadata = MetadataMap::new();
    metadata.insert("x-why", MetadataValue::from_static("as asked"));
    metadata.insert_bin("x-why-bin", MetadataValue::from_bytes(&[0, 255, 3]));
    let details = Bytes::from_static(&[8, 5, 0, 255]);
    Status::with_details_and_metadata(Code::NotFound, "nicht da: ü, % and\ttab", details, metadata)
}

/// Sends back the caller's own metadata.
fn with_metadata<T>(mut response: Response<T>, request: &MetadataMap) -> Response<T> {
    let metadata = response.metadata_mut();
    for value in request.get_all("x-text") {
        metadata.append("x-text", value.clone());
    }
    for value in request.get_all_bin("x-data-bin") {
        metadata.append_bin("x-data-bin", value.clone());
    }
    response
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Annotated;

#[scoped(timeout = "60s", stream(timeout = "60s"))]
#[tonic::async_trait]
impl Shapes for Annotated {
    type DownloadStream = Answers;
    type ChatStream = Answers;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        Ordinary.unary(request).await
    }

    async fn download(&self, request: Request<Ask>) -> Result<Response<Answers>, Status> {
        Ordinary.download(request).await
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        Ordinary.upload(request).await
    }

    async fn chat(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answers>, Status> {
        Ordinary.chat(request).await
    }
}
