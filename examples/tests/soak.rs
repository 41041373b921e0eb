//! A small soak: whatever goes wrong, tasks, sockets and scopes end where they started.

mod built;

use serde_json::Value;

#[test]
fn a_small_soak_ends_where_it_started() {
    let said = built::printed("soak", &["--cycles", "200", "--streams", "200"]);
    let last: Value = serde_json::from_str(said.last().unwrap()).unwrap();
    for counted in ["tasks", "sockets", "scopes"] {
        let counts = &last[counted];
        assert_eq!(counts["start"], counts["middle"], "{counted}: {last}");
        assert_eq!(counts["start"], counts["end"], "{counted}: {last}");
    }
    assert!(last["rss_bytes"]["end"].as_u64().unwrap() > 0);
    assert!(last["rss_slope_bytes"].is_f64());
}
