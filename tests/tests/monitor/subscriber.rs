//! A subscriber of ours, which keeps what the runtime tells it.

use std::{
    fmt::{Debug, Write},
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::DefaultGuard,
};

/// The events of the runtime on all threads that it is set on, and its spans.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    /// What is told on this thread from now on.
    pub(crate) fn here() -> (Self, DefaultGuard) {
        let told = Self::default();
        let guard = tracing::subscriber::set_default(told.clone());
        (told, guard)
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Those in which a text is.
    pub(crate) fn with(&self, text: &str) -> Vec<String> {
        let mut all = self.all();
        all.retain(|told| told.contains(text));
        all
    }

    fn tell(&self, metadata: &Metadata<'_>, fields: impl FnOnce(&mut Fields)) {
        let mut said = Fields(metadata.level().to_string());
        if metadata.is_span() {
            write!(said.0, " span {}", metadata.name()).unwrap();
        }
        fields(&mut said);
        self.0.lock().unwrap().push(said.0);
    }
}

impl Subscriber for Told {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("tonic_scope::")
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        self.tell(span.metadata(), |fields| span.record(fields));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        self.tell(event.metadata(), |fields| event.record(fields));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
