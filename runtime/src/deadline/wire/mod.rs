//! The `grpc-timeout` header.
//!
//! [gRPC over HTTP/2](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests):
//! `Timeout → "grpc-timeout" TimeoutValue TimeoutUnit`, where the value is a
//! positive integer of at most 8 digits and the unit one of
//! `H`, `M`, `S`, `m`, `u`, `n`.
//!
//! `properties` states the grammar and the promises a second time. Unit tests and
//! the fuzz target `grpc_timeout` hold the code to it.

mod decode;
mod encode;
#[cfg(all(any(test, fuzzing), not(loom)))]
pub(crate) mod properties;

use std::time::Duration;

use http::HeaderName;

pub(crate) use self::{decode::decode, encode::encode};

pub(crate) const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Longer timeouts than a year say nothing and count as absent.
const ABSURD: Duration = Duration::from_secs(365 * 24 * 60 * 60);
