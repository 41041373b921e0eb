/// The arguments of a function on their way into its body.
///
/// The future of a body has a place for all that it is given, for as long as it
/// lives, in addition to the places of its locals. In a box that is a pointer,
/// and the arguments become locals as soon as the body begins.
#[derive(Debug)]
pub struct Held<T>(Box<T>);

impl<T> Held<T> {
    /// Holds them.
    pub fn new(arguments: T) -> Self {
        Self(Box::new(arguments))
    }

    /// Lets go of them, and of the box.
    #[must_use]
    pub fn take(self) -> T {
        *self.0
    }
}
