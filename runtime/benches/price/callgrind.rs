//! Counts instructions with valgrind's callgrind, in a process of its own that
//! does one work on one thread.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::work;

/// The argument that makes this program the process that is counted.
pub(crate) const ARGUMENT: &str = "--count";

/// How often a work is done, after as many times to warm up.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) warm_up: u64,
    pub(crate) counted: u64,
}

pub(crate) fn is_there() -> bool {
    let version = Command::new("valgrind").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

/// How many instructions a work takes each time.
///
/// # Errors
///
/// What valgrind says, where it fails.
pub(crate) fn count(name: &str, times: Times) -> io::Result<f64> {
    let total = total(&collect(name, times)?)
        .ok_or_else(|| io::Error::other("callgrind has counted nothing"))?;
    Ok(total as f64 / times.counted as f64)
}

/// Where the instructions of a work go, function by function.
///
/// # Errors
///
/// What valgrind says, where it fails.
pub(crate) fn profile(name: &str, times: Times) -> io::Result<String> {
    let output = Command::new("callgrind_annotate")
        .args(["--auto=no", "--threshold=95"])
        .arg(collect(name, times)?)
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn collect(name: &str, times: Times) -> io::Result<PathBuf> {
    let file = scratch().join(format!("callgrind.{}", name.replace('/', ".")));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg("--toggle-collect=*callgrind::counted*")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(env::current_exe()?)
        .args([ARGUMENT, name])
        .args([times.warm_up, times.counted].map(|n| n.to_string()))
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(said.into_owned()));
    }
    Ok(file)
}

/// The process that is counted.
pub(crate) fn run(name: &str, warm_up: &str, times: &str) -> io::Result<()> {
    let number = |text: &str| text.parse().map_err(io::Error::other);
    let mut work = work::named(name);
    work.times(number(warm_up)?);
    counted(&mut work, number(times)?);
    Ok(())
}

/// What callgrind collects.
#[inline(never)]
fn counted(work: &mut work::Work, n: u64) {
    work.times(n);
}

fn total(file: &Path) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))?;
    line.trim().parse().ok()
}

/// Where files of a run go.
pub(crate) fn scratch() -> PathBuf {
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("price");
    fs::create_dir_all(&scratch).expect("a directory below target");
    scratch
}
