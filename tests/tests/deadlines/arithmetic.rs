//! Of all limits the tightest counts, is what the peer is told, and is named.

use std::time::Duration;

use tokio::time::Instant;
use tonic::{Code, Request, Status};
use tonic_scope::{
    CloseReason, Deadline, FutureExt as _, LimitSource, Limits, Scope, Scoped, scoped,
};
use tonic_scope_tests::shapes::{Answer, Ask, shapes_client::ShapesClient};

use crate::{HOUR, SECOND, recorder::Recorder, scope_error};

type Client = ShapesClient<Scoped<Recorder>>;

/// Every limit that a call in a handler can be under; an hour where it is not the
/// one that is tested.
#[derive(Clone, Copy)]
struct Setting {
    parent: Duration,
    caller: Duration,
    own: Duration,
    call_timeout: Duration,
    call: Option<Duration>,
    request: Duration,
    reserve: Duration,
    local: bool,
}

const SLACK: Setting = Setting {
    parent: HOUR,
    caller: HOUR,
    own: HOUR,
    call_timeout: HOUR,
    call: None,
    request: HOUR,
    reserve: Duration::ZERO,
    local: false,
};

const SOURCES: [LimitSource; 6] = [
    LimitSource::Parent,
    LimitSource::Caller,
    LimitSource::Timeout,
    LimitSource::CallTimeout,
    LimitSource::Call,
    LimitSource::Request,
];

impl Setting {
    fn with(mut self, source: LimitSource, limit: Duration) -> Self {
        match source {
            LimitSource::Parent => self.parent = limit,
            LimitSource::Caller => self.caller = limit,
            LimitSource::Timeout => self.own = limit,
            LimitSource::CallTimeout => self.call_timeout = limit,
            LimitSource::Call => self.call = Some(limit),
            LimitSource::Request => self.request = limit,
            other => panic!("not in the table: {other:?}"),
        }
        self
    }

    fn limits(self) -> Limits {
        let limits = self.call.map_or_else(Limits::new, Limits::timeout);
        if self.local {
            limits.and_local()
        } else {
            limits
        }
    }
}

#[scoped(timeout = set.own, call_timeout = set.call_timeout, reserve = set.reserve)]
async fn handler(_called: Request<()>, mut client: Client, set: Setting) -> Result<Answer, Status> {
    let mut ask = Request::new(Ask::default());
    ask.set_timeout(set.request);
    let answer = client.unary(ask).limited(set.limits()).await?;
    Ok(answer.into_inner())
}

/// How the call ends, after how long, and what its peer was told.
async fn end(set: Setting) -> (Status, Duration, Option<String>) {
    let peer = Recorder::default();
    let client = ShapesClient::new(Scoped::new(peer.clone()));
    let mut called = Request::new(());
    called.set_timeout(set.caller);
    let start = Instant::now();
    let status = Scope::builder("parent")
        .timeout(set.parent)
        .run(handler(called, client, set))
        .await
        .unwrap_err();
    (status, start.elapsed(), peer.told())
}

/// What a handler keeps back of its caller's time.
fn kept_back(source: LimitSource) -> Duration {
    match source {
        LimitSource::Caller => Duration::from_millis(5),
        _ => Duration::ZERO,
    }
}

#[tokio::test(start_paused = true)]
async fn of_every_two_limits_the_tighter_counts_and_is_named() {
    for tight in SOURCES {
        for loose in SOURCES {
            if tight == loose {
                continue;
            }
            let set = SLACK.with(tight, SECOND * 2).with(loose, SECOND * 5);
            // What is said for a call takes the place of `call_timeout`.
            let (counts, limit) = match (tight, loose) {
                (LimitSource::CallTimeout, LimitSource::Call) => (loose, SECOND * 5),
                _ => (tight, SECOND * 2),
            };
            let limit = limit.saturating_sub(kept_back(counts));
            let (status, elapsed, told) = end(set).await;
            let case = format!("{tight:?} before {loose:?}: {status}");
            assert_eq!(status.code(), Code::DeadlineExceeded, "{case}");
            let error = scope_error(&status);
            assert_eq!(error.limit_source(), Some(counts), "{case}");
            assert_eq!(
                error.reason(),
                Some(CloseReason::DeadlineExceeded),
                "{case}"
            );
            assert_eq!(error.elapsed(), limit, "{case}");
            // A timer is a millisecond wide.
            assert_eq!(elapsed.as_millis(), limit.as_millis(), "{case}");
            let expected = match counts {
                LimitSource::Caller => "1990m",
                LimitSource::Call if limit > SECOND * 2 => "5S",
                _ => "2S",
            };
            assert_eq!(told.as_deref(), Some(expected), "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_reserve_is_kept_back_from_the_peer_and_not_from_the_call() {
    for source in SOURCES {
        let mut set = SLACK.with(source, SECOND * 2);
        set.reserve = Duration::from_millis(500);
        let (status, elapsed, told) = end(set).await;
        let limit = (SECOND * 2).saturating_sub(kept_back(source));
        assert_eq!(
            elapsed.as_millis(),
            limit.as_millis(),
            "{source:?}: {status}"
        );
        let expected = match source {
            LimitSource::Caller => "1490m",
            _ => "1500m",
        };
        assert_eq!(told.as_deref(), Some(expected), "{source:?}");
        // Nor does it take all there is.
        set.reserve = HOUR;
        let (_, _, told) = end(set).await;
        let half = match source {
            LimitSource::Caller => "997m",
            _ => "1S",
        };
        assert_eq!(told.as_deref(), Some(half), "{source:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_local_limit_holds_and_the_peer_is_not_told() {
    for source in SOURCES {
        let mut set = SLACK.with(source, SECOND * 2);
        set.local = true;
        let (status, elapsed, told) = end(set).await;
        let limit = (SECOND * 2).saturating_sub(kept_back(source));
        assert_eq!(told, None, "{source:?}");
        assert_eq!(status.code(), Code::DeadlineExceeded);
        assert_eq!(
            elapsed.as_millis(),
            limit.as_millis(),
            "{source:?}: {status}"
        );
    }
}

/// What is left, and not what there was at the beginning.
#[tokio::test(start_paused = true)]
async fn a_peer_is_told_what_is_left() {
    let peer = Recorder::default();
    let mut client = ShapesClient::new(Scoped::new(peer.clone()));
    let body = async {
        for left in ["10S", "7S", "4S", "1S"] {
            let call = client.unary(Ask::default());
            tokio::select! {
                biased;
                answer = call => panic!("{answer:?}"),
                () = tokio::time::sleep(SECOND * 3) => assert_eq!(peer.told().as_deref(), Some(left)),
            }
        }
        Ok::<_, Status>(())
    };
    let scope = Scope::builder("scope").timeout(SECOND * 10);
    let status = scope.run(body).await.unwrap_err();
    assert_eq!(scope_error(&status).elapsed(), SECOND * 10);
}

/// The home of a transport and the scope that a call is made in: the tighter of
/// the two is told, and named.
#[tokio::test(start_paused = true)]
async fn of_a_clients_home_and_the_current_scope_the_tighter_counts() {
    for (home, current, name, told) in [(2, 5, "home", "2S"), (5, 2, "current", "2S")] {
        let peer = Recorder::default();
        let body = async {
            let transport = Scope::current().unwrap().bind(peer.clone());
            let mut client = ShapesClient::new(transport);
            // A root, so that neither is inside of the other.
            let elsewhere = tonic_scope::detach("current", SECOND * current, async move {
                client.unary(Ask::default()).await.map(drop)
            });
            match elsewhere.await.unwrap() {
                Ok(result) => result,
                Err(error) => Err(error.into()),
            }
        };
        let status = Scope::builder("home")
            .timeout(SECOND * home)
            .run(body)
            .await
            .unwrap_err();
        assert_eq!(peer.told().as_deref(), Some(told));
        let error = scope_error(&status);
        assert_eq!(error.scope_name(), name, "{error}");
        assert_eq!(error.limit_source(), Some(LimitSource::Timeout));
    }
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_says_nothing_has_the_default() {
    let scope = Scope::builder("silent");
    let status = scope
        .run(std::future::pending::<Result<(), Status>>())
        .await
        .unwrap_err();
    let error = scope_error(&status);
    assert_eq!(error.limit_source(), Some(LimitSource::Default));
    assert_eq!(error.elapsed(), SECOND * 30);
}

/// Who set a deadline that was inherited twice is named all the same.
#[tokio::test(start_paused = true)]
async fn an_inherited_deadline_names_the_scope_that_set_it() {
    let never = || std::future::pending::<Result<(), Status>>();
    let inner = Scope::builder("outer").timeout(SECOND * 2).run(async {
        Scope::builder("middle")
            .no_timeout()
            .run(async { Scope::builder("inner").run(never()).await })
            .await
    });
    let status = inner.await.unwrap_err();
    let error = scope_error(&status);
    assert_eq!(error.scope_name(), "inner");
    assert_eq!(error.limit_source(), Some(LimitSource::Parent));
    assert!(
        error.to_string().contains("set by scope `outer`"),
        "{error}"
    );

    let deadline = Deadline::after(SECOND * 2);
    let of_caller = Scope::builder("outer")
        .deadline(deadline)
        .run(async { Scope::builder("inner").run(never()).await });
    let status = of_caller.await.unwrap_err();
    let error = scope_error(&status);
    assert_eq!(error.limit_source(), Some(LimitSource::Caller), "{error}");
}

/// Of two that are equal the outer one is named: it is what would have to be longer.
#[tokio::test(start_paused = true)]
async fn of_equal_deadlines_the_outer_one_is_named() {
    let inner = async {
        let never = std::future::pending::<Result<(), Status>>();
        Scope::builder("inner").timeout(SECOND).run(never).await
    };
    let outer = Scope::builder("outer").timeout(SECOND);
    let status = outer.run(inner).await.unwrap_err();
    let error = scope_error(&status);
    assert_eq!(error.scope_name(), "inner");
    assert_eq!(error.limit_source(), Some(LimitSource::Parent));
}

/// A child never has more time than its parent (invariant 4), whatever it says.
#[tokio::test(start_paused = true)]
async fn a_childs_deadline_is_never_later_than_its_parents() {
    let body = async {
        let outer = Scope::current().unwrap();
        let body = async move {
            let inner = Scope::current().unwrap();
            assert_eq!(inner.deadline(), outer.deadline());
            assert_eq!(inner.limit_source(), Some(LimitSource::Parent));
            Ok::<_, Status>(())
        };
        Scope::builder("inner").timeout(HOUR).run(body).await
    };
    Scope::builder("outer")
        .timeout(SECOND)
        .run(body)
        .await
        .unwrap();
}
