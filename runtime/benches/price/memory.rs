//! The rows that are counted in allocations and bytes.

use std::{env, io, process::Command};

use crate::row::{Goal, Rows};

const LIVE: u32 = 1_000_000;

pub(crate) fn rows(rows: &mut Rows) {
    if let Err(error) = counts(rows).and_then(|()| bytes(rows)) {
        rows.skip("allocations and bytes", &error.to_string());
    }
}

fn counts(rows: &mut Rows) -> io::Result<()> {
    let [plain, call, at_home, nothing, scope] = per_time([
        "call/plain",
        "call/open_scope",
        "call/at_home",
        "empty/nothing",
        "empty/scope",
    ])?;
    rows.add(
        "call/allocations",
        call - plain,
        Goal::AtMost(2.0),
        format_args!("{call} allocations in a scope against {plain} of raw tonic"),
    );
    rows.add(
        "call_at_home/allocations",
        at_home - plain,
        Goal::AtMost(2.0),
        format_args!("{at_home} allocations by a client of the scope against {plain}"),
    );
    rows.add(
        "empty_scope/allocations",
        scope - nothing,
        Goal::AtMost(1.0),
        format_args!("{scope} allocations"),
    );
    Ok(())
}

fn bytes(rows: &mut Rows) -> io::Result<()> {
    let live = f64::from(LIVE);
    let bytes = number(&counted(&["live", &LIVE.to_string()])?)? / live;
    rows.add(
        "live_scope/bytes",
        bytes,
        Goal::AtMost(256.0),
        format_args!("allocated for each of {LIVE} scopes that are open at once"),
    );
    Ok(())
}

/// How much each work allocates each time.
fn per_time<const N: usize>(works: [&str; N]) -> io::Result<[f64; N]> {
    let said = counted(&works)?;
    let mut counts = [0.0; N];
    for (count, line) in counts.iter_mut().zip(said.lines()) {
        *count = number(line)?;
    }
    Ok(counts)
}

fn number(line: &str) -> io::Result<f64> {
    let word = line.split_whitespace().last().unwrap_or_default();
    word.parse().map_err(io::Error::other)
}

/// What the process whose allocator counts says.
fn counted(arguments: &[&str]) -> io::Result<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["bench", "--quiet", "--bench", "allocations", "--"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(io::Error::other);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(said.into_owned()))
}
