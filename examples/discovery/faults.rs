//! What is wrong with a service in a cycle: the same in all modes and in every run of a seed.

use std::time::Duration;

use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::services::{Chance, Service, Slow};

/// A service's faults, as a function of the cycle.
#[derive(Debug, Clone)]
pub(crate) struct Faults {
    slow: Option<Slow>,
    fail: Option<Chance>,
    stall: Option<Chance>,
    seed: u64,
    service: u64,
}

/// What a service does to all calls of one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    Slow(Duration),
    Fail,
    Stall,
}

impl Faults {
    /// The faults of the service that is `at` this place of the file.
    pub(crate) fn new(service: &Service, seed: u64, at: usize) -> Self {
        let &Service {
            slow, fail, stall, ..
        } = service;
        Self {
            slow,
            fail,
            stall,
            seed,
            service: at as u64,
        }
    }

    /// One draw decides, so the probabilities of the rules exclude each other and add up.
    pub(crate) fn during(&self, cycle: u64) -> Fault {
        let faults = [
            self.slow
                .map(|rule| (rule.probability, Fault::Slow(rule.delay))),
            self.fail.map(|rule| (rule.probability, Fault::Fail)),
            self.stall.map(|rule| (rule.probability, Fault::Stall)),
        ];
        let mut left = self.draw(cycle);
        for (probability, fault) in faults.into_iter().flatten() {
            if left < probability.0 {
                return fault;
            }
            left -= probability.0;
        }
        Fault::None
    }

    /// A number in `0..1` that depends on nothing but the seed, the service and the cycle: no order
    /// of calls, and no state that two modes could share.
    fn draw(&self, cycle: u64) -> f64 {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        seed[8..16].copy_from_slice(&self.service.to_le_bytes());
        seed[16..24].copy_from_slice(&cycle.to_le_bytes());
        StdRng::from_seed(seed).random()
    }
}
