//! Any header is read, and any timeout written, as `grpc-timeout` is specified.
//!
//! ```sh
//! cargo install cargo-fuzz
//! cargo fuzz run grpc_timeout --sanitizer none
//! ```

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;

// The codec is no part of the public API, and depends on nothing but `http`.
#[path = "../../runtime/src/deadline/wire/mod.rs"]
mod wire;

use wire::properties::{is_read_as_specified, is_written_as_specified, keeps_order};

fuzz_target!(|data: &[u8]| {
    is_read_as_specified(data);
    let mut numbers = data
        .chunks_exact(8)
        .filter_map(|bytes| bytes.try_into().ok());
    let mut timeout = || {
        let secs = u64::from_le_bytes(numbers.next()?);
        let nanos = u64::from_le_bytes(numbers.next()?);
        // Half of the timeouts are short, as those that are sent are.
        Some(match secs % 2 {
            0 => Duration::from_nanos(nanos),
            _ => Duration::new(secs, (nanos % 1_000_000_000) as u32),
        })
    };
    if let Some(first) = timeout() {
        is_written_as_specified(first);
        keeps_order(first, timeout().unwrap_or(first / 2));
    }
});
