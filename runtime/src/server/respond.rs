use std::any::Any;

use bytes::Bytes;
use http::Response;
use tonic::Status;

use super::{ServerBody, body::said};
use crate::{
    error::ScopeError,
    lifecycle::CloseReason,
    scope::{Exit, Owner},
    status,
};

/// A handler's result leaves its scope as a response, whatever it is.
#[derive(Debug)]
pub(super) struct Respond;

type Handled<B, E> = Result<Result<Response<B>, E>, Box<dyn Any + Send>>;

impl<B, E> Exit<Handled<B, E>> for Respond
where
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
{
    type Output = Result<Response<ServerBody<B>>, E>;

    const STREAMING: bool = true;

    fn refuse(error: ScopeError) -> Self::Output {
        Ok(Status::from(error).into_http())
    }

    fn leave(result: Handled<B, E>, owner: Owner) -> (Self::Output, Option<(Owner, CloseReason)>) {
        match result {
            Ok(Ok(response)) => {
                let (head, body) = response.into_parts();
                if body.is_end_stream() {
                    let reason = said(&head.headers);
                    let response = Response::from_parts(head, ServerBody::default());
                    return (Ok(response), Some((owner, reason)));
                }
                let body = ServerBody::owning(body, owner);
                (Ok(Response::from_parts(head, body)), None)
            }
            Ok(Err(error)) => (Err(error), Some((owner, CloseReason::Failed))),
            Err(_panic) => {
                let response = status::panicked().into_http();
                (Ok(response), Some((owner, CloseReason::Panicked)))
            }
        }
    }
}
