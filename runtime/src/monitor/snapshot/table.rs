//! A snapshot as a table, grouped as a profile of goroutines is grouped by stack.

use std::{cmp::Reverse, collections::HashMap, fmt, panic::Location, time::Duration};

use super::{ScopePhase, ScopeSnapshot, Snapshot, What};
use crate::monitor::totals::name_of;

/// What makes scopes alike.
type ScopeKey = (&'static str, &'static Location<'static>);

/// And bonds.
type BondKey = (&'static Location<'static>, String);

#[derive(Default)]
struct Group {
    count: usize,
    oldest: Duration,
    overdue: usize,
    phases: HashMap<ScopePhase, usize>,
    bonds: HashMap<BondKey, Holding>,
}

#[derive(Default)]
struct Holding {
    count: usize,
    oldest: Duration,
    messages: u64,
}

pub(super) fn write(snapshot: &Snapshot, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    heading(snapshot, f)?;
    if snapshot.scopes.is_empty() {
        return Ok(());
    }
    write!(f, "\n\n{:>7}  {:>8}  scope", "count", "oldest")?;
    let mut groups: Vec<_> = groups(&snapshot.scopes).into_iter().collect();
    groups.sort_by_key(|((name, place), group)| {
        (Reverse((group.oldest, group.count)), *name, place.line())
    });
    groups
        .iter()
        .try_for_each(|((name, place), group)| group.write(name, place, f))
}

fn heading(snapshot: &Snapshot, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let totals = &snapshot.totals;
    write!(
        f,
        "{} live scopes; {} opened, ",
        snapshot.scopes.len(),
        totals.opened
    )?;
    let closed = totals.closed.iter();
    counts(f, closed.map(|(reason, count)| (reason.to_string(), count)))?;
    write!(f, "\n{} calls over, ", totals.calls.sum())?;
    let calls = totals.calls.iter();
    counts(f, calls.map(|(code, count)| (name_of(code).into(), count)))?;
    write!(
        f,
        "\n{} came late, {} calls without a scope, {} scopes were overdue",
        totals.late, totals.unscoped_calls, totals.overdue
    )
}

fn counts(f: &mut fmt::Formatter<'_>, counts: impl Iterator<Item = (String, u64)>) -> fmt::Result {
    let there: Vec<_> = counts
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    if there.is_empty() {
        return f.write_str("none so far");
    }
    f.write_str(&there.join(", "))
}

fn groups(scopes: &[ScopeSnapshot]) -> HashMap<ScopeKey, Group> {
    let mut groups: HashMap<_, Group> = HashMap::new();
    for scope in scopes {
        groups
            .entry((scope.name, scope.location))
            .or_default()
            .add(scope);
    }
    groups
}

impl Group {
    fn add(&mut self, scope: &ScopeSnapshot) {
        self.count += 1;
        self.oldest = self.oldest.max(scope.age);
        self.overdue += usize::from(scope.overdue);
        *self.phases.entry(scope.phase).or_default() += 1;
        for bond in &scope.bonds {
            let key = (bond.location, bond.what.to_string());
            let holding = self.bonds.entry(key).or_default();
            holding.count += 1;
            holding.oldest = holding.oldest.max(bond.age.unwrap_or_default());
            if let What::Stream { messages, .. } = bond.what {
                holding.messages += messages;
            }
        }
    }

    fn write(&self, name: &str, place: &Location<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\n{:>7}  {:>8}  {name}  {place}",
            self.count,
            brief(self.oldest)
        )?;
        let mut phases: Vec<_> = (self.phases.iter())
            .filter(|(phase, _)| **phase != ScopePhase::Open)
            .collect();
        phases.sort_by_key(|(_, count)| Reverse(**count));
        for (phase, count) in phases {
            write!(f, ", {count} {phase}")?;
        }
        if self.overdue > 0 {
            write!(f, ", {} OVERDUE", self.overdue)?;
        }
        let mut bonds: Vec<_> = self.bonds.iter().collect();
        bonds.sort_by_key(|((place, what), holding)| {
            (Reverse((holding.oldest, holding.count)), what, place.line())
        });
        for ((place, what), holding) in bonds {
            let (count, oldest) = (holding.count, brief(holding.oldest));
            write!(f, "\n{count:>7}  {oldest:>8}    {what}  {place}")?;
            if holding.messages > 0 {
                write!(f, ", {} messages", holding.messages)?;
            }
        }
        Ok(())
    }
}

/// In the unit that is read most easily: `350ms`, `12.3s`, `4m`, `7h`.
fn brief(it: Duration) -> String {
    match it.as_secs() {
        0 => format!("{}ms", it.as_millis()),
        1..100 => format!("{:.1}s", it.as_secs_f64()),
        seconds @ 100..6_000 => format!("{}m", seconds / 60),
        seconds => format!("{}h", seconds / 3_600),
    }
}
