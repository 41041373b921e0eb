use std::{fmt, sync::Arc};

use http::Uri;

/// Where a transport goes, to be shown to people.
///
/// Shared and not written out: a call on the transport holds it, and few are
/// asked.
#[derive(Clone)]
pub(crate) struct Peer(Arc<dyn fmt::Display + Send + Sync>);

impl Peer {
    pub(crate) fn new(address: Arc<dyn fmt::Display + Send + Sync>) -> Self {
        Self(address)
    }
}

impl From<Uri> for Peer {
    fn from(uri: Uri) -> Self {
        Self(Arc::new(uri))
    }
}

/// Without the slash with which a URI without a path ends.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_string().trim_end_matches('/'))
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
