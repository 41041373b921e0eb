use std::{
    env,
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
};

#[cfg(unix)]
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::runtime::Builder;

/// Set in a process that a test has started.
const CHILD: &str = "TONIC_SCOPE_TEST_CHILD";

/// What a child says to its test, among what the harness prints.
const SAYS: &str = "child: ";

/// The running test once more, in a process of its own, for what happens to a
/// whole process. It ends with this value.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// In a process that a test has started: what that has told it.
    #[must_use]
    pub fn told() -> Option<String> {
        env::var(CHILD).ok()
    }

    /// Starts the test of this name again, and tells it something.
    ///
    /// # Panics
    ///
    /// If that is not possible.
    #[must_use]
    pub fn again(test: &str, told: &str) -> Self {
        let mut child = Command::new(env::current_exe().expect("a path"))
            .args(["--exact", test, "--nocapture"])
            .env(CHILD, told)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let stdout = child.stdout.take().expect("a pipe");
        let lines = BufReader::new(stdout).lines();
        Self { child, lines }
    }

    /// Runs what befalls a whole process in one of its own, for the test of this name.
    ///
    /// # Panics
    ///
    /// If it does.
    pub fn alone(test: &str, body: impl Future<Output = ()>) {
        if Self::told().is_none() {
            let mut child = Self::again(test, "alone");
            assert_eq!(child.hear().as_deref(), Some("passed"), "see above");
            assert!(child.passes());
            return;
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(body);
        Self::say("passed");
    }

    /// Says something to the test, from its child.
    pub fn say(what: &str) {
        println!("\n{SAYS}{what}");
    }

    /// What the child says next; `None` when it has ended.
    ///
    /// # Panics
    ///
    /// If it is no text.
    pub fn hear(&mut self) -> Option<String> {
        let mut lines = self.lines.by_ref().map(|line| line.expect("text"));
        lines.find_map(|line| line.strip_prefix(SAYS).map(str::to_owned))
    }

    /// Waits for the child to end, and tells whether its test has passed.
    ///
    /// # Panics
    ///
    /// If there is nothing to wait for.
    #[must_use]
    pub fn passes(mut self) -> bool {
        while self.hear().is_some() {}
        self.child.wait().expect("a child").success()
    }

    /// Sends a signal.
    ///
    /// # Panics
    ///
    /// If the process has ended.
    #[cfg(unix)]
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).expect("a process id");
        kill(Pid::from_raw(pid), signal).expect("a process that lives");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
