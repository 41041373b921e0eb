//! Where the examples are that cargo has built beside the tests.

#![allow(dead_code, reason = "no test of an example has a use for all of it")]

use std::{
    io::{BufRead, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

/// The program of an example.
pub(crate) fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let example = profile.join("examples").join(file);
    assert!(
        example.exists(),
        "run `cargo build --examples` first: {}",
        example.display()
    );
    example
}

/// What an example prints that ends by itself, and well.
pub(crate) fn printed(name: &str, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(example(name))
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}{complained}");
    said.lines().map(str::to_owned).collect()
}

/// An example that runs; it ends with the test, whatever becomes of that.
pub(crate) struct Running(Child);

impl Running {
    /// Starts it, with what it prints.
    pub(crate) fn start(name: &str, arguments: &[&str]) -> (Self, Lines<BufReader<ChildStdout>>) {
        let mut child = Command::new(example(name))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        (Self(child), BufReader::new(stdout).lines())
    }

    /// As Ctrl-C does in a terminal.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        use nix::{
            sys::signal::{Signal, kill},
            unistd::Pid,
        };

        let pid = i32::try_from(self.0.id()).unwrap();
        kill(Pid::from_raw(pid), Signal::SIGINT).unwrap();
    }

    /// Waits for its end, and tells whether that is a good one.
    pub(crate) fn ends_well(&mut self) -> bool {
        self.0.wait().unwrap().success()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
