//! What goes wrong, and when.

use std::{future::Future, pin::pin, time::Duration};

use futures::future::{Either, select};
use rand::Rng;
use tokio::time::sleep;
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};
use tonic_scope::{Scope, Scoped, defer, spawn};
use tonic_scope_examples::discovery::{CheckRequest, WatchRequest, config_client::ConfigClient};

/// What befalls a cycle or a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The server answers with an error.
    Fails,
    /// The server answers when nobody waits any more.
    Stalls,
    /// The handler panics.
    HandlerPanics,
    /// The caller goes away in the middle of it.
    GivenUp,
    /// A task of the caller panics.
    TaskPanics,
    /// The caller closes its scope.
    Cancelled,
}

/// How long a caller waits at most.
const PATIENCE: Duration = Duration::from_millis(20);

impl Fault {
    /// None, two times in three.
    pub(crate) fn any(random: &mut impl Rng) -> Self {
        const FAULTS: [Fault; 6] = [
            Fault::Fails,
            Fault::Stalls,
            Fault::HandlerPanics,
            Fault::GivenUp,
            Fault::TaskPanics,
            Fault::Cancelled,
        ];
        if random.random_bool(2.0 / 3.0) {
            Self::None
        } else {
            FAULTS[random.random_range(0..FAULTS.len())]
        }
    }

    /// What the server is asked for; it does as it is told.
    pub(crate) fn asked(self) -> u64 {
        self as u64
    }

    /// Of the number that it was asked for.
    pub(crate) fn told(asked: u64) -> Self {
        let faults = [Self::Fails, Self::Stalls, Self::HandlerPanics];
        let told = faults.into_iter().find(|fault| fault.asked() == asked);
        told.unwrap_or(Self::None)
    }

    /// Runs a scope, or drops it on the way.
    pub(crate) async fn befall(self, run: impl Future<Output = Result<(), Status>>) {
        if self == Self::GivenUp {
            let given_up = sleep(Duration::from_millis(2));
            if let Either::Left(_) = select(pin!(run), pin!(given_up)).await {}
        } else {
            let _ = run.await;
        }
    }

    /// What befalls the caller in its scope.
    fn strike(self, salt: u64) -> Result<(), Status> {
        // Every scope has something to tidy up, and some a task.
        defer(async {})?;
        let scope = Scope::current().ok_or_else(|| Status::internal("no scope"))?;
        match self {
            Self::TaskPanics => drop(spawn(async { panic!("on purpose") })),
            Self::Cancelled => drop(spawn(async move {
                sleep(Duration::from_millis(1)).await;
                scope.cancel();
            })),
            _ if salt.is_multiple_of(2) => drop(spawn(async {
                tonic_scope::cancelled().await;
            })),
            _ => drop(spawn(std::future::pending::<()>())),
        }
        Ok(())
    }
}

/// A temporary client and a call.
pub(crate) async fn cycle(url: &str, fault: Fault, salt: u64) -> Result<(), Status> {
    fault.strike(salt)?;
    let endpoint = Endpoint::from_shared(url.to_owned());
    let endpoint = endpoint.map_err(|error| Status::internal(error.to_string()))?;
    let scope = Scope::current().ok_or_else(|| Status::internal("no scope"))?;
    let mut client = ConfigClient::new(scope.connect(&endpoint).await?);
    let mut request = tonic::Request::new(CheckRequest {
        cycle: fault.asked(),
    });
    request.set_timeout(PATIENCE);
    client.check(request).await.map(drop)
}

/// A stream over a connection that lasts, read for a moment.
pub(crate) async fn stream(
    mut client: ConfigClient<Scoped<Channel>>,
    fault: Fault,
    salt: u64,
) -> Result<(), Status> {
    fault.strike(salt)?;
    let mut request = tonic::Request::new(WatchRequest {
        version: fault.asked(),
    });
    request.set_timeout(PATIENCE);
    let mut steps = client.watch(request).await?.into_inner();
    for _ in 0..salt % 5 {
        if steps.message().await?.is_none() {
            break;
        }
    }
    Ok(())
}
