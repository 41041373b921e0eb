use std::{fmt, sync::Arc, time::Duration};

use tower::retry::budget::{Budget as _, TpsBudget};

/// For how long a request counts towards the share that may be refused.
const WINDOW: Duration = Duration::from_secs(10);

/// What is done about requests whose time is over.
#[derive(Clone, Debug, Default)]
pub(super) enum Admission {
    /// Those that are over before they begin are refused, all of them.
    #[default]
    Refuse,
    /// The same, up to a share of all requests; the others get the time of a
    /// request that says nothing.
    RefuseShare(Share),
    /// Deadlines are counted, and end nothing.
    Observe,
}

impl Admission {
    /// Another request is there.
    pub(super) fn arrived(&self) {
        if let Self::RefuseShare(share) = self {
            share.0.deposit();
        }
    }

    /// Whether a request that is over may be refused.
    pub(super) fn refuses(&self) -> bool {
        match self {
            Self::Refuse => true,
            Self::RefuseShare(share) => share.0.withdraw(),
            Self::Observe => false,
        }
    }

    pub(super) fn observes(&self) -> bool {
        matches!(self, Self::Observe)
    }
}

/// A share of the requests of the last ten seconds.
#[derive(Clone)]
pub(super) struct Share(Arc<TpsBudget>);

impl Share {
    /// More than a hundred percent are all of them.
    pub(super) fn percent(percent: u8) -> Self {
        let share = f32::from(percent.min(100)) / 100.0;
        Self(Arc::new(TpsBudget::new(WINDOW, 0, share)))
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").finish_non_exhaustive()
    }
}
