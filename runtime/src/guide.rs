//! From the first annotated handler to a service that is trusted, a chapter for each step.
//!
//! | chapter | answers |
//! |---|---|
//! | [`first_handler`] | what to write, and what changes |
//! | [`long_lived`](crate::long_lived) | clients that live longer than a call |
//! | [`streaming`] | limits of streams, and how they end |
//! | [`overrides`] | another limit for one call |
//! | [`background_work`] | tasks, cleanups, and what outlives a call |
//! | [`other_languages`] | deadlines across services in Go, Java, C++, Python and Node |
//! | [`third_party`] | clients of other crates: what is bound, what is not |
//! | [`shutdown`] | how a process goes down in order |
//! | [`monitoring`] | what is alive, and whether it is too much |
//! | [`testing`] | tests that neither hang nor leave anything behind |
//! | [`migrating`] | an existing service, step by step |
//! | [`rules`](crate::rules) | what does not compile, a page for each rule |
//! | [`troubleshooting`] | by symptom: what an error says, and what to do |
//! | [`how_it_works`] | what happens beneath |
//! | [`limits`] | what it cannot do, and why |
//!
//! Begin with the first handler; each of the others stands by itself. An existing service
//! is taken along by [`migrating`].
//!
//! The repository has the same as programs to run: `examples/README.md` lists them in
//! the order of reading.
//!
//! Modules only because that gives each chapter an address: there is nothing in them.

#[doc = include_str!("../docs/guide/first_handler.md")]
pub mod first_handler {}

#[doc = include_str!("../docs/guide/streaming.md")]
pub mod streaming {}

#[doc = include_str!("../docs/guide/overrides.md")]
pub mod overrides {}

#[doc = include_str!("../docs/guide/background_work.md")]
pub mod background_work {}

#[doc = include_str!("../docs/guide/other_languages.md")]
pub mod other_languages {}

#[doc = include_str!("../docs/guide/third_party.md")]
pub mod third_party {}

#[doc = include_str!("../docs/guide/shutdown.md")]
pub mod shutdown {}

#[doc = include_str!("../docs/guide/monitoring.md")]
pub mod monitoring {}

#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}

#[doc = include_str!("../docs/guide/migrating.md")]
pub mod migrating {}

#[doc = include_str!("../docs/guide/troubleshooting.md")]
pub mod troubleshooting {}

#[doc = include_str!("../docs/guide/how_it_works.md")]
pub mod how_it_works {}

#[doc = include_str!("../docs/guide/limits.md")]
pub mod limits {}
