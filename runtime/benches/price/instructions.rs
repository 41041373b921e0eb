//! The rows that are counted in instructions.

use std::{
    collections::{BTreeMap, BTreeSet},
    io, iter,
    sync::Mutex,
    thread,
};

use crate::{
    callgrind::{self, Times},
    row::{Goal, Rows},
};

const CALLS: Times = Times {
    warm_up: 300,
    counted: 500,
};
const STREAM: Times = Times {
    warm_up: 1_000,
    counted: 10_000,
};
const EMPTY: Times = Times {
    warm_up: 1_000,
    counted: 10_000,
};

/// How often a work of that name is counted.
pub(crate) fn times_of(name: &str) -> Times {
    match name.split('/').next() {
        Some("call") => CALLS,
        Some("empty") => EMPTY,
        _ => STREAM,
    }
}

/// A work, and what it is compared with.
struct Pair {
    row: &'static str,
    ours: &'static str,
    theirs: &'static str,
    goal: Goal,
}

const PAIRS: [Pair; 8] = [
    Pair {
        row: "unary/set_timeout",
        ours: "call/scope",
        theirs: "call/set_timeout",
        goal: Goal::AtMost(1.01),
    },
    // What a caller sends who has a deadline, instead of the same timeout each time.
    Pair {
        row: "unary/set_remaining",
        ours: "call/scope",
        theirs: "call/set_remaining",
        goal: Goal::AtMost(1.01),
    },
    Pair {
        row: "unary/by_hand",
        ours: "call/scope",
        theirs: "call/by_hand",
        goal: Goal::AtMost(0.99),
    },
    Pair {
        row: "stream/raw",
        ours: "stream/scope",
        theirs: "stream/raw",
        goal: Goal::AtMost(1.01),
    },
    Pair {
        row: "stream_one_by_one/raw",
        ours: "one_by_one/scope",
        theirs: "one_by_one/raw",
        goal: Goal::AtMost(1.03),
    },
    // With all that an operator can switch on. Counts differ by some 0.3 % anyway.
    Pair {
        row: "watched/unary",
        ours: "call/scope/watched",
        theirs: "call/scope/unwatched",
        goal: Goal::AtMost(1.01),
    },
    Pair {
        row: "watched/stream_one_by_one",
        ours: "one_by_one/scope/watched",
        theirs: "one_by_one/scope/unwatched",
        goal: Goal::AtMost(1.01),
    },
    Pair {
        row: "watched/empty_scope",
        ours: "empty/scope/watched",
        theirs: "empty/scope/unwatched",
        goal: Goal::AtMost(1.01),
    },
];

/// How often each is counted; the median tells. Hash maps and the allocator make
/// two processes differ by some 0.2 %.
const PROCESSES: usize = 3;

pub(crate) fn rows(rows: &mut Rows) {
    if !callgrind::is_there() {
        for pair in PAIRS {
            rows.skip(pair.row, "needs valgrind, with its callgrind");
        }
        return;
    }
    let counts = counts();
    for Pair {
        row,
        ours,
        theirs,
        goal,
    } in PAIRS
    {
        match (&counts[ours], &counts[theirs]) {
            (Ok(mine), Ok(other)) => rows.add(
                row,
                mine / other,
                goal,
                format_args!("{mine:.0} instructions against {other:.0}"),
            ),
            (Err(error), _) | (_, Err(error)) => rows.skip(row, &error.to_string()),
        }
    }
}

/// Counts every work of the pairs, two at a time: what else a machine does is not
/// counted.
fn counts() -> BTreeMap<&'static str, io::Result<f64>> {
    let works: BTreeSet<_> = PAIRS.iter().flat_map(|it| [it.ours, it.theirs]).collect();
    let todo = Mutex::new(works.into_iter());
    let next = || todo.lock().expect("no panic").next();
    let counted = || {
        iter::from_fn(next)
            .map(|work| (work, count(work)))
            .collect()
    };
    thread::scope(|threads| {
        let other = threads.spawn(counted);
        let mut all: BTreeMap<_, _> = counted();
        all.append(&mut other.join().expect("no panic"));
        all
    })
}

fn count(work: &'static str) -> io::Result<f64> {
    let times = times_of(work);
    // Ten thousand messages even that out.
    let processes = if work.starts_with("call") {
        PROCESSES
    } else {
        1
    };
    let counts: io::Result<Vec<f64>> = (0..processes)
        .map(|_| callgrind::count(work, times))
        .collect();
    let mut counts = counts?;
    counts.sort_by(f64::total_cmp);
    Ok(counts[counts.len() / 2])
}
