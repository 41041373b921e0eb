//! What is known of a scope from its beginning.

use std::time::Duration;

use tokio::time::Instant;

use super::Site;
use crate::deadline::{Brief, Deadline};

/// What is known of a scope from its beginning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meta {
    pub(crate) site: Site,
    pub(crate) opened: Instant,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) call_timeout: Option<Brief>,
    pub(crate) idle: Option<Brief>,
    pub(crate) reserve: Option<Brief>,
    pub(crate) grace: Brief,
}

impl Meta {
    /// Of a scope without limits.
    pub(crate) fn unlimited(site: Site) -> Self {
        Self {
            site,
            opened: Instant::now(),
            deadline: None,
            call_timeout: None,
            idle: None,
            reserve: None,
            grace: Brief::of(Duration::ZERO),
        }
    }
}
