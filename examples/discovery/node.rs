//! One service, as far as it is the same in all modes: who it is, and the work behind its answers.

use std::net::SocketAddr;

use tokio::time::sleep;
use tonic::Status;
use tonic_scope_examples::discovery::{Settings, Step};

use crate::faults::{Fault, Faults};

const STEPS: u32 = 3;

/// A service that answers for its config, and knows the peers whose config it depends on.
#[derive(Debug)]
pub(crate) struct Node {
    name: String,
    faults: Faults,
    peers: Vec<Peer>,
}

/// Where another service is reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(SocketAddr);

/// The steps of one version's roll-out, as they are taken.
#[derive(Debug)]
pub(crate) struct Rollout {
    version: u64,
    done: u32,
    fault: Fault,
}

impl Node {
    pub(crate) fn new(name: String, faults: Faults, peers: Vec<Peer>) -> Self {
        Self {
            name,
            faults,
            peers,
        }
    }

    pub(crate) fn peers(&self) -> &[Peer] {
        &self.peers
    }

    /// Reads the config, as slowly or badly as the fault of the cycle has it.
    ///
    /// # Cancel safety
    ///
    /// It changes nothing, so it may be dropped at any time.
    pub(crate) async fn load(&self, cycle: u64) -> Result<Settings, Status> {
        match self.faults.during(cycle) {
            Fault::Fail => return Err(broken()),
            Fault::Slow(delay) => sleep(delay).await,
            Fault::Stall | Fault::None => {}
        }
        Ok(Settings {
            service: self.name.clone(),
            version: cycle,
        })
    }

    /// The roll-out that this service begins in the cycle of the same number.
    pub(crate) fn roll_out(&self, version: u64) -> Result<Rollout, Status> {
        match self.faults.during(version) {
            Fault::Fail => Err(broken()),
            fault => Ok(Rollout {
                version,
                done: 0,
                fault,
            }),
        }
    }
}

impl Peer {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self(address)
    }

    pub(crate) fn url(self) -> String {
        format!("http://{}", self.0)
    }
}

impl Rollout {
    /// The next step; `None` once all are done; never, if the roll-out has stalled.
    ///
    /// # Cancel safety
    ///
    /// A dropped call takes no step.
    pub(crate) async fn next(&mut self) -> Option<Step> {
        match self.fault {
            Fault::Slow(delay) if self.done == 0 => sleep(delay).await,
            // Some replica of the service never reports back, and nobody gives up on it.
            Fault::Stall if self.done == 1 => std::future::pending().await,
            _ => {}
        }
        if self.done == STEPS {
            return None;
        }
        self.done += 1;
        Some(Step {
            version: self.version,
            done: self.done,
            of: STEPS,
        })
    }
}

/// What a service answers that is up and not well.
fn broken() -> Status {
    Status::unavailable("the config store does not answer")
}
