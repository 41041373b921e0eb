//! What is kept back of the time there is.

use crate::args::{Limit, Limits};
use crate::errors::Errors;

pub(super) fn within_timeout(limits: &Limits, errors: &mut Errors) {
    let literal = |limit: &Option<Limit>| limit.as_ref().and_then(Limit::literal);
    if let Some(reserve) = &limits.reserve
        && let (Some(kept), Some(total)) = (reserve.literal(), literal(&limits.timeout))
        && kept >= total
    {
        let message = format!(
            "`reserve` ({}) leaves nothing of `timeout` ({}) for the calls made here\n\
             help: keep back less, a few milliseconds for the way home of an answer",
            humantime::format_duration(kept),
            humantime::format_duration(total),
        );
        errors.at(reserve.span, message);
    }
}
