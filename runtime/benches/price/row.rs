//! A row of the price: what something costs against what, and the goal.

use std::fmt;

/// What the value of a row must be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

/// The rows of a run, printed as they come.
#[derive(Default)]
pub(crate) struct Rows {
    short: Vec<&'static str>,
    skipped: Vec<&'static str>,
}

impl Rows {
    /// Prints a row, and below it what it was made of.
    pub(crate) fn add(
        &mut self,
        name: &'static str,
        value: f64,
        goal: Goal,
        made_of: impl fmt::Display,
    ) {
        let ok = match goal {
            Goal::AtMost(most) => value <= most,
            Goal::AtLeast(least) => value >= least,
        };
        if !ok {
            self.short.push(name);
        }
        let word = if ok { "ok" } else { "short" };
        println!("ratio {name} {value:.3} {goal} {word}");
        println!("      {made_of}");
    }

    /// Says that a row cannot be measured here.
    pub(crate) fn skip(&mut self, name: &'static str, why: &str) {
        self.skipped.push(name);
        println!("ratio {name} - - skipped");
        println!("      {why}");
    }

    /// Says how it went; `false` if a row is short.
    pub(crate) fn conclude(self) -> bool {
        println!();
        if !self.skipped.is_empty() {
            println!("skipped: {}", self.skipped.join(", "));
        }
        if self.short.is_empty() {
            println!("every measured row is ok");
        } else {
            println!("short: {}", self.short.join(", "));
        }
        self.short.is_empty()
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(value) => write!(f, "<={value}"),
            Self::AtLeast(value) => write!(f, ">={value}"),
        }
    }
}
