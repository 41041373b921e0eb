//! The two bodies of a bound call.

mod request;
mod response;

pub use self::{request::RequestBody, response::ResponseBody};
