//! What must hold of any header and of any timeout.
//!
//! The grammar is stated a second time, apart from the code: digit by digit and in
//! one unit, so that a slip in either shows.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};

use super::{ABSURD, GRPC_TIMEOUT, decode, encode};

/// Any value of the header is read as specified, or counts as absent.
///
/// # Panics
///
/// If it is not.
pub(crate) fn is_read_as_specified(value: &[u8]) {
    let Ok(header) = HeaderValue::from_bytes(value) else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.append(GRPC_TIMEOUT, header.clone());
    let nanos = nanos(value).filter(|nanos| *nanos <= ABSURD.as_nanos());
    let read = decode(&headers).map(|timeout| timeout.as_nanos());
    assert_eq!(read, nanos, "{header:?}");

    headers.append(GRPC_TIMEOUT, header);
    assert_eq!(decode(&headers), None, "repeated");
}

/// Any timeout is written as specified, never longer than it is, at most 1 %
/// shorter, and so that the next hop writes the same.
///
/// # Panics
///
/// If it is not.
pub(crate) fn is_written_as_specified(timeout: Duration) {
    let Some((value, sent)) = encode(timeout) else {
        assert!(timeout.is_zero(), "{timeout:?} was not written");
        return;
    };
    assert!(!sent.is_zero(), "{timeout:?} as {value:?}");
    assert_eq!(nanos(value.as_bytes()), Some(sent.as_nanos()), "{value:?}");
    let wanted = timeout.min(ABSURD);
    assert!(
        sent <= wanted && wanted.saturating_sub(sent) <= wanted / 100,
        "{timeout:?} as {value:?}"
    );

    let headers = HeaderMap::from_iter([(GRPC_TIMEOUT, value.clone())]);
    assert_eq!(decode(&headers), Some(sent), "{value:?}");
    assert_eq!(encode(sent), Some((value, sent)), "the next hop");
}

/// More time is never written as less.
///
/// # Panics
///
/// If it is.
pub(crate) fn keeps_order(a: Duration, b: Duration) {
    let sent = |timeout| encode(timeout).map(|(_, sent)| sent);
    assert_eq!(
        sent(a.min(b)).min(sent(a.max(b))),
        sent(a.min(b)),
        "{a:?} and {b:?}"
    );
}

/// `TimeoutValue TimeoutUnit`, zero included.
fn nanos(value: &[u8]) -> Option<u128> {
    let (unit, digits) = value.split_last()?;
    let unit = match char::from(*unit) {
        'n' => 1,
        'u' => 1_000,
        'm' => 1_000_000,
        'S' => 1_000_000_000,
        'M' => 60_000_000_000,
        'H' => 3_600_000_000_000,
        _ => return None,
    };
    match digits.len() {
        1..=8 => digits.iter().try_fold(0, |value: u128, digit| {
            let digit = char::from(*digit).to_digit(10)?;
            Some(value * 10 + u128::from(digit))
        }),
        _ => None,
    }
    .map(|value| value * unit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn timeouts() -> impl Strategy<Value = Duration> {
        // Each order of magnitude is as likely as any other.
        (0..90_u32, any::<u128>()).prop_map(|(bits, random)| {
            let nanos = random & ((1 << bits) - 1);
            let secs = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
            Duration::new(secs, (nanos % 1_000_000_000) as u32)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn any_bytes_are_read_as_specified(value in prop::collection::vec(any::<u8>(), 0..12)) {
            is_read_as_specified(&value);
        }

        #[test]
        fn what_looks_like_a_timeout_is_read_as_specified(value in "[-+ ]?[0-9]{0,9}[.]?[HMSmunhs]{0,2}") {
            is_read_as_specified(value.as_bytes());
        }

        #[test]
        fn any_timeout_is_written_as_specified(timeout in timeouts()) {
            is_written_as_specified(timeout);
        }

        #[test]
        fn more_time_is_not_written_as_less(a in timeouts(), b in timeouts(), near in 0..2000_u32) {
            keeps_order(a, b);
            keeps_order(a, a.saturating_add(Duration::from_nanos(u64::from(near))));
        }
    }

    #[test]
    fn every_unit_is_read() {
        let table: [(&[u8], Duration); 9] = [
            (b"2H", Duration::from_secs(7200)),
            (b"3M", Duration::from_secs(180)),
            (b"4S", Duration::from_secs(4)),
            (b"5m", Duration::from_millis(5)),
            (b"6u", Duration::from_micros(6)),
            (b"7n", Duration::from_nanos(7)),
            (b"99999999n", Duration::from_nanos(99_999_999)),
            (b"00000008S", Duration::from_secs(8)),
            (b"0m", Duration::ZERO),
        ];
        for (value, timeout) in table {
            assert_eq!(nanos(value), Some(timeout.as_nanos()));
            is_read_as_specified(value);
        }
    }

    #[test]
    fn malformed_and_absurd_values_count_as_absent() {
        let table: [&[u8]; 15] = [
            b"",
            b"5",
            b"m",
            b"5 m",
            b"-5m",
            b"+5m",
            b"5.0m",
            b"5x",
            b"5mm",
            b"\xff5m",
            b"5\xff",
            b" 5m",
            b"123456789n",
            b"8761H",
            b"99999999H",
        ];
        for value in table {
            let headers = HeaderMap::from_iter([(
                GRPC_TIMEOUT,
                HeaderValue::from_bytes(value).expect("a header"),
            )]);
            assert_eq!(decode(&headers), None, "{value:?}");
            is_read_as_specified(value);
        }
        assert_eq!(decode(&HeaderMap::new()), None);
    }

    #[test]
    fn the_edges_are_written_as_specified() {
        for timeout in [
            Duration::ZERO,
            Duration::from_nanos(1),
            ABSURD,
            ABSURD + Duration::from_nanos(1),
            Duration::MAX,
        ] {
            is_written_as_specified(timeout);
        }
        let (year, _) = encode(Duration::MAX).expect("not zero");
        assert_eq!(year, "31500000S");
    }
}
