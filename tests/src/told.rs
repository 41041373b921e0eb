use std::{
    io,
    sync::{Arc, Mutex, Once, PoisonError},
};

use tracing::{
    Level, Metadata,
    subscriber::{DefaultGuard, set_default, set_global_default},
};
use tracing_subscriber::{filter::filter_fn, fmt, fmt::format::FmtSpan, layer::SubscriberExt};

/// What the runtime tells as `tracing` events, and the spans that it opens: a line for
/// each, with its level, its fields and the spans that it is in.
///
/// A test that wants to be seen as well says `target: "tonic_scope::test"`.
#[derive(Clone, Debug, Default)]
pub struct Told(Arc<Mutex<Vec<u8>>>);

/// Without a subscriber on every thread, a place that logs for the first time on a
/// thread without one may count as of no interest to all.
static EVERYWHERE: Once = Once::new();

impl Told {
    /// What is told on this thread from now on, until the guard is dropped.
    ///
    /// # Panics
    ///
    /// If somebody else has set the subscriber of the process.
    #[must_use]
    pub fn here() -> (Self, DefaultGuard) {
        EVERYWHERE.call_once(|| {
            let nowhere = fmt().with_writer(io::sink);
            set_global_default(nowhere.finish()).expect("the first one");
        });
        let told = Self::default();
        let writer = told.clone();
        let lines = fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::NEW)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        let ours = |it: &Metadata<'_>| it.target().starts_with("tonic_scope::");
        let guard = set_default(lines.with(filter_fn(ours)));
        (told, guard)
    }

    /// All of it.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        self.with("")
    }

    /// The lines in which a text is.
    #[must_use]
    pub fn with(&self, text: &str) -> Vec<String> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = String::from_utf8_lossy(&told);
        let lines = told.lines().filter(|line| line.contains(text));
        lines.map(str::to_owned).collect()
    }
}

impl io::Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
