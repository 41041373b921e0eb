use std::{fmt, panic::Location, sync::Arc};

use crate::{CloseReason, lifecycle::Site};

/// What a check has found.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::testing::LeakCheck;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let check = LeakCheck::new().patience(Duration::ZERO);
/// let ((), leaks) = check
///     .find(async {
///         tonic_scope::detach("audit", Duration::from_secs(60), std::future::pending::<()>());
///     })
///     .await;
/// assert!(!leaks.is_empty());
/// let leak = leaks.iter().next().expect("the audit");
/// assert_eq!((leak.kind(), leak.name(), leak.count()), ("scope", Some("audit"), 1));
/// assert_eq!((leak.location().file(), leak.scope()), (file!(), None));
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it tells what is still there"]
pub struct Leaks {
    of: Option<Site>,
    found: Vec<Leak>,
}

/// Something that is still there, or several things that were made at one place.
#[derive(Clone, Debug)]
pub struct Leak {
    pub(super) kind: &'static str,
    pub(super) name: Option<Arc<str>>,
    pub(super) location: &'static Location<'static>,
    /// From the inside out.
    pub(super) scopes: Vec<Site>,
    /// Why the innermost of these closed, if it did.
    pub(super) reason: Option<CloseReason>,
    pub(super) count: usize,
}

impl Leaks {
    /// Groups what is alike, and sorts it by place.
    pub(super) fn new(of: Option<Site>, mut found: Vec<Leak>) -> Self {
        found.sort_by(|a, b| (a.location, a.kind, &a.name).cmp(&(b.location, b.kind, &b.name)));
        found.dedup_by(|next, first| {
            let alike = next.is_like(first);
            if alike {
                first.count += next.count;
            }
            alike
        });
        Self { of, found }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What is left, sorted by place.
    pub fn iter(&self) -> impl Iterator<Item = &Leak> {
        self.found.iter()
    }
}

impl Leak {
    /// What it is: `scope`, `call`, `stream`, `task`, `client`, `connection`, or
    /// outside of scopes `blocking task` or `thread`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The name of a scope, or the path of a call's method; `None` for what has none.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Where it was made. Of a call that is in a scope it is the scope's place, of
    /// any other that of its client.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// The name of the scope that holds it; `None` outside of scopes.
    #[must_use]
    pub fn scope(&self) -> Option<&'static str> {
        self.scopes.first().map(Site::name)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.location, self.kind, &self.name, &self.scopes)
            == (other.location, other.kind, &other.name, &other.scopes)
    }
}

impl fmt::Display for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self
            .of
            .as_ref()
            .map_or("the process".into(), ToString::to_string);
        if self.is_empty() {
            return write!(f, "nothing is left of {what}");
        }
        write!(f, "left of {what}:")?;
        self.iter().try_for_each(|leak| write!(f, "\n  {leak}"))
    }
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count > 1 {
            write!(f, "{} times a ", self.count)?;
        }
        f.write_str(self.kind)?;
        if let Some(name) = &self.name {
            write!(f, " `{name}`")?;
        }
        write!(f, " ({})", self.location)?;
        if let Some(scope) = self.scopes.first() {
            write!(f, " in {scope}")?;
        }
        match self.reason {
            Some(reason) => write!(f, ", closed: {reason}"),
            None => Ok(()),
        }
    }
}
