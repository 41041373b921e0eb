use std::time::Duration;

use http::HeaderMap;

use super::{ServerScopeLayer, clamp::Given};
use crate::{
    deadline::{Deadline, LimitSource, wire},
    error::ScopeError,
    lifecycle::Site,
    scope::{Limits, Owner},
};

/// A request at its beginning.
#[derive(Debug)]
pub(super) struct Opened {
    /// The error is for a request that must not be begun.
    pub(super) owner: Result<Owner, ScopeError>,
    /// The deadline, where it is only observed.
    pub(super) observed: Option<Deadline>,
}

impl ServerScopeLayer {
    /// Opens the scope of a request with these headers.
    ///
    /// Where the request is given more time than its caller says, the header is
    /// made to say so: a handler's own scope reads it.
    #[track_caller]
    pub(super) fn open(&self, headers: &mut HeaderMap) -> Opened {
        let said = wire::decode(headers);
        self.counts.request();
        self.admission.arrived();
        let given = self.clamp.given(said);
        let deadline = given.map(Given::deadline);
        let over = deadline.is_some_and(|(deadline, _)| deadline.is_over());
        if self.admission.observes() {
            if over {
                self.counts.expired(false);
            }
            return Opened {
                owner: self.owner(None),
                observed: deadline.map(|(deadline, _)| deadline),
            };
        }
        let refused = over && self.admission.refuses();
        if over {
            self.counts.expired(refused);
        }
        let given = if over && !refused {
            self.clamp.given(None)
        } else {
            given
        };
        if said.is_some_and(|said| given.is_none_or(|given| given.timeout > said)) {
            tell(headers, given.map(|given| given.timeout));
        }
        Opened {
            owner: self.owner(given.map(Given::deadline)),
            observed: None,
        }
    }

    #[track_caller]
    fn owner(&self, deadline: Option<(Deadline, LimitSource)>) -> Result<Owner, ScopeError> {
        let mut limits = Limits::new().no_timeout();
        if let Some(idle) = self.idle {
            limits = limits.idle(idle);
        }
        let server = self.server();
        Owner::open_in(Some(&server), Site::new("request"), &limits, deadline, true)
    }
}

fn tell(headers: &mut HeaderMap, given: Option<Duration>) {
    headers.remove(wire::GRPC_TIMEOUT);
    if let Some((value, _)) = given.and_then(wire::encode) {
        headers.insert(wire::GRPC_TIMEOUT, value);
    }
}
