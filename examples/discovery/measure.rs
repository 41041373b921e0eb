//! What a mode holds on to, by witnesses that it cannot influence: tokio and the operating system.

use std::{fs, io};

use memory_stats::memory_stats;
use tokio::runtime::Handle;

/// Everything that is counted, at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    /// Tasks alive on the mode's own runtime.
    pub(crate) tasks: usize,
    /// Open sockets of the process, listening ones included.
    pub(crate) sockets: usize,
    /// Resident memory of the process.
    pub(crate) rss_bytes: usize,
}

/// Reads the counts of one runtime.
#[derive(Debug)]
pub(crate) struct Meter {
    runtime: Handle,
    last: Reading,
}

impl Meter {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            last: Reading::default(),
        }
    }

    /// Reads all counts. One that the system refuses to tell keeps its last value: to count
    /// descriptors takes a descriptor, and the leaky mode may have used them up.
    pub(crate) fn read(&mut self) -> Reading {
        self.last = Reading {
            tasks: self.runtime.metrics().num_alive_tasks(),
            sockets: open_sockets().unwrap_or(self.last.sockets),
            rss_bytes: memory_stats().map_or(self.last.rss_bytes, |memory| memory.physical_mem),
        };
        self.last
    }
}

#[cfg(target_os = "linux")]
fn open_sockets() -> io::Result<usize> {
    let is_socket = |entry: io::Result<fs::DirEntry>| {
        let target = entry.and_then(|entry| fs::read_link(entry.path()));
        target.is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
    };
    Ok(fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| is_socket(entry).then_some(()))
        .count())
}

/// Elsewhere the descriptors are counted, which differ from the sockets by a constant here: the
/// example opens nothing else while it runs.
#[cfg(not(target_os = "linux"))]
fn open_sockets() -> io::Result<usize> {
    Ok(fs::read_dir("/dev/fd")?.count())
}
