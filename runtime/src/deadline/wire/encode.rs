use std::time::Duration;

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
