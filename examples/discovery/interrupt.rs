//! Ctrl-C: the first one ends the run with what it has so far, the second one ends the process.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// By convention 128 and the number of SIGINT.
const EXIT_INTERRUPTED: i32 = 130;

/// Whether the user has asked for the end.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens outside of the modes' runtimes: none has a task for it, and a Ctrl-C between
    /// them is not lost.
    pub(crate) fn listen() -> Result<Self, ctrlc::Error> {
        let raised = Arc::new(AtomicBool::new(false));
        let interrupt = Self(raised.clone());
        ctrlc::set_handler(move || {
            if raised.swap(true, Relaxed) {
                std::process::exit(EXIT_INTERRUPTED);
            }
        })?;
        Ok(interrupt)
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Relaxed)
    }
}
