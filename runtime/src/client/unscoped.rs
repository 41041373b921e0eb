use std::panic::Location;

use http::Request;
use tonic::body::Body;

use super::home::Origin;
use crate::{
    channels::Tally,
    monitor,
    scope::origin::{self, Alive},
};

/// A call outside any scope: it passes through, and is counted.
///
/// By its channel, and by leak checks, until its end or the drop of whoever has
/// this.
#[derive(Debug, Default)]
pub(super) struct Unscoped {
    tally: Option<Tally>,
    _alive: Alive,
}

impl Unscoped {
    pub(super) fn begin(
        request: &Request<Body>,
        origin: Origin,
        place: &'static Location<'static>,
    ) -> Self {
        monitor::count_unscoped_call();
        let method = || Some(request.uri().path().into());
        Self {
            tally: origin.channel.map(Tally::begin),
            _alive: origin::alive("call", method, place),
        }
    }

    /// The call is over, and `ok` or not.
    pub(super) fn end(&mut self, ok: bool) {
        if let Some(mut tally) = self.tally.take() {
            tally.over(ok);
        }
        *self = Self::default();
    }
}
