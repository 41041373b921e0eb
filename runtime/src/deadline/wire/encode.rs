use std::{cell::RefCell, time::Duration};

use http::HeaderValue;

use super::ABSURD;

/// Writes a timeout, and returns what was written, which is at most 1 % less.
///
/// Three significant digits are sent, rounded down: coarse enough that calls
/// made close together repeat the value, which HPACK then sends as an index
/// into its table, and fine enough to take no more than 1 % of the time.
/// A timeout of more than a year is sent as one of a year. `None` for zero, which
/// the format cannot express: there is nothing to send when no time is left.
pub(crate) fn encode(timeout: Duration) -> Option<(HeaderValue, Duration)> {
    let nanos = u64::try_from(timeout.min(ABSURD).as_nanos()).ok()?;
    if nanos == 0 {
        return None;
    }
    let (mut digits, mut step) = (nanos, 1);
    while digits >= 1000 {
        digits /= 10;
        step *= 10;
    }
    let rounded = digits * step;
    Some((remembered(rounded)?, Duration::from_nanos(rounded)))
}

/// As many as a thread has use for within a second or two of a call's limit.
const REMEMBERED: usize = 64;

/// What is repeated is not written anew: each thread remembers values, each at the
/// place that its digits give it.
fn remembered(rounded: u64) -> Option<HeaderValue> {
    type Values = [Option<(u64, HeaderValue)>; REMEMBERED];
    thread_local!(static VALUES: RefCell<Values> = const { RefCell::new([const { None }; REMEMBERED]) });

    // Fibonacci hashing: neighbours are kept apart, whatever their magnitude.
    #[allow(clippy::cast_possible_truncation, reason = "six bits are left")]
    let place = (rounded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58) as usize;
    let seen = VALUES.try_with(|values| match &mut values.borrow_mut()[place] {
        Some((known, value)) if *known == rounded => Some(value.clone()),
        other => {
            let value = written(rounded)?;
            *other = Some((rounded, value.clone()));
            Some(value)
        }
    });
    // A thread that is being torn down remembers nothing.
    seen.unwrap_or_else(|_| written(rounded))
}

/// In the coarsest unit that expresses it exactly.
fn written(rounded: u64) -> Option<HeaderValue> {
    let (unit, name) = [
        (1_000_000_000, 'S'),
        (1_000_000, 'm'),
        (1_000, 'u'),
        (1, 'n'),
    ]
    .into_iter()
    .find(|(unit, _)| rounded.is_multiple_of(*unit))?;
    HeaderValue::try_from(format!("{}{name}", rounded / unit)).ok()
}
