//! The `grpc-timeout` header.
//!
//! [gRPC over HTTP/2](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests):
//! `Timeout → "grpc-timeout" TimeoutValue TimeoutUnit`, where the value is a
//! positive integer of at most 8 digits and the unit one of
//! `H`, `M`, `S`, `m`, `u`, `n`.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Longer timeouts than a year say nothing and count as absent.
const ABSURD: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Writes a timeout, and returns what was written, which is at most 1 % less.
///
/// Three significant digits are sent, rounded down: coarse enough that calls
/// made close together repeat the value, which HPACK then sends as an index
/// into its table, and fine enough to take no more than 1 % of the time.
/// `None` for zero, which the format cannot express.
pub(crate) fn encode(timeout: Duration) -> Option<(HeaderValue, Duration)> {
    let nanos = timeout.min(ABSURD).as_nanos();
    if nanos == 0 {
        return None;
    }
    let mut step: u128 = 1;
    while nanos / step >= 1000 {
        step *= 10;
    }
    let rounded = nanos / step * step;
    // The coarsest unit that expresses the rounded value exactly.
    let (unit, name) = [
        (1_000_000_000_u128, 'S'),
        (1_000_000, 'm'),
        (1_000, 'u'),
        (1, 'n'),
    ]
    .into_iter()
    .find(|(unit, _)| rounded.is_multiple_of(*unit))?;
    let value = HeaderValue::try_from(format!("{}{name}", rounded / unit)).ok()?;
    Some((value, Duration::from_nanos(u64::try_from(rounded).ok()?)))
}

/// Reads a timeout. Malformed, repeated and absurd values count as absent.
pub(crate) fn decode(headers: &HeaderMap) -> Option<Duration> {
    let mut values = headers.get_all(GRPC_TIMEOUT).iter();
    let value = values.next()?;
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn read(value: &[u8]) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(GRPC_TIMEOUT, HeaderValue::from_bytes(value).unwrap());
        decode(&headers)
    }

    #[test]
    fn every_unit_is_read() {
        assert_eq!(read(b"2H"), Some(Duration::from_secs(7200)));
        assert_eq!(read(b"3M"), Some(Duration::from_secs(180)));
        assert_eq!(read(b"4S"), Some(Duration::from_secs(4)));
        assert_eq!(read(b"5m"), Some(Duration::from_millis(5)));
        assert_eq!(read(b"6u"), Some(Duration::from_micros(6)));
        assert_eq!(read(b"7n"), Some(Duration::from_nanos(7)));
        assert_eq!(read(b"99999999n"), Some(Duration::from_nanos(99_999_999)));
        assert_eq!(read(b"0m"), Some(Duration::ZERO));
    }

    #[test]
    fn malformed_and_absurd_values_count_as_absent() {
        for value in [
            &b""[..],
            b"5",
            b"m",
            b"5 m",
            b"-5m",
            b"+5m",
            b"5.0m",
            b"5x",
            b"5mm",
            b"123456789n",
            b"9999999H",
            b"\xff5m",
            b"5\xff",
            b" 5m",
        ] {
            assert_eq!(read(value), None, "{value:?}");
        }
        let mut twice = HeaderMap::new();
        twice.append(GRPC_TIMEOUT, HeaderValue::from_static("5m"));
        twice.append(GRPC_TIMEOUT, HeaderValue::from_static("6m"));
        assert_eq!(decode(&twice), None);
        assert_eq!(decode(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_written_is_read_back_and_at_most_one_percent_short() {
        assert_eq!(encode(Duration::ZERO), None);
        let mut nanos: u64 = 1;
        while nanos < u64::MAX / 3 {
            for timeout in [nanos, nanos + 1, nanos * 2 - 1].map(Duration::from_nanos) {
                let (value, sent) = encode(timeout).unwrap();
                assert!(value.len() <= 9, "{value:?}");
                assert_eq!(
                    read(value.as_bytes()),
                    Some(sent),
                    "{timeout:?} as {value:?}"
                );
                let wanted = timeout.min(ABSURD);
                assert!(
                    sent <= wanted && wanted.saturating_sub(sent) <= wanted / 100,
                    "{timeout:?} as {value:?}"
                );
            }
            nanos *= 3;
        }
        let (value, _) = encode(Duration::MAX).unwrap();
        assert_eq!(value, "31500000S");
    }
}
