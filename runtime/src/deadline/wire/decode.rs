use std::time::Duration;

use http::HeaderMap;

use super::{ABSURD, GRPC_TIMEOUT};

/// Reads a timeout. Malformed, repeated and absurd values count as absent.
///
/// Zero is not in the grammar, whose integers are positive, and yet it is read:
/// grpc-go writes `0n` when its deadline has passed. Taken for absent it would give
/// the one caller who has no time left all the time there is.
pub(crate) fn decode(headers: &HeaderMap) -> Option<Duration> {
    // Headers are few, and looked through faster than the name is hashed.
    let timeout = GRPC_TIMEOUT;
    let mut values = headers.iter().filter(|(name, _)| **name == timeout);
    let (_, value) = values.next()?;
    if values.next().is_some() {
        return None;
    }
    let (digits, unit) = value
        .as_bytes()
        .split_at_checked(value.len().checked_sub(1)?)?;
    if !(1..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let count: u64 = str::from_utf8(digits).ok()?.parse().ok()?;
    let timeout = match unit {
        b"H" => Duration::from_secs(count * 60 * 60),
        b"M" => Duration::from_secs(count * 60),
        b"S" => Duration::from_secs(count),
        b"m" => Duration::from_millis(count),
        b"u" => Duration::from_micros(count),
        b"n" => Duration::from_nanos(count),
        _ => return None,
    };
    (timeout <= ABSURD).then_some(timeout)
}
