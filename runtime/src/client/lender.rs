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
