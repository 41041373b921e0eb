//! The table by itself: whatever happens in whatever order, its limits hold, who
//! comes first is first, and nobody is forgotten.

mod back_off;
mod choice;

use std::{
    collections::{HashMap, VecDeque},
    hash::RandomState,
    sync::Arc,
};

use tokio::{sync::oneshot, time::Instant};

use super::{state::SWEEP, *};

enum Toy {}

impl Pooled for Toy {
    type Key = u8;
    type Hashes = RandomState;
    type Channel = ();
    type Lease = u64;
}

const LIMITS: [usize; 3] = [4, 2, 2];

fn limits() -> Limits {
    let [connections, per_key, leases] = LIMITS;
    Limits {
        connections,
        per_key,
        leases,
        idle: Duration::from_secs(10),
        age: Some(Duration::from_secs(30)),
        back_off: ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(100))
            .with_max_delay(Duration::from_secs(1))
            .without_max_times(),
        patience: Duration::from_millis(150),
        strikes: 3,
    }
}

fn link(key: u8, id: u64, health: &Arc<Health>) -> Link<Toy> {
    Link {
        key,
        id,
        channel: (),
        health: Arc::clone(health),
    }
}

/// Plays the part of sockets, tasks and callers, at random.
struct World {
    table: Table<Toy>,
    random: fastrand::Rng,
    now: Instant,
    /// Attempts, each with its socket, and when they begin.
    attempts: Vec<(u8, u64, Instant)>,
    conns: Vec<Made>,
    leases: Vec<(u8, u64, Arc<Health>)>,
    waiting: HashMap<u8, VecDeque<Ticket>>,
    denied: usize,
    lent: usize,
}

/// A ticket, and where the answer comes.
type Ticket = (u64, oneshot::Receiver<Outcome<Toy>>);

struct Made {
    key: u8,
    id: u64,
    health: Arc<Health>,
    stop: Arc<tokio::sync::Notify>,
    has_socket: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            table: Table::new(limits()),
            random: fastrand::Rng::with_seed(seed),
            now: Instant::now(),
            attempts: Vec::new(),
            conns: Vec::new(),
            leases: Vec::new(),
            waiting: HashMap::new(),
            denied: 0,
            lent: 0,
        }
    }

    fn perform(&mut self, effects: Effects<Toy>) {
        for start in effects.start {
            assert!(
                self.attempts.iter().all(|(key, ..)| *key != start.key),
                "a second attempt for a key (invariant 2)"
            );
            self.attempts.push((start.key, start.id, start.begins));
        }
        for Answer { waiter, link } in effects.answers {
            let lent = link.as_ref().ok().map(|link| link.key);
            let outcome = link.map(|link| {
                self.leases
                    .push((link.key, link.id, Arc::clone(&link.health)));
                link.id
            });
            waiter.send(outcome).expect("it is still waited for");
            let (key, waiting, outcome) = self
                .waiting
                .iter_mut()
                .find_map(|(key, waiting)| {
                    let outcome = waiting.front_mut()?.1.try_recv().ok()?;
                    Some((key, waiting, outcome))
                })
                .expect("the first is the first (invariant 3)");
            assert!(lent.is_none_or(|lent| lent == *key), "what it waits for");
            waiting.pop_front();
            match outcome {
                Ok(_) => self.lent += 1,
                Err(_) => self.denied += 1,
            }
        }
        for stop in effects.stop {
            stop.notify_one();
        }
    }

    fn request(&mut self) {
        let key = self.random.u8(..5);
        let deadline = self.now + Duration::from_millis(self.random.u64(..300));
        let (request, effects) = self.table.request(&key, deadline, self.now);
        match request {
            Request::Lent(link) => {
                self.lent += 1;
                self.leases.push((key, link.id, Arc::clone(&link.health)));
            }
            Request::Denied(_) => self.denied += 1,
            Request::Queued(ticket, receiver) => self
                .waiting
                .entry(key)
                .or_default()
                .push_back((ticket, receiver)),
        }
        self.perform(effects);
    }

    fn give_back(&mut self) {
        if self.leases.is_empty() {
            return;
        }
        let at = self.random.usize(..self.leases.len());
        let (key, id, health) = self.leases.swap_remove(at);
        match self.random.u8(..4) {
            0 => health.failed(),
            1 => {}
            _ => health.succeeded(),
        }
        let effects = self.table.returned(&key, id, self.now);
        self.perform(effects);
    }

    fn abandon(&mut self) {
        let key = self.random.u8(..5);
        let Some(waiting) = self.waiting.get_mut(&key).filter(|it| !it.is_empty()) else {
            return;
        };
        let at = self.random.usize(..waiting.len());
        let (ticket, _) = waiting.remove(at).unwrap();
        let effects = self.table.abandon(&key, ticket, self.now);
        self.perform(effects);
    }

    fn end_attempt(&mut self) {
        if self.attempts.is_empty() {
            return;
        }
        let at = self.random.usize(..self.attempts.len());
        let (key, id, begins) = self.attempts.swap_remove(at);
        self.now = self.now.max(begins);
        match self.random.u8(..8) {
            0 => {
                let effects = self.table.socket_gone(&key, id, self.now);
                self.perform(effects);
                let error = tonic::transport::Endpoint::from_shared("no url").unwrap_err();
                let effects = self.table.failed(&key, &Arc::new(error), self.now);
                self.perform(effects);
            }
            1 => {
                let effects = self.table.interrupted(&key);
                self.perform(effects);
                let effects = self.table.socket_gone(&key, id, self.now);
                self.perform(effects);
            }
            _ => self.connect(key, id),
        }
    }

    fn connect(&mut self, key: u8, id: u64) {
        let health = Arc::<Health>::default();
        health.opened();
        let stop = Arc::<tokio::sync::Notify>::default();
        let link = link(key, id, &health);
        let conn = Conn::new(link, Arc::clone(&stop), self.now, &limits());
        self.conns.push(Made {
            key,
            id,
            health,
            stop,
            has_socket: true,
        });
        let effects = self.table.connected(&key, conn, self.now);
        self.perform(effects);
    }

    /// A connection's peer goes away.
    fn break_one(&mut self) {
        if self.conns.is_empty() {
            return;
        }
        let at = self.random.usize(..self.conns.len());
        let conn = &mut self.conns[at];
        if !std::mem::take(&mut conn.has_socket) {
            return;
        }
        conn.health.closed();
        let (key, id) = (conn.key, conn.id);
        let effects = self.table.socket_gone(&key, id, self.now);
        self.perform(effects);
    }

    /// A lease opens another socket for its broken connection.
    fn reopen(&mut self) {
        let leases = &self.leases;
        let broken = self
            .conns
            .iter_mut()
            .find(|conn| !conn.has_socket && leases.iter().any(|(_, id, _)| *id == conn.id));
        if let Some(conn) = broken
            && self.table.reopen(&conn.key, conn.id, self.now).is_ok()
        {
            conn.has_socket = true;
            conn.health.opened();
            let effects = self.table.reopened(&conn.key, self.now);
            self.perform(effects);
        }
    }

    /// What the keepers do, now or when they are told to.
    fn keep(&mut self) {
        for at in (0..self.conns.len()).rev() {
            let (key, id) = (self.conns[at].key, self.conns[at].id);
            if self.table.due(&key, id, self.now) != Due::Close {
                continue;
            }
            let conn = self.conns.swap_remove(at);
            assert!(
                self.leases.iter().all(|(_, lent, _)| *lent != id),
                "a connection is closed under a lease (invariant 6)"
            );
            let effects = self.table.removed(&key, id, self.now);
            self.perform(effects);
            if conn.has_socket {
                conn.health.closed();
                let effects = self.table.socket_gone(&key, id, self.now);
                self.perform(effects);
            }
        }
    }

    /// What has been told to close does so, be its keeper ever so late.
    fn keep_if_told(&mut self) {
        let told = self.conns.iter().any(|conn| {
            let mut told = std::pin::pin!(conn.stop.notified());
            let told = told.as_mut().enable();
            if told {
                conn.stop.notify_one();
            }
            told
        });
        if told {
            self.keep();
        }
    }

    fn check(&self) {
        let [connections, per_key, leases] = LIMITS;
        let snapshot = self.table.snapshot(u8::to_string);
        let sockets = |key: Option<u8>| {
            let attempts = self.attempts.iter().map(|(key, ..)| *key);
            let conns = self.conns.iter().filter(|conn| conn.has_socket);
            let all = attempts.chain(conns.map(|conn| conn.key));
            all.filter(|of| key.is_none_or(|key| key == *of)).count()
        };
        assert_eq!(snapshot.sockets, sockets(None));
        assert!(snapshot.sockets <= connections, "invariant 1, in all");
        for of_key in &snapshot.keys {
            let key: u8 = of_key.address.parse().unwrap();
            assert_eq!(of_key.sockets, sockets(Some(key)));
            assert!(of_key.sockets <= per_key, "invariant 1, of a key");
            let waiting = self.waiting.get(&key).map_or(0, VecDeque::len);
            assert_eq!(of_key.waiting, waiting);
        }
        for conn in &self.conns {
            let on = self.leases.iter().filter(|(_, id, _)| *id == conn.id);
            assert!(on.count() <= leases, "leases of a connection");
        }
    }

    fn step(&mut self) {
        match self.random.u8(..20) {
            0..6 => self.request(),
            6..11 => self.give_back(),
            11 => self.abandon(),
            12..16 => self.end_attempt(),
            16 => self.break_one(),
            17 => self.reopen(),
            18 => self.keep_if_told(),
            _ => {
                self.now += Duration::from_millis(self.random.u64(..2_000));
                self.keep();
            }
        }
        self.check();
    }

    /// No more comes, and everything goes well: nobody may be left.
    fn settle(&mut self) {
        for _ in 0..100 {
            while !self.leases.is_empty() {
                self.give_back();
            }
            while let Some((key, id, begins)) = self.attempts.pop() {
                self.now = self.now.max(begins);
                self.connect(key, id);
            }
            self.keep_if_told();
            self.check();
        }
        let waiting: usize = self.waiting.values().map(VecDeque::len).sum();
        let snapshot = self.table.snapshot(u8::to_string);
        assert_eq!(
            waiting, 0,
            "somebody is forgotten (invariant 7): {snapshot:#?}"
        );
        let effects = self.table.close();
        self.perform(effects);
        self.keep();
        let kept = self.table.snapshot(u8::to_string);
        assert!(kept.keys.is_empty() && kept.sockets == 0, "{kept:#?}");
    }
}

#[test]
fn limits_and_order_hold_and_nobody_is_forgotten_whatever_happens() {
    let (mut lent, mut denied) = (0, 0);
    for seed in 0..200 {
        let mut world = World::new(seed);
        for _ in 0..400 {
            world.step();
        }
        world.settle();
        lent += world.lent;
        denied += world.denied;
    }
    // Both happen often enough for this to mean something.
    assert!(lent > 5_000, "{lent}");
    assert!(denied > 1_000, "{denied}");
}

#[test]
fn addresses_that_are_tried_once_are_not_remembered_for_ever() {
    enum Many {}
    impl Pooled for Many {
        type Key = u32;
        type Hashes = RandomState;
        type Channel = ();
        type Lease = u64;
    }
    let table = Table::<Many>::new(limits());
    let mut now = Instant::now();
    for key in 0..10_000 {
        let (request, effects) = table.request(&key, now, now);
        let Request::Queued(..) = request else {
            panic!("nothing is there to be lent");
        };
        let id = effects.start[0].id;
        let _ = table.socket_gone(&key, id, now);
        let error = tonic::transport::Endpoint::from_shared("no url").unwrap_err();
        let _ = table.failed(&key, &Arc::new(error), now);
        now += Duration::from_secs(1);
    }
    let kept = table.snapshot(u32::to_string).keys.len();
    assert!(kept <= SWEEP, "{kept}");
}
