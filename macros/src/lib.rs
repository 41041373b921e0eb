//! The `#[scoped]` attribute of [tonic-scope]; use it through that crate.
//!
//! [tonic-scope]: https://docs.rs/tonic-scope

mod args;
mod calls;
mod check;
mod errors;
mod expand;
mod input;
mod lower;
mod macros;
mod model;
mod order;
mod paths;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Gives an asynchronous function a scope: its clients, calls, tasks and the
/// stream it returns have a deadline and end with it.
///
/// The scope opens when the function's future is first polled, and closes when
/// its body is done, however it is done: with a value, an error, a panic, at
/// the deadline, or because the future was dropped. A stream in the result
/// takes the scope along and closes it at its own end.
///
/// The deadline is the earliest of: the enclosing scope's, the caller's
/// (`grpc-timeout` of any argument that is a `tonic::Request`), and `timeout`.
///
/// # Where it goes
///
/// | on | every scope is named |
/// |---|---|
/// | an `async fn`, also beside `#[tokio::main]` and `#[tokio::test]` | `function` |
/// | a method, also inside an `#[async_trait]` impl | `method` |
/// | an `impl`, above or below `#[async_trait]` | `Type::method` |
///
/// On an impl it holds for every asynchronous method. A `#[scoped(..)]` on one
/// of them states that method's own limits, which win over the impl's; other
/// methods are left alone. The associated type of a streaming method,
/// `type WatchStream = S`, is wrapped for the trait and remains `S` in the
/// method's body.
///
/// The function returns `Result<_, E>` with `E: From<ScopeError>`, so that it
/// can answer when its scope is ended from outside.
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | *(none)* | `timeout` is the process default, 30 s unless set |
/// | `timeout = "2s"` | limit in all, from entry to the end of the returned stream; `none` leaves what is inherited |
/// | `call_timeout = "500ms"` | limit of each call made in the scope |
/// | `idle = "10s"` | longest gap between two messages of a stream; without a `timeout` beside it, the only limit of a stream |
/// | `reserve = "20ms"` | kept back from what calls are told they have, for the way home of their answers; at most half of it |
/// | `grace = "100ms"` | how long a close waits for what it has ended to be gone; 100 ms unless said |
/// | `stream(..)` | on an impl: these five for its streaming methods. An impl's own `timeout` and `idle` are of the unary ones alone; the other three are of both |
/// | `inherit = false` | the caller's deadline does not count, for work that is not in its service; that of an enclosing scope does |
/// | `pool` | clients borrow connections from the pool of the process, and give them back; `pool = EXPR`: from that `&Pool`, evaluated at each entry; `pool = none`: not from the impl's |
/// | `crate = "a::path"` | where this crate is to be found, if it is renamed or re-exported: `::tonic_scope` unless said |
/// | `name = ".."` | the scope's name; on an impl, in place of `Type` |
/// | `allow(rule, ..)` | switches rules of misuse off; a method's add to its impl's |
/// | `ignore(TypeClient, ..)` | types that are no gRPC clients, whatever their names: no rule sees them, and nothing is bound |
///
/// A duration is a string with a unit (`ns`, `us`, `ms`, `s`, `m`, `h`, `d`, as
/// in `"1m 30s"`; at most a year), or an expression of type `Duration`, which
/// sees the function's arguments and is evaluated at each entry.
///
/// # What becomes of the body
///
/// In the function's own body, closures, async blocks and the arguments of
/// known macros included (`join!`, `select!`, `vec!`, those that format, assert and
/// trace, and others), nested items excluded:
///
/// | written | bound to the scope |
/// |---|---|
/// | `UsersClient::connect(dst)` | the connection, and the client on it: a `UsersClient<Scoped<Channel>>` |
/// | `UsersClient::new(t)`, `with_interceptor(t, f)`, `with_origin(t, uri)` | the transport `t` |
/// | `endpoint.connect()`, `connect_lazy()`, and both with a connector | the channel: a `Scoped<Channel>` |
/// | `Channel::balance_list(..)`, `Channel::balance_channel(..)` | the channel |
/// | `tokio::spawn`, `tokio::task::spawn`, `spawn_local` | the task; the handle is a `JoinHandle` as before |
///
/// With `pool` the first of these, and `endpoint.connect()` and `connect_lazy()` where
/// the pool has been promised that endpoints are alike, borrow their connection:
/// see `tonic_scope::pool`.
///
/// A function that is named for somebody else to call is bound as well:
/// `peers.map(UsersClient::connect)`, `endpoints.map(Endpoint::connect_lazy)`, any
/// spawn, and `UsersClient::new` where `map`, `map_ok`, `and_then` or `then` takes it.
///
/// A client is recognised by its name, which ends in `Client`, and a path such
/// as `tokio::spawn` by its last two segments. What the body itself imports is known
/// by its full name. Of what is imported outside of it, under another name or as a
/// bare `spawn`, nothing can be seen from here, and it is left alone: write
/// `tokio::spawn`, or `tonic_scope::spawn`, which binds wherever it is called.
///
/// # Cancel safety
///
/// Dropping the function's future, or the stream that it returned, closes the scope.
/// The body is dropped where it stands, and what was bound ends. Nothing can be
/// awaited then: tasks and cleanups end on the runtime, a moment later.
///
/// # Errors
///
/// All that is wrong with one function or impl is reported at once, and the
/// item is still there for the rest of the crate. Refused are, besides
/// arguments that make no sense: a streaming method without `timeout` or
/// `idle`, an `impl Stream` in a return type, and the misuse that its rules are
/// about: `client_in_loop`, `client_escapes`, `fire_and_forget`, `leaked`,
/// `unjoinable`, `blocking`, `opaque_macro` and `override`. `tonic_scope::rules`
/// has a page for each.
///
/// # Examples
///
/// ```text
/// #[scoped(timeout = "2s", call_timeout = "500ms", stream(idle = "30s"))]
/// #[tonic::async_trait]
/// impl Greeter for MyGreeter {
///     type WatchStream = ReceiverStream<Result<Reply, Status>>;
///
///     async fn hello(&self, request: Request<HelloRequest>) -> Result<Response<Reply>, Status> {
///         let mut users = UsersClient::connect("http://users:50051").await?; // closed on exit
///         let user = users.get(request.into_inner()).await?;                 // in the remaining time
///         ...
///     }
///
///     #[scoped(idle = "10s")] // wins over the impl's
///     async fn watch(&self, request: Request<Topic>) -> Result<Response<Self::WatchStream>, Status> {
///         ...
///     }
/// }
///
/// #[scoped(timeout = LIMIT, inherit = false)]
/// async fn refresh_config(dst: &str) -> anyhow::Result<Config> {
///     ...
/// }
/// ```
#[proc_macro_attribute]
pub fn scoped(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(args.into(), &item.into()).into()
}

/// Limits one call, inside of a function with [`macro@scoped`].
///
/// There it needs no import: `#[scoped]` reads it, on a statement or right
/// before an expression, and takes it away. It holds for the one `.await` of the
/// chain that follows, in `#[call(..)] users.get(id).await?.into_inner()` for
/// `users.get(id)`, and for any other future that yields a `Result` as well. The
/// futures that `join!`, `try_join!` and `select!` await count as awaited.
///
/// | argument | meaning |
/// |---|---|
/// | `timeout = "50ms"` | in the place of the scope's `call_timeout`, longer or shorter, within what the scope has left |
/// | `idle = "1s"` | longest gap between two messages of the response stream |
/// | `reserve = "5ms"` | kept back from what the peer is told, for the way home of its answer |
/// | `local` | the limits are enforced here and the peer is not told |
/// | `unscoped` | alone: the client creation or spawn that follows is left as written, and leak checks of tests are told |
///
/// Durations are written as those of `#[scoped]`.
///
/// # Errors
///
/// Refused are a literal that is longer than the scope's `timeout`; an
/// expression that awaits no call, or several; an operand, as in
/// `#[call(..)] a.await + b`, where the attribute would hold for `a` alone, and
/// the target of an assignment; and anything outside a scoped function.
///
/// # Examples
///
/// ```text
/// #[scoped(timeout = "2s", call_timeout = "500ms")]
/// async fn profile(users: &mut UsersClient<Scoped<Channel>>, id: UserId) -> Result<Profile, Status> {
///     let user = users.get(id).await?.into_inner();
///     let picture = #[call(timeout = "50ms")] users.picture(id).await.ok();
///     #[call(local)]
///     users.seen(id).await?;
///     Ok(Profile { user, picture })
/// }
/// ```
#[proc_macro_attribute]
pub fn call(_: TokenStream, item: TokenStream) -> TokenStream {
    expand::stray_call(&item.into()).into()
}

/// A `#[tokio::test]` in a scope: what it spawns ends with it, and when it hangs,
/// it fails after 30 s.
///
/// The arguments are those of [`macro@scoped`] on a function, of which `timeout`
/// is 30 s unless said, and those of `#[tokio::test]`: `flavor`, `worker_threads`,
/// `start_paused` and `unhandled_panic`. The test returns anything that a test
/// can return; at its deadline it panics, with the name and the place of its
/// scope. The crate `tokio` has to be among the dependencies, with `macros`.
///
/// A test that has passed is looked at for what it has left behind, and fails if
/// something is: see `tonic_scope::testing`. `leaks = EXPR` says what may be left, with
/// a `LeakCheck`; `leaks = false` switches the check off.
///
/// # Examples
///
/// ```text
/// #[tonic_scope::test(timeout = "5s", flavor = "multi_thread")]
/// async fn a_user_is_found() -> Result<(), Status> {
///     let mut users = UsersClient::connect(url()).await?;
///     assert_eq!(users.get(UserId { id: 1 }).await?.get_ref().name, "Ada");
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::test(args.into(), &item.into()).into()
}
