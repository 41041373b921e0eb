//! Runs a shape with and without the attribute, and compares what is seen of it.

use std::{
    cell::{Cell, RefCell},
    fmt::Debug,
    future::{Future, poll_fn},
    mem,
    panic::{self, AssertUnwindSafe},
    pin::pin,
    sync::Once,
    task::Poll,
};

use tonic::Status;

/// What a shape returns unless its result is the point.
pub(crate) type Answer<T = ()> = Result<T, Status>;

/// A test that the `annotated` item does the same with the attribute as without.
///
/// Both modules are made of the same tokens, so places can be compared as well.
macro_rules! shape {
    (
        $name:ident $(($($limits:tt)*))?;
        annotated { $($item:tt)* }
        $(beside { $($beside:tt)* })?
        runs $runs:expr
    ) => {
        #[test]
        fn $name() {
            #[allow(unused_imports, reason = "not every shape needs them")]
            mod plain {
                use super::*;
                $($($beside)*)?
                $($item)*
                pub(super) const RUNS: fn(&crate::harness::Run) = $runs;
            }
            #[allow(unused_imports, reason = "not every shape needs them")]
            mod scoped {
                use super::*;
                $($($beside)*)?
                #[::tonic_scope::scoped($($($limits)*)?)]
                $($item)*
                pub(super) const RUNS: fn(&crate::harness::Run) = $runs;
            }
            crate::harness::assert_same(plain::RUNS, scoped::RUNS);
        }
    };
}

/// How far a future is polled before it is dropped.
#[derive(Debug)]
pub(crate) struct Run {
    polls: usize,
}

/// Enough for every shape to finish.
const TO_THE_END: usize = 100;

pub(crate) fn assert_same(plain: fn(&Run), scoped: fn(&Run)) {
    for polls in [TO_THE_END, 0, 1, 2, 3] {
        let run = Run { polls };
        let [plain, scoped] = [plain, scoped].map(|shape| {
            shape(&run);
            EVENTS.take()
        });
        assert!(!plain.is_empty(), "nothing was driven");
        assert!(
            plain == scoped,
            "after at most {polls} polls\n  without the attribute: {plain:#?}\n  with it: {scoped:#?}"
        );
    }
}

impl Run {
    /// Whether what it drives will be ready.
    pub(crate) fn to_the_end(&self) -> bool {
        self.polls == TO_THE_END
    }

    /// Polls `future`, and notes what comes of it and when it is dropped.
    pub(crate) fn drive<F: Future<Output: Debug>>(&self, future: F) {
        self.drive_to(future, |output| format!("{output:?}"));
    }

    pub(crate) fn drive_to<F: Future>(&self, future: F, show: impl FnOnce(F::Output) -> String) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        WATCHING.set(true);
        watch_panics();
        let run = || runtime.block_on(self.poll(future, show));
        if panic::catch_unwind(AssertUnwindSafe(run)).is_err() {
            note("unwound");
        }
        WATCHING.set(false);
    }

    async fn poll<F: Future>(&self, future: F, show: impl FnOnce(F::Output) -> String) {
        {
            let mut future = pin!(future);
            let mut polls = 0;
            let output = poll_fn(|cx| {
                if polls == self.polls {
                    return Poll::Ready(None);
                }
                polls += 1;
                note("polled");
                if !self.to_the_end() {
                    cx.waker().wake_by_ref();
                }
                future.as_mut().poll(cx).map(Some)
            });
            match output.await {
                Some(output) => {
                    note("ready");
                    let shown = show(output);
                    note(shown);
                }
                None => note("given up"),
            }
        }
        note("dropped");
    }
}

thread_local! {
    static EVENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static WATCHING: Cell<bool> = const { Cell::new(false) };
}

pub(crate) fn note(event: impl Into<String>) {
    EVENTS.with_borrow_mut(|events| events.push(event.into()));
}

/// Tells when it is dropped.
#[derive(Debug, PartialEq)]
pub(crate) struct Noisy(pub(crate) &'static str);

impl Noisy {
    pub(crate) fn touch(&self) {
        note(format!("touch {}", self.0));
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        note(format!("drop {}", self.0));
    }
}

/// Pending once.
pub(crate) async fn pause() {
    let mut paused = false;
    poll_fn(|cx| {
        if mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Compiles for a future that can go to another thread.
pub(crate) fn is_send<F: Send>(future: F) -> F {
    future
}

/// Notes the panics of threads that drive a shape, which are on purpose.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if WATCHING.get() {
                note(panic.to_string());
            } else {
                others(panic);
            }
        }));
    });
}
