//! Work that belongs to a check without being in a scope.

use std::{
    any::Any,
    panic::Location,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll},
};

use pin_project::pin_project;

use super::watch::{self, Thing, Watch};
use crate::scope::ambient;

tokio::task_local! {
    static CARRIED: Arc<[Weak<Watch>]>;
}

/// Whether the running code is in work that belongs to a watch.
pub(super) fn carries(watch: &Arc<Watch>) -> bool {
    let is_it = |it: &Weak<Watch>| std::ptr::eq(it.as_ptr(), Arc::as_ptr(watch));
    let among = |carried: &Arc<[Weak<Watch>]>| carried.iter().any(is_it);
    CARRIED.try_with(among).unwrap_or(false)
}

/// Kept by a thing that no scope has, for as long as it is there. Holds nothing
/// where no check wants to know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alive(Option<Arc<()>>);

impl Alive {
    /// Whether a check wants to know.
    pub(crate) fn is_noted(&self) -> bool {
        self.0.is_some()
    }
}

/// Notes a thing that begins here.
#[inline]
pub(crate) fn alive(
    kind: &'static str,
    name: impl FnOnce() -> Option<Arc<str>>,
    place: &'static Location<'static>,
) -> Alive {
    if !watch::is_any() {
        return Alive(None);
    }
    note(&here(), kind, name().as_ref(), place)
}

fn here() -> Vec<Arc<Watch>> {
    watch::here(ambient::current().as_ref())
}

fn note(
    watches: &[Arc<Watch>],
    kind: &'static str,
    name: Option<&Arc<str>>,
    place: &'static Location<'static>,
) -> Alive {
    if watches.is_empty() {
        return Alive(None);
    }
    let alive = Arc::new(());
    let weak = Arc::downgrade(&alive);
    let weak: Weak<dyn Any + Send + Sync> = weak;
    for watch in watches {
        watch.note(Thing {
            kind,
            name: name.cloned(),
            place,
            alive: weak.clone(),
            scope: None,
        });
    }
    Alive(Some(alive))
}

/// What a piece of work takes along out of its scope. It does not keep a check
/// active that is over.
#[derive(Debug)]
pub(crate) struct Carrying {
    watches: Option<Arc<[Weak<Watch>]>>,
    _alive: Alive,
}

impl Carrying {
    /// Runs a part of the work.
    pub(crate) fn run<R>(&self, part: impl FnOnce() -> R) -> R {
        match &self.watches {
            Some(watches) => CARRIED.sync_scope(Arc::clone(watches), part),
            None => part(),
        }
    }
}

/// For work that begins here: it is noted, and so is what it begins.
pub(crate) fn carrying(kind: &'static str, place: &'static Location<'static>) -> Carrying {
    if !watch::is_any() {
        return Carrying {
            watches: None,
            _alive: Alive(None),
        };
    }
    let watches = here();
    let alive = note(&watches, kind, None, place);
    Carrying {
        watches: (!watches.is_empty()).then(|| watches.iter().map(Arc::downgrade).collect()),
        _alive: alive,
    }
}

/// A future with what it takes along.
#[pin_project]
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub(crate) struct Carried<F> {
    #[pin]
    future: F,
    // Dropped after the future: while it is there, so may the future be.
    carrying: Carrying,
}

/// Takes along what a future needs that leaves its scope.
pub(crate) fn carry<F>(
    kind: &'static str,
    place: &'static Location<'static>,
    future: F,
) -> Carried<F> {
    Carried {
        future,
        carrying: carrying(kind, place),
    }
}

impl<F: Future> Future for Carried<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let future = this.future;
        this.carrying.run(|| future.poll(cx))
    }
}
