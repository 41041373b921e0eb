//! What clients, layers and futures are made of.
//!
//! They are the associated types and the results of what is named elsewhere, so
//! that a service or a future can be put in a `struct`. Most code names none.
//!
//! | from | there is |
//! |---|---|
//! | a call of a [`Scoped`](crate::Scoped) transport | [`CallFuture`], [`ResponseBody`] |
//! | [`ServerScopeLayer`](crate::ServerScopeLayer) round a service | [`ServerScope`], [`ServerFuture`], [`ServerBody`] |
//! | [`limited`](crate::FutureExt::limited) | [`Limited`] |
//! | [`in_scope`](crate::FutureExt::in_scope), [`in_current_scope`](crate::FutureExt::in_current_scope) | [`InScope`] |

pub use crate::{
    client::{CallFuture, ResponseBody},
    limited::Limited,
    server::{ServerBody, ServerFuture, ServerScope},
    task::InScope,
};
