//! A small soak: whatever goes wrong, tasks, sockets and scopes end where they started.

use std::{path::Path, process::Command};

use serde_json::Value;

#[test]
fn a_small_soak_ends_where_it_started() {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let soak = profile
        .join("examples")
        .join(format!("soak{}", std::env::consts::EXE_SUFFIX));
    assert!(soak.exists(), "run `cargo build --examples` first");
    let output = Command::new(soak)
        .args(["--cycles", "200", "--streams", "200"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    let last: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    for counted in ["tasks", "sockets", "scopes"] {
        let counts = &last[counted];
        assert_eq!(counts["start"], counts["middle"], "{counted}: {last}");
        assert_eq!(counts["start"], counts["end"], "{counted}: {last}");
    }
    assert!(last["rss_bytes"]["end"].as_u64().unwrap() > 0);
    assert!(last["rss_slope_bytes"].is_f64());
}
