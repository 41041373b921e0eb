//! Limits of which one makes another pointless.

use crate::args::Limits;
use crate::errors::Errors;

pub(super) fn contradictions(limits: &Limits, inherit: Option<bool>, errors: &mut Errors) {
    let Some(timeout) = &limits.timeout else {
        return;
    };
    if let Some(idle) = &limits.idle
        && let (Some(gap), Some(total)) = (idle.literal(), timeout.literal())
        && gap > total
    {
        let message = format!(
            "`idle` ({}) is longer than `timeout` ({}), which always ends the stream first\n\
             help: shorten the one or lengthen the other",
            humantime::format_duration(gap),
            humantime::format_duration(total),
        );
        errors.at(idle.span, message);
    }
    if timeout.is_none() && inherit == Some(false) {
        errors.at(
            timeout.span,
            "`timeout = none` leaves the caller's deadline, and `inherit = false` takes it away: \
             nothing would end this scope\nhelp: give `timeout` a duration",
        );
    }
}
