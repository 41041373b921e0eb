//! A transport that keeps what it is sent, and never answers.

use std::{
    future::{Pending, pending},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use http::{HeaderMap, Request, Response};
use tonic::{Status, body::Body};
use tower::Service;

#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(Arc<Mutex<Vec<HeaderMap>>>);

impl Recorder {
    /// How many requests there were.
    pub(crate) fn requests(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// The `grpc-timeout` of the latest request.
    ///
    /// # Panics
    ///
    /// Without a request.
    pub(crate) fn told(&self) -> Option<String> {
        let requests = self.0.lock().unwrap();
        let headers = requests.last().expect("a request");
        let value = headers.get("grpc-timeout")?;
        Some(value.to_str().unwrap().to_owned())
    }
}

impl Service<Request<Body>> for Recorder {
    type Response = Response<Body>;
    type Error = Status;
    type Future = Pending<Result<Response<Body>, Status>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.lock().unwrap().push(request.headers().clone());
        pending()
    }
}
