//! Handlers whose futures are boxed, as `async_trait` boxes those of its methods: the
//! scope opens with the first poll, and what asks for more of the box gets it.

use std::{cell::Cell, future::Future, pin::Pin, rc::Rc, sync::Arc, time::Duration};

use futures::FutureExt as _;
use tokio::{sync::Mutex, task::yield_now};
use tonic::{Code, Request, Status};
use tonic_scope::{Scope, monitor, scoped};

type Answer<T> = Result<T, Status>;

struct Handler;

#[tonic::async_trait]
trait Handle {
    async fn handle(&self, request: Request<Counted>) -> Answer<Scope>;
}

/// Tells by its count whether it is still somewhere.
type Counted = Arc<()>;

const LINE_OF_HANDLE: u32 = line!() + 4;
#[scoped(timeout = "9s")]
#[tonic::async_trait]
impl Handle for Handler {
    async fn handle(&self, request: Request<Counted>) -> Answer<Scope> {
        yield_now().await;
        drop(request);
        Ok(Scope::current().expect("in a scope"))
    }
}

/// Held by each test that counts scopes.
static ALONE: Mutex<()> = Mutex::const_new(());

/// How many scopes of the handler are open.
fn open() -> usize {
    monitor::snapshot().named("Handler::handle").count()
}

#[tokio::test(start_paused = true)]
async fn a_scope_opens_with_the_first_poll() {
    let _alone = ALONE.lock().await;
    let alive = Counted::default();
    let mut handling = Handler.handle(Request::new(Counted::clone(&alive)));
    assert_eq!(open(), 0);
    // Elsewhere, and with less time, than where the future was made.
    let scope = Scope::builder("around").timeout(Duration::from_secs(1));
    let result = scope.run(async {
        assert!((&mut handling).now_or_never().is_none());
        assert_eq!(open(), 1);
        Ok::<_, Status>(handling.await)
    });
    let scope = result.await.unwrap().unwrap();
    assert_eq!(open(), 0);
    assert_eq!(scope.name(), "Handler::handle");
    assert_eq!(scope.location().file(), file!());
    assert_eq!(scope.location().line(), LINE_OF_HANDLE);
    assert_eq!(scope.remaining(), Some(Duration::from_secs(1)));
    assert_eq!(Counted::strong_count(&alive), 1);
}

#[tokio::test]
async fn one_that_is_never_polled_opens_none() {
    let _alone = ALONE.lock().await;
    let alive = Counted::default();
    drop(Handler.handle(Request::new(Counted::clone(&alive))));
    assert_eq!(open(), 0);
    assert_eq!(Counted::strong_count(&alive), 1);
}

#[tokio::test]
async fn one_that_is_dropped_in_between_closes_its_scope() {
    let _alone = ALONE.lock().await;
    let alive = Counted::default();
    let mut handling = Handler.handle(Request::new(Counted::clone(&alive)));
    assert!((&mut handling).now_or_never().is_none());
    assert_eq!(open(), 1);
    drop(handling);
    assert_eq!(open(), 0);
    assert_eq!(Counted::strong_count(&alive), 1);
}

#[tokio::test]
async fn one_whose_scope_is_refused_never_begins() {
    let _alone = ALONE.lock().await;
    let alive = Counted::default();
    let handling = Handler.handle(Request::new(Counted::clone(&alive)));
    let closed = Scope::builder("closed").run(async {
        Scope::current().expect("in a scope").cancel();
        Ok::<_, Status>(handling.now_or_never())
    });
    let refused = closed.now_or_never().expect("ready").unwrap();
    let error = refused.expect("ready").unwrap_err();
    assert_eq!(error.code(), Code::Cancelled, "{error}");
    assert_eq!(Counted::strong_count(&alive), 1);
}

#[tokio::test(start_paused = true)]
async fn the_callers_time_counts_from_the_call() {
    let _alone = ALONE.lock().await;
    let mut request = Request::new(Counted::default());
    request.set_timeout(Duration::from_secs(5));
    let handling = Handler.handle(request);
    tokio::time::advance(Duration::from_secs(2)).await;
    let scope = handling.await.unwrap();
    let left = scope.remaining().expect("a deadline");
    assert!(left > Duration::from_secs(2), "{left:?}");
    assert!(left <= Duration::from_secs(3), "{left:?}");
}

#[tonic::async_trait(?Send)]
trait HandleHere {
    async fn handle_here(&self, n: Rc<u8>) -> Answer<u8>;
}

#[scoped]
#[tonic::async_trait(?Send)]
impl HandleHere for Handler {
    async fn handle_here(&self, n: Rc<u8>) -> Answer<u8> {
        yield_now().await;
        assert_eq!(
            Scope::current().expect("in a scope").name(),
            "Handler::handle_here"
        );
        Ok(*n)
    }
}

/// As somebody writes it who needs to share the future.
#[scoped]
fn shared(n: &u8) -> Pin<Box<dyn Future<Output = Answer<u8>> + Send + Sync + '_>> {
    Box::pin(async move {
        yield_now().await;
        assert_eq!(Scope::current().expect("in a scope").name(), "shared");
        Ok(*n)
    })
}

/// What a limit is computed from is looked at when the scope opens.
#[scoped(timeout = Duration::from_secs(seconds.get()))]
fn computed(seconds: &Cell<u64>) -> Pin<Box<dyn Future<Output = Answer<Duration>> + '_>> {
    Box::pin(async move {
        let scope = Scope::current().expect("in a scope");
        Ok(scope.remaining().expect("a deadline"))
    })
}

#[tokio::test(start_paused = true)]
async fn a_computed_limit_is_computed_when_the_scope_opens() {
    let seconds = Cell::new(1);
    let computed = computed(&seconds);
    seconds.set(2);
    assert_eq!(computed.await.unwrap(), Duration::from_secs(2));
}

#[tokio::test]
async fn a_box_is_what_it_is_asked_to_be() {
    fn is_sync<T: Sync>(of: T) -> T {
        of
    }
    assert_eq!(Handler.handle_here(Rc::new(1)).await.unwrap(), 1);
    assert_eq!(is_sync(shared(&2)).await.unwrap(), 2);
}
