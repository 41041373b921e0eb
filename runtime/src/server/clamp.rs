use std::time::Duration;

use crate::deadline::{Deadline, LimitSource};

/// What a server makes of its callers' timeouts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clamp {
    pub(super) default: Option<Duration>,
    pub(super) min: Option<Duration>,
    pub(super) max: Option<Duration>,
}

/// What a request is given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) timeout: Duration,
    pub(super) source: LimitSource,
}

impl Clamp {
    /// What a caller that says so much is given. A caller whose time is over
    /// already is given nothing more.
    pub(super) fn given(self, said: Option<Duration>) -> Option<Given> {
        let timeout = match said {
            Some(said) if !said.is_zero() => Some(self.min.map_or(said, |min| said.max(min))),
            said => said.or(self.default),
        };
        let timeout = [timeout, self.max].into_iter().flatten().min()?;
        let source = match said {
            Some(said) if said == timeout => LimitSource::Caller,
            _ => LimitSource::Server,
        };
        Some(Given { timeout, source })
    }
}

impl Given {
    pub(super) fn deadline(self) -> (Deadline, LimitSource) {
        (Deadline::of_caller(self.timeout), self.source)
    }
}
