//! Deadlines and cancellation with peers that nobody here wrote: gRPC's own Python
//! and Node libraries, as clients of our server and as servers of our client; and what
//! Prometheus makes of our metrics.
//!
//! `tests/peers/run` installs them and runs this; `tests/peers/README.md` says what
//! they are told and what they tell.

mod clients;
mod dashboard;
mod foreign;
mod interop;
mod metrics;
mod ours;
mod servers;

use std::time::Duration;

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(300);

const SHAPES: [&str; 4] = ["Unary", "Download", "Upload", "Chat"];

/// Runs each of these tests with each peer.
macro_rules! with_each_peer {
    ($($test:ident),* $(,)?) => {
        mod grpcio {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::foreign::Language::Python).await;
            })*
        }

        mod grpc_js {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::foreign::Language::Node).await;
            })*
        }
    };
}
pub(crate) use with_each_peer;

/// Whether `left` is what can be left of `allowed`: not more, and not less than
/// nine tenths of it.
fn is_left_of(left: Duration, allowed: Duration) -> bool {
    left <= allowed && left >= allowed * 9 / 10
}
