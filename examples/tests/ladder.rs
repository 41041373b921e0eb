//! The small examples, run as their readers run them: they print what they say one should look for.

mod built;

use built::printed;

#[test]
fn greeter_carries_its_deadline_on_and_leaves_nothing() {
    let said = printed("greeter", &[]);
    let [greeting, error, dropped, alive] = said.as_slice() else {
        panic!("{said:#?}");
    };
    assert_eq!(greeting, "user 1: hello Ada");
    assert!(error.starts_with("user 2: DeadlineExceeded"), "{error}");
    assert!(error.contains("set by its own `timeout`"), "{error}");
    assert!(error.contains("/ladder.Users/Get was waiting"), "{error}");
    assert_eq!(dropped, "users: nobody waits for user 2 any more");
    assert_eq!(alive, "scopes alive: 0");
}

#[test]
fn chain_has_less_time_at_each_step_and_ends_as_a_whole() {
    let said = printed("chain", &[]);
    let left: Vec<u64> = ["front", "middle", "back"]
        .iter()
        .zip(&said)
        .map(|(name, line)| {
            let left = line.strip_prefix(&format!("{name} has "));
            let left = left.and_then(|left| left.strip_suffix(" ms"));
            left.unwrap_or_else(|| panic!("{said:#?}")).parse().unwrap()
        })
        .collect();
    assert!(left[0] <= 400, "{said:#?}");
    assert!(left.is_sorted_by(|this, next| this > next), "{said:#?}");
    assert!(said[3].starts_with("caller: DeadlineExceeded"), "{said:#?}");
    let mut ended = said[4..].to_vec();
    ended.sort();
    assert_eq!(
        ended,
        ["back has ended", "front has ended", "middle has ended"]
    );
}

#[test]
fn streaming_proxy_ends_with_its_reader_and_with_a_silent_source() {
    let said = printed("streaming_proxy", &[]);
    let left = "source: the reader has left";
    assert_eq!(said[..4], ["tick 1", "tick 2", "tick 3", left]);
    assert_eq!(said[4..6], ["tick 1", "tick 2"]);
    assert!(said[6].starts_with("DeadlineExceeded"), "{said:#?}");
    // The proxy's stream and the call that feeds it have the same limit.
    assert!(said[6].contains("stood still for "), "{said:#?}");
    assert_eq!(said[7..], [left, "scopes alive: 0"]);
}

#[test]
fn background_ends_tasks_then_cleans_up_then_answers_and_audit_outlives_it() {
    let mut said = printed("background", &[]);
    said[1..3].sort();
    assert_eq!(
        said,
        [
            "handler: done",
            "batch: written",
            "refresh: cut off",
            "deferred: the lock is given back",
            "caller: hello",
            "audit: written, after the call",
        ]
    );
}

#[test]
fn pool_makes_one_connection_of_a_hundred() {
    let said = printed("pool", &[]);
    assert_eq!(
        said,
        [
            "100 calls, a connection for each: 100 connections",
            "100 calls from the pool: 1 connections",
            "the pool: 100 leases, 1 connected",
        ]
    );
}

#[test]
fn snapshot_tells_what_it_costs_with_roots_and_within_one() {
    let said = printed("snapshot", &["--scopes", "500", "--snapshots", "3"]);
    let [roots, within] = [&said[..5], &said[5..]];
    assert_eq!(roots[0], "500 scopes, each a root");
    assert_eq!(within[0], "500 scopes within one");
    for report in [roots, within] {
        let begins = [
            "  a snapshot ",
            "  taken and written ",
            "  a brief scope ",
            "    during ",
        ];
        assert_eq!(report.len(), 5, "{said:#?}");
        for (line, begin) in report[1..].iter().zip(begins) {
            assert!(line.starts_with(begin), "{line}");
        }
    }
}

#[test]
fn the_readme_lists_every_example_and_what_opens_it_is_its_command() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let examples: Vec<_> = manifest
        .split("[[example]]")
        .skip(1)
        .filter_map(|table| table.split('"').nth(1))
        .collect();
    assert!(examples.len() > 5, "{examples:?}");
    for example in examples {
        let listed = readme.contains(&format!("]({example}/main.rs)"));
        assert!(listed, "`{example}` is not in examples/README.md");
        let source = std::fs::read_to_string(folder.join(example).join("main.rs")).unwrap();
        let opening: String = source
            .lines()
            .take_while(|it| it.starts_with("//!"))
            .collect();
        let command = opening.contains(&format!("--example {example}"));
        assert!(command, "`{example}` does not open with its command");
    }
}
