//! Everything that is alive, at one moment.

mod bond;
// The console brings `serde_json`.
#[cfg(all(test, feature = "console"))]
mod form;
mod order;
#[cfg(test)]
mod sample;
mod scope;
mod table;
mod take;

use std::{fmt, time::SystemTime};

#[cfg(test)]
pub(super) use self::sample::sample;
pub(super) use self::take::bonds;
pub use self::{
    bond::{Bond, What},
    scope::{Limit, ScopeId, ScopePhase, ScopeSnapshot},
};
use super::Totals;

/// The scopes of the process that had not ended, and what has been counted since
/// it began.
///
/// As text it is a table for a terminal: the scopes of one place and name in one
/// row, with what they hold below, the oldest first, and of the same age the most.
///
#[doc = include_str!("form.md")]
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Snapshot {
    /// When it was taken.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "taken_unix_seconds", serialize_with = "crate::serial::unix")
    )]
    pub taken: SystemTime,
    /// What has been counted.
    pub totals: Totals,
    /// The scopes, each before those within it, and the oldest first among
    /// those of the same parent.
    ///
    /// In one list, for scopes can be nested as deep as one likes; see
    /// [`roots`](Self::roots), [`children`](Self::children) and
    /// [`ScopeSnapshot::depth`].
    pub scopes: Vec<ScopeSnapshot>,
}

/// Takes a snapshot of every live scope of the process.
///
/// Scopes and bonds that come or go meanwhile may be missing or present.
///
/// It costs about a microsecond and 260 bytes for each scope: 100,000 with a task each
/// took 100 to 140 ms in the median of 20, 250 ms at most, and 26 MB on a busy machine
/// with two cores, and twice that as JSON. It keeps nobody waiting for longer than it
/// takes to copy 64 entries of one list. Of the scopes that another thread opened and
/// ended meanwhile, half took 0.2 µs, as ever, and one in a thousand more than 0.4 to
/// 4 µs, instead of 0.2 to 0.7 µs.
///
/// # Examples
///
/// ```
/// use tonic_scope::{Scope, ScopeError, monitor};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ScopeError> {
/// Scope::builder("import")
///     .run(async {
///         let batch = Scope::builder("batch").run(async {
///             tonic_scope::spawn(std::future::pending::<()>());
///             let snapshot = monitor::snapshot();
///             println!("{snapshot}"); // a table
///             let import = snapshot.named("import").next().expect("it is open");
///             let batch = snapshot.children(import.id).next().expect("so is this");
///             assert_eq!((batch.name, batch.depth), ("batch", import.depth + 1));
///             assert!(snapshot.roots().any(|scope| scope.id == import.id));
///             let task = snapshot.bonds().find(|bond| bond.kind() == "task");
///             assert_eq!(task.expect("the one from above").location.file(), file!());
///             Ok::<_, ScopeError>(())
///         });
///         batch.await
///     })
///     .await
/// # }
/// ```
#[must_use]
pub fn snapshot() -> Snapshot {
    take::take()
}

impl Snapshot {
    /// The scopes that are within no other.
    pub fn roots(&self) -> impl Iterator<Item = &ScopeSnapshot> {
        self.scopes.iter().filter(|scope| scope.parent.is_none())
    }

    /// The scopes directly within one.
    pub fn children(&self, of: ScopeId) -> impl Iterator<Item = &ScopeSnapshot> {
        (self.scopes.iter()).filter(move |scope| scope.parent == Some(of))
    }

    /// The scopes of a name.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &ScopeSnapshot> {
        self.scopes.iter().filter(move |scope| scope.name == name)
    }

    /// What is bound to any of the scopes.
    pub fn bonds(&self) -> impl Iterator<Item = &Bond> {
        self.scopes.iter().flat_map(|scope| &scope.bonds)
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(self, f)
    }
}
