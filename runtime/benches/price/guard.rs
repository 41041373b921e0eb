//! Holds the instruction counts of the hot paths to what was recorded.

use std::{fmt::Write as _, fs, io, path::PathBuf, process::Command};

use crate::{callgrind, instructions::times_of};

/// The hot paths: a call, a message that somebody waits for, and a scope.
const PATHS: [&str; 3] = ["call/scope", "one_by_one/scope", "empty/scope"];

/// How much more than recorded is let pass.
const SLACK: f64 = 1.05;

/// Counts again, and compares; `false` if a path takes more instructions. Counts
/// depend on the compiler: with another one, and without callgrind, it says so and
/// looks at nothing.
pub(crate) fn holds() -> io::Result<bool> {
    let recorded = fs::read_to_string(file())?;
    let mut lines = recorded.lines().filter(|line| !line.starts_with('#'));
    let (then, now) = (lines.next().unwrap_or_default(), rustc()?);
    if !callgrind::is_there() {
        println!("skipped: valgrind is not installed");
        return Ok(true);
    }
    if then != now {
        println!("skipped: recorded with {then}, and this is {now}");
        return Ok(true);
    }
    let mut holds = true;
    for (name, line) in PATHS.into_iter().zip(lines) {
        let before: f64 = line
            .strip_prefix(name)
            .and_then(|count| count.trim().parse().ok())
            .ok_or_else(|| io::Error::other(format!("{line}: not the count of {name}")))?;
        let count = callgrind::count(name, times_of(name))?;
        let ok = count <= before * SLACK;
        holds &= ok;
        let word = if ok { "ok" } else { "more than 5 % over" };
        println!("{name} {count:.0} instructions, recorded {before:.0}: {word}");
    }
    Ok(holds)
}

/// Writes down what the paths take now.
pub(crate) fn record() -> io::Result<()> {
    let mut text = String::from(
        "# Instructions of the hot paths. Written by \
         `cargo bench -p tonic-scope --bench price -- --record`.\n",
    );
    writeln!(text, "{}", rustc()?).map_err(io::Error::other)?;
    for name in PATHS {
        let count = callgrind::count(name, times_of(name))?;
        writeln!(text, "{name} {count:.0}").map_err(io::Error::other)?;
    }
    print!("{text}");
    fs::write(file(), text)
}

fn file() -> PathBuf {
    [
        env!("CARGO_MANIFEST_DIR"),
        "benches",
        "price",
        "recorded.txt",
    ]
    .iter()
    .collect()
}

fn rustc() -> io::Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
