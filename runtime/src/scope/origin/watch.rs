use std::{
    any::Any,
    collections::HashMap,
    panic::Location,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::runtime::{self, Handle};

use super::carry;
use crate::{lifecycle::Lifecycle, scope::Scope};

/// How many watches there are.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

static WATCHES: Mutex<Vec<Weak<Watch>>> = Mutex::new(Vec::new());

/// Whether any check is active.
///
/// Relaxed: what belongs to a check is begun by its thread after it became
/// active, or by what that thread has started since, which orders the two.
#[inline]
pub(super) fn is_any() -> bool {
    ACTIVE.load(Ordering::Relaxed) != 0
}

/// What one active check watches over.
///
/// # What belongs to it
///
/// 1. A scope that is in its tree, or in a root that it has adopted.
/// 2. A root, or a thing, that is begun where the current scope belongs to it.
/// 3. A root, or a thing, that is begun outside any scope, on a task that
///    belongs to it, or on a runtime that is its own.
///
/// It never owns a runtime when it was made in a scope.
#[derive(Debug)]
pub(crate) struct Watch {
    reach: Reach,
    /// By the address of the scope, which its entry keeps from being used again.
    roots: Mutex<HashMap<usize, (Weak<Lifecycle>, Role)>>,
    things: Mutex<Vec<Thing>>,
}

#[derive(Debug)]
enum Reach {
    Tree {
        root: Option<Arc<Lifecycle>>,
        runtime: Option<runtime::Id>,
    },
    Process,
}

/// What a scope without a parent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Work of its own.
    Work,
    /// A server, which is no leak while it waits for requests.
    Server,
}

/// Something that no scope has, or that its scope has let go of.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) kind: &'static str,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) place: &'static Location<'static>,
    /// Gone with it.
    pub(super) alive: Weak<dyn Any + Send + Sync>,
    /// The scope that has it: until that is closed it is a bond there.
    pub(super) scope: Option<Weak<Lifecycle>>,
}

impl Thing {
    /// Whether it is there, and no scope's.
    pub(crate) fn is_loose(&self) -> bool {
        let bound = |scope: &Weak<Lifecycle>| {
            scope
                .upgrade()
                .is_some_and(|scope| scope.reason().is_none())
        };
        self.exists() && !self.scope.as_ref().is_some_and(bound)
    }

    fn exists(&self) -> bool {
        self.alive.strong_count() > 0
    }
}

impl Watch {
    /// Watches over a tree, and the runtime if the check is made outside any scope.
    pub(crate) fn tree(root: Option<Arc<Lifecycle>>, around: Option<&Scope>) -> Arc<Self> {
        let runtime = around.is_none().then(current_runtime).flatten();
        if let Some(root) = &root {
            // A tree that is checked by itself is nobody else's for want of a scope
            // around it.
            for other in active() {
                lock(&other.roots).remove(&address(root));
            }
        }
        Self::begin(Reach::Tree { root, runtime })
    }

    /// Watches over all that begins.
    pub(crate) fn process() -> Arc<Self> {
        Self::begin(Reach::Process)
    }

    fn begin(reach: Reach) -> Arc<Self> {
        let watch = Arc::new(Self {
            reach,
            roots: Mutex::default(),
            things: Mutex::default(),
        });
        lock(&WATCHES).push(Arc::downgrade(&watch));
        ACTIVE.fetch_add(1, Ordering::Relaxed);
        watch
    }

    /// The scope whose tree it is.
    pub(crate) fn root(&self) -> Option<&Arc<Lifecycle>> {
        match &self.reach {
            Reach::Tree { root, .. } => root.as_ref(),
            Reach::Process => None,
        }
    }

    /// Whether a scope belongs to it, by rule 1.
    pub(crate) fn has(&self, scope: &Lifecycle) -> bool {
        let Reach::Tree { root, .. } = &self.reach else {
            return true;
        };
        let of_tree = |outer: &Lifecycle| {
            root.as_ref()
                .is_some_and(|root| std::ptr::eq(&raw const **root, outer))
        };
        let roots = lock(&self.roots);
        scope
            .outwards()
            .any(|outer| of_tree(outer) || roots.contains_key(&address(outer)))
    }

    /// Whether a scope is a server that waits.
    pub(crate) fn is_server(&self, scope: &Lifecycle) -> bool {
        let roots = lock(&self.roots);
        matches!(roots.get(&address(scope)), Some((_, Role::Server)))
    }

    /// What belongs to it and no scope has.
    pub(crate) fn loose(&self) -> Vec<Thing> {
        let things = lock(&self.things).clone();
        things.into_iter().filter(Thing::is_loose).collect()
    }

    pub(super) fn note(&self, thing: Thing) {
        let mut things = lock(&self.things);
        // What is gone is forgotten when there is no room: as much work again
        // has come as was there, so each entry is looked at a few times at most.
        if things.len() == things.capacity() {
            things.retain(Thing::exists);
        }
        things.push(thing);
    }

    fn take(&self, root: &Arc<Lifecycle>, role: Role) {
        let mut roots = lock(&self.roots);
        if roots.len() == roots.capacity() {
            roots.retain(|_, (scope, _)| scope.strong_count() > 0);
        }
        roots.insert(address(root), (Arc::downgrade(root), role));
    }

    /// Rules 2 and 3.
    fn is_here(
        self: &Arc<Self>,
        current: Option<&Lifecycle>,
        runtime: Option<runtime::Id>,
    ) -> bool {
        match (&self.reach, current) {
            (Reach::Process, _) => true,
            (Reach::Tree { .. }, Some(current)) => self.has(current),
            (Reach::Tree { runtime: own, .. }, None) => {
                carry::carries(self) || own.is_some_and(|own| Some(own) == runtime)
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        ACTIVE.fetch_sub(1, Ordering::Relaxed);
        lock(&WATCHES).retain(|watch| watch.strong_count() > 0);
    }
}

/// Tells those whom it concerns of a scope that has begun without a parent.
#[inline]
pub(crate) fn adopt(root: &Arc<Lifecycle>, role: Role, current: impl FnOnce() -> Option<Scope>) {
    if is_any() {
        for watch in here(current().as_ref()) {
            watch.take(root, role);
        }
    }
}

/// The watches to which belongs what is begun here.
pub(super) fn here(current: Option<&Scope>) -> Vec<Arc<Watch>> {
    let current = current.map(|scope| &**scope.lifecycle());
    let runtime = current_runtime();
    let mut watches = active();
    watches.retain(|watch| watch.is_here(current, runtime));
    watches
}

/// All there are. Dropped by the caller, outside the lock: the last one to go
/// takes it.
pub(super) fn active() -> Vec<Arc<Watch>> {
    lock(&WATCHES).iter().filter_map(Weak::upgrade).collect()
}

fn current_runtime() -> Option<runtime::Id> {
    Handle::try_current().ok().map(|runtime| runtime.id())
}

fn address(scope: &Lifecycle) -> usize {
    std::ptr::from_ref(scope).addr()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
