//! The two bodies of a bound call.

mod request;
mod response;

pub(super) use self::request::RequestBody;
pub use self::response::ResponseBody;
