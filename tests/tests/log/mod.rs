//! What is reported as `tracing` events.

use std::sync::{Arc, Mutex, Once};

/// Without a subscriber on every thread, a place that logs for the first time on a
/// thread without one may count as of no interest to all.
static EVERYWHERE: Once = Once::new();

/// What is logged on this thread.
pub(crate) fn capture() -> (Log, tracing::subscriber::DefaultGuard) {
    EVERYWHERE.call_once(|| {
        let nowhere = tracing_subscriber::fmt().with_writer(std::io::sink);
        tracing::subscriber::set_global_default(nowhere.finish()).expect("the first one");
    });
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
