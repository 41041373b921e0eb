//! What is measured, by name.

mod clients;
pub(crate) mod operator;
mod scopes;
mod streams;
pub(crate) mod unary;
pub(crate) mod world;

use std::time::Duration;

use self::operator::{Look, Operator};

/// Something that can be done so many times.
pub(crate) struct Work(Box<dyn FnMut(u64)>);

impl Work {
    pub(crate) fn new(times: impl FnMut(u64) + 'static) -> Self {
        Self(Box::new(times))
    }

    pub(crate) fn times(&mut self, n: u64) {
        (self.0)(n);
    }
}

/// A name, and how to make what it names.
type Named = (&'static str, fn() -> Work);

/// Everything that a process of its own can be asked to do.
pub(crate) const ALL: &[Named] = &[
    ("call/plain", unary::plain_calls),
    ("call/set_timeout", unary::calls_with_timeout),
    ("call/set_remaining", unary::calls_with_deadline),
    ("call/tower_timeout", unary::calls_under_tower),
    ("call/by_hand", unary::calls_by_hand),
    ("call/scope", unary::calls_in_scopes),
    ("call/open_scope", unary::calls_in_open_scope),
    ("call/at_home", unary::calls_at_home),
    ("stream/raw", streams::raw),
    ("stream/scope", streams::in_scope),
    ("one_by_one/raw", streams::raw_one_by_one),
    ("one_by_one/scope", streams::in_scope_one_by_one),
    ("empty/nothing", scopes::nothing),
    ("empty/by_hand", scopes::by_hand),
    ("empty/scope", scopes::in_scope),
    ("client/connected", clients::connected),
    ("client/pooled", clients::pooled),
];

/// What is added to a name if it is done beside an operator.
const BESIDE: [(&str, Look); 3] = [
    ("/watched", Look::Everything),
    ("/snapshots", Look::Snapshots),
    ("/unwatched", Look::Nothing),
];

/// Makes the work of that name.
///
/// # Panics
///
/// If there is none.
pub(crate) fn named(name: &str) -> Work {
    for (suffix, look) in BESIDE {
        if let Some(name) = name.strip_suffix(suffix) {
            let operator = Operator::at_work(look, Duration::from_millis(10));
            let mut work = named(name);
            return Work::new(move |n| {
                let _at_work = &operator;
                work.times(n);
            });
        }
    }
    let found = ALL.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no work is named {name}")).1()
}
