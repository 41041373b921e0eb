use std::{fmt, panic::Location};

/// The name of a scope and the place in the source where it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    name: &'static str,
    location: &'static Location<'static>,
}

impl Site {
    /// Names the caller's place.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            location: Location::caller(),
        }
    }

    /// Names another place.
    pub(crate) const fn at(name: &'static str, location: &'static Location<'static>) -> Self {
        Self { name, location }
    }

    /// The scope's name, for example `Greeter::hello`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The file, line and column.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.name, self.location)
    }
}
