use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tonic::{Code, Status, body::Body};

/// A request's body that tells a reset from an end.
///
/// tonic's decoder takes `CANCELLED` from a request's body for the end of the
/// upload, so the reset goes by another code.
pub(super) struct Upload(Body);

impl Upload {
    pub(super) fn new(body: Body) -> Self {
        Self(body)
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Pin::new(&mut self.0)
            .poll_frame(cx)
            .map_err(|status| match status.code() {
                Code::Cancelled => {
                    Status::aborted("the caller cancelled the call before its upload was complete")
                }
                _ => status,
            })
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
