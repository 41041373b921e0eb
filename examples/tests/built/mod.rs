//! Where the examples are that cargo has built beside the tests.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command},
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
#[allow(dead_code, reason = "not every test of an example has one that does")]
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
#[allow(dead_code, reason = "not every test of an example watches one run")]
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
