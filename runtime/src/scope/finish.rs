//! Sees a close through that takes time.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, Location},
    sync::Arc,
};

use futures::{FutureExt as _, future::CatchUnwind};
use tokio::{
    runtime::Handle,
    time::{Instant, timeout},
};

use super::{Exit, Owner, Run, Scope};
use crate::{
    deadline::Deadline,
    error::ScopeError,
    lifecycle::{Cleanup, CloseReason, Closing, Finish, Lifecycle, Meta, Site},
    monitor, panics,
};

impl Scope {
    /// Runs `cleanup` when the scope closes, however it does.
    ///
    /// Cleanups run one after another, the newest first: after the scope's calls,
    /// streams and tasks have ended, and before its clients are closed, so that
    /// they can be used. They are shielded from whatever closed the scope and
    /// share a budget of their own, the scope's `grace` counted from the first
    /// one: it is the deadline of their calls. Each runs in a scope to which what
    /// it begins is bound. One that panics does not keep the others from running;
    /// one that does not end in time is dropped. Both are reported as a `tracing`
    /// event with the place of this call.
    ///
    /// They run as a task of the tokio runtime that this is called in, or else of
    /// the one that the scope closes in. Without any, and where the runtime shuts
    /// down, they are dropped, which is reported.
    ///
    /// # Errors
    ///
    /// The scope is closed: `cleanup` is dropped and never runs.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::{Scope, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ScopeError> {
    /// Scope::builder("lease")
    ///     .run(async {
    ///         let scope = Scope::current().expect("inside the scope");
    ///         scope.defer(async { println!("second") })?;
    ///         scope.defer(async { println!("first") })?;
    ///         Ok::<_, ScopeError>(())
    ///     })
    ///     .await
    /// # }
    /// ```
    #[track_caller]
    pub fn defer<F>(&self, cleanup: F) -> Result<(), ScopeError>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let scope = self.lifecycle();
        let deferred = scope.defer(Box::pin(cleanup), Location::caller(), &on_runtime());
        deferred.map_err(|_| Scope::refusal(scope))
    }
}

/// Sees closes through on the current runtime.
pub(crate) fn on_runtime() -> Arc<dyn Finish> {
    Arc::new(OnRuntime(Handle::try_current().ok()))
}

struct OnRuntime(Option<Handle>);

impl Finish for OnRuntime {
    fn finish(&self, closing: Closing) {
        let finishing = Finishing(closing);
        if let Some(runtime) = self.0.clone().or_else(|| Handle::try_current().ok()) {
            runtime.spawn(finishing.run());
        }
    }
}

/// Reports the cleanups that it cannot run any more.
struct Finishing(Closing);

impl Finishing {
    async fn run(self) {
        let scope = self.0.scope();
        let grace = scope.meta().grace.into();
        let quiet = || poll_fn(|cx| self.0.poll_quiet(cx));
        // What listens has its time; then it is told, and what can be gone is.
        let _ = timeout(grace, quiet()).await;
        self.0.insist();
        let _ = timeout(self.0.below().saturating_add(grace), quiet()).await;
        let own = Deadline::after(grace);
        let budget = Deadline::earliest(Some(own), self.0.outer_budget()).unwrap_or(own);
        while let Some(cleanup) = self.0.next_cleanup() {
            clean(scope, cleanup, budget).await;
        }
    }
}

impl Drop for Finishing {
    fn drop(&mut self) {
        while let Some(cleanup) = self.0.next_cleanup() {
            let place = cleanup.place;
            monitor::report_cleanup(self.0.scope(), place, "dropped: there is no runtime for it");
            drop(cleanup);
        }
    }
}

async fn clean(scope: &Arc<Lifecycle>, cleanup: Cleanup, budget: Deadline) {
    let Cleanup {
        future,
        place,
        guard,
    } = cleanup;
    let meta = Meta {
        site: Site::at(scope.meta().site.name(), place),
        opened: Instant::now(),
        deadline: Some(budget),
        ..*scope.meta()
    };
    let owner = Owner::open_cleanup(meta, scope);
    let watched = AssertUnwindSafe(future).catch_unwind();
    match Run::<Clean, CatchUnwind<_>, _>::new(owner, watched).await {
        Ok(Ok(())) => {}
        Ok(Err(payload)) => {
            let said = format!("panicked: {}", panics::message(&*payload));
            monitor::report_cleanup(scope, place, &said);
        }
        Err(_) => monitor::report_cleanup(scope, place, "dropped: the grace of its scope is over"),
    }
    drop(guard);
}

type Cleaned = Result<(), Box<dyn Any + Send>>;

/// A cleanup leaves its scope with a panic, or without.
#[derive(Debug)]
struct Clean;

impl Exit<Cleaned> for Clean {
    type Output = Result<Cleaned, ScopeError>;

    const STREAMING: bool = false;

    fn refuse(error: ScopeError) -> Self::Output {
        Err(error)
    }

    fn leave(result: Cleaned, owner: Owner) -> (Self::Output, Option<(Owner, CloseReason)>) {
        let reason = match result {
            Ok(()) => CloseReason::Completed,
            Err(_) => CloseReason::Panicked,
        };
        (Ok(result), Some((owner, reason)))
    }
}
