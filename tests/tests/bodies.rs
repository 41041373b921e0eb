//! Every body that we put round another shows what that one shows: its frames, when
//! it has ended, and how long it is. HTTP/2 puts an end of stream and a
//! `content-length` on the wire by the last two.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body as _, Frame, SizeHint};
use tokio::sync::oneshot;
use tonic::{Status, body::Body};
use tonic_scope::{Scope, Scoped, ServerScopeLayer};
use tower::{Layer as _, ServiceExt as _, service_fn};

/// A body that knows its end and its length.
#[derive(Clone, Debug)]
struct Scripted(VecDeque<Result<&'static str, HeaderMap>>);

impl http_body::Body for Scripted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Ready(self.0.pop_front().map(|frame| {
            Ok(match frame {
                Ok(data) => Frame::data(Bytes::from_static(data.as_bytes())),
                Err(trailers) => Frame::trailers(trailers),
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let data = self.0.iter().filter_map(|frame| frame.as_ref().ok());
        SizeHint::with_exact(data.map(|data| data.len() as u64).sum())
    }
}

/// What a body shows before a frame is taken, and the frame.
type Shown = (bool, Option<u64>, Option<String>);

async fn shown(mut body: Body) -> Vec<Shown> {
    let mut all = Vec::new();
    loop {
        let (end, size) = (body.is_end_stream(), body.size_hint().exact());
        let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        let frame = frame.map(|frame| format!("{:?}", frame.unwrap()));
        let last = frame.is_none();
        all.push((end, size, frame));
        if last {
            return all;
        }
    }
}

/// The body of a request, as the transport of a scoped client gets it.
async fn request_of_client(body: Body) -> Vec<Shown> {
    let (sender, seen) = oneshot::channel();
    let sender = Arc::new(Mutex::new(Some(sender)));
    let transport = service_fn(move |request: Request<Body>| {
        let sender = sender.lock().unwrap().take();
        async move {
            let shown = shown(request.into_body()).await;
            sender.unwrap().send(shown).unwrap();
            Ok::<_, Infallible>(Response::new(Body::empty()))
        }
    });
    Scoped::new(transport)
        .oneshot(Request::new(body))
        .await
        .unwrap();
    seen.await.unwrap()
}

/// The body of a response, as the caller of a scoped client gets it.
async fn response_of_client(body: Body) -> Vec<Shown> {
    let response = Scoped::new(Answers::new(body))
        .oneshot(Request::new(Body::empty()))
        .await
        .unwrap();
    shown(Body::new(response.into_body())).await
}

/// The body of a request, as the handler of a server with the layer gets it.
async fn request_of_server(body: Body) -> Vec<Shown> {
    let handler = service_fn(|request: Request<Body>| async {
        let shown = shown(request.into_body()).await;
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(shown);
        Ok::<_, Infallible>(response)
    });
    let scopes = ServerScopeLayer::new();
    let server = scopes.layer(handler);
    let mut response = server.oneshot(Request::new(body)).await.unwrap();
    response.extensions_mut().remove().unwrap()
}

/// The body of a response, as the transport of a server with the layer gets it.
async fn response_of_server(body: Body) -> Vec<Shown> {
    // The scopes of requests live no longer than it.
    let scopes = ServerScopeLayer::new();
    let server = scopes.layer(Answers::new(body));
    let request = Request::new(Body::empty());
    let response = server.oneshot(request).await.unwrap();
    shown(Body::new(response.into_body())).await
}

/// A service with one answer.
#[derive(Clone)]
struct Answers(Arc<Mutex<Option<Body>>>);

impl Answers {
    fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Some(body))))
    }
}

impl tower::Service<Request<Body>> for Answers {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        let body = self.0.lock().unwrap().take().unwrap();
        std::future::ready(Ok(Response::new(body)))
    }
}

fn scripts() -> Vec<Scripted> {
    let trailers = || {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", "0".parse().unwrap());
        Err(trailers)
    };
    [
        vec![],
        vec![Ok("whole")],
        vec![Ok("one"), Ok(""), Ok("three")],
        vec![Ok("one"), Ok("two"), trailers()],
        vec![trailers()],
    ]
    .map(|frames| Scripted(frames.into()))
    .into()
}

#[tokio::test]
async fn every_wrapped_body_shows_what_the_bare_one_shows() {
    type Wrap = fn(Body) -> BoxFuture<'static, Vec<Shown>>;
    let wraps: [(&str, Wrap); 4] = [
        ("a client's request", |body| {
            Box::pin(request_of_client(body))
        }),
        ("a client's response", |body| {
            Box::pin(response_of_client(body))
        }),
        ("a server's request", |body| {
            Box::pin(request_of_server(body))
        }),
        ("a server's response", |body| {
            Box::pin(response_of_server(body))
        }),
    ];
    for script in scripts() {
        let bare = shown(Body::new(script.clone())).await;
        for (name, wrap) in wraps {
            let wrapped = Scope::builder("caller")
                .timeout(Duration::from_secs(60))
                .run(async { Ok::<_, Status>(wrap(Body::new(script.clone())).await) });
            assert_eq!(wrapped.await.unwrap(), bare, "{name}: {script:?}");
        }
    }
}

/// A peer that puts a status among the headers and messages behind it: tonic reads
/// them.
#[tokio::test]
async fn a_status_among_the_headers_takes_nothing_from_the_body() {
    let script = Scripted([Ok("more")].into());
    let bare = shown(Body::new(script.clone())).await;
    let answers = service_fn(|_: Request<Body>| {
        let mut response = Response::new(Body::new(script.clone()));
        let ok = HeaderValue::from_static("0");
        response.headers_mut().insert(Status::GRPC_STATUS, ok);
        async { Ok::<_, Infallible>(response) }
    });
    let request = || Request::new(Body::empty());

    let scopes = ServerScopeLayer::new();
    let server = scopes.layer(answers);
    let response = server.oneshot(request()).await.unwrap();
    assert_eq!(shown(Body::new(response.into_body())).await, bare);

    let call = async {
        let response = Scoped::new(answers).oneshot(request()).await?;
        Ok::<_, Status>(shown(Body::new(response.into_body())).await)
    };
    let scope = Scope::builder("caller").no_timeout();
    assert_eq!(scope.run(call).await.unwrap(), bare);
}
