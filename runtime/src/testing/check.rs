use std::{panic::Location, path::Path, sync::Arc, time::Duration};

use backon::ExponentialBuilder;

use super::{Leak, LeakGuard, Leaks, exit::Test, search::Baseline};
use crate::{
    lifecycle::Site,
    scope::{Limits, Owner, Run, Scope, ambient, origin::Watch},
};

/// How a check for leaks is made: what it ignores, and how long it waits.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::testing::LeakCheck;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// LeakCheck::new()
///     .ignore_name("audit")
///     .ignore_place("src/metrics.rs")
///     .patience(Duration::from_secs(3))
///     .run(async {
///         // ... what is to be tested.
///     })
///     .await;
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is checked before it runs something, or makes a guard"]
pub struct LeakCheck {
    names: Vec<String>,
    places: Vec<String>,
    patience: Option<Duration>,
}

/// For what has been ended and is about to be gone.
const PATIENCE: Duration = Duration::from_secs(1);

impl LeakCheck {
    /// One that ignores nothing, and waits for at most a second.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ignores what has this name, and what is in a scope that has it: the name
    /// of a scope, as in `detach("audit", ..)`, or the path of a call's method.
    pub fn ignore_name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Ignores what was made at this place, and what is in a scope that was: the
    /// end of a file's path, in whole components, with a line or without. Both
    /// `src/audit.rs` and `audit.rs:12` fit `/app/src/audit.rs:12:5`.
    pub fn ignore_place(mut self, place: impl Into<String>) -> Self {
        self.places.push(place.into());
        self
    }

    /// How long it waits for what it has found to be gone, in real time; a second
    /// unless said. It looks at once, and then again at growing distances.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Runs `body` in a scope of its own, without a limit, and panics if something
    /// is left of it when that scope has ended. See [the module](super) for what
    /// that is.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the scope; nothing is checked then.
    ///
    /// # Panics
    ///
    /// There are leaks: the message names them, with their places.
    #[track_caller]
    pub fn run<F: Future>(self, body: F) -> impl Future<Output = F::Output> {
        let found = self.find(body);
        async move {
            let (result, leaks) = found.await;
            assert!(leaks.is_empty(), "{leaks}");
            result
        }
    }

    /// The same, and hands out what it has found.
    ///
    /// # Cancel safety
    ///
    /// As for [`run`](Self::run).
    #[track_caller]
    pub fn find<F: Future>(self, body: F) -> impl Future<Output = (F::Output, Leaks)> {
        let site = Site::at("leak check", Location::caller());
        async move {
            let owner = Owner::open(site, &Limits::new().no_timeout(), None, false);
            let run = Run::<Test, F, _>::new(owner, body);
            let guard = self.of(run.scope());
            let result = run.await;
            let leaks = guard.find().await;
            guard.forgo();
            (result, leaks)
        }
    }

    /// Watches what is begun from now on in the current scope, or in what leaves
    /// it, until the guard [finishes](LeakGuard::finish) or is dropped.
    ///
    /// Outside any scope it watches what is begun outside of scopes on the current
    /// runtime, which it takes for the test's own, as that of `#[tokio::test]` is.
    ///
    /// # Panics
    ///
    /// Outside both, where nothing tells what belongs to it: see
    /// [`process`](Self::process).
    #[track_caller]
    pub fn guard(self) -> LeakGuard {
        let current = ambient::current();
        assert!(
            current.is_some() || tokio::runtime::Handle::try_current().is_ok(),
            "a leak check needs a scope or a runtime to tell what belongs to it; \
             `LeakCheck::process` watches the whole process"
        );
        let root = current.as_ref().map(|scope| Arc::clone(scope.lifecycle()));
        let watch = Watch::tree(root, current.as_ref());
        let baseline = Baseline::of(&watch);
        LeakGuard::new(self, watch, baseline)
    }

    /// Watches whatever is begun in the process from now on, in scopes and outside.
    ///
    /// It takes what other tests begin for leaks as well, so it is for a process
    /// with one test, or for one that looks when all others have ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::{Scope, ScopeError, testing::LeakCheck};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ScopeError> {
    /// let guard = LeakCheck::new().process();
    /// Scope::builder("job").run(async { Ok::<_, ScopeError>(()) }).await?;
    /// guard.finish().await; // panics if something is left
    /// # Ok(())
    /// # }
    /// ```
    pub fn process(self) -> LeakGuard {
        let watch = Watch::process();
        let baseline = Baseline::of(&watch);
        LeakGuard::new(self, watch, baseline)
    }

    /// Watches a scope that begins now, to be looked for when it has ended.
    pub(crate) fn of(self, scope: Option<Scope>) -> LeakGuard {
        let around = ambient::current();
        let root = scope.map(|scope| Arc::clone(scope.lifecycle()));
        LeakGuard::new(
            self,
            Watch::tree(root, around.as_ref()),
            Baseline::default(),
        )
    }

    pub(super) fn backoff(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(1))
            .with_max_delay(Duration::from_millis(100))
            .without_max_times()
            .with_total_delay(Some(self.patience.unwrap_or(PATIENCE)))
    }

    pub(super) fn ignores(&self, leak: &Leak) -> bool {
        let named = |name: &str| self.names.iter().any(|it| it == name);
        let placed = |place| self.places.iter().any(|it| is_at(it, place));
        let within = |scope: &Site| named(scope.name()) || placed(scope.location());
        leak.name.as_deref().is_some_and(named)
            || placed(leak.location)
            || leak.scopes.iter().any(within)
    }
}

/// Whether the end of a place is this: whole components, and perhaps a line.
fn is_at(wanted: &str, place: &Location<'_>) -> bool {
    let numbered = wanted
        .rsplit_once(':')
        .and_then(|(file, line)| Some((file, line.parse::<u32>().ok()?)));
    let (file, line) = match numbered {
        Some((file, line)) => (file, Some(line)),
        None => (wanted, None),
    };
    Path::new(place.file()).ends_with(file) && line.is_none_or(|line| place.line() == line)
}
