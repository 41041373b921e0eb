use std::sync::Arc;

use crate::channels::Record;

/// Where a borrowed transport comes from.
///
/// The client and each of its calls hold it; with the last of them it is
/// dropped, and the transport is free for others.
pub(crate) trait Lender: Send + Sync {
    /// The scope ends, and with it whatever the client and its calls do. Who
    /// still holds them holds nothing.
    fn give_back(&self);

    /// A call has been answered.
    fn succeeded(&self);

    /// The transport has failed a call.
    fn failed(&self);
}

/// What a lender lends.
pub(crate) trait Lends<S>: Lender {
    /// The transport, until it is given back.
    fn transport(&self) -> Option<S>;

    /// Itself, for a call, whose type has none for its transport.
    fn lender(self: Arc<Self>) -> Arc<dyn Lender>;

    /// The channel that it is.
    fn channel(&self) -> &Arc<Record>;
}
