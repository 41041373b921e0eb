//! The example `discovery`, run as a user runs it.

mod built;

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// Two services; each roll-out of the second one stalls, so each cycle strands one follower.
const ALWAYS_STALLING: &str = r#"
    [[service]]
    name = "healthy"

    [[service]]
    name = "stalling"
    stall = { probability = 1.0 }
"#;

/// Two services; one of them is gone for two cycles of six.
const VANISHING: &str = r#"
    [[service]]
    name = "healthy"

    [[service]]
    name = "vanishing"
    vanish = { every = 6, for = 2 }
"#;

const KEYS: [&str; 11] = [
    "tasks_start",
    "tasks_end",
    "sockets_start",
    "sockets_end",
    "rss_start_bytes",
    "rss_end_bytes",
    "cycles",
    "calls_ok",
    "calls_deadline_exceeded",
    "calls_cancelled",
    "calls_failed",
];

#[test]
fn wrong_arguments_are_refused_with_one_line() {
    for (args, named) in [
        (["--mode", "sieve"], "sieve"),
        (["--cycles", "0"], "--cycles"),
        (["--cycles", "many"], "many"),
        (["--services", "no-such-file.toml"], "no-such-file.toml"),
        (["--chart", "no-such-folder/chart.svg"], "no-such-folder"),
    ] {
        assert_refused(&discovery(&args), named);
    }
}

#[test]
fn a_bad_file_is_refused_with_one_line_that_says_where() {
    let healthy = "[[service]]\nname = \"a\"\n[[service]]\nname = \"b\"\n";
    for (text, named) in [
        ("[[service]\n".to_owned(), "line 1"),
        (
            format!("{healthy}colour = \"red\"\n"),
            "line 5: unknown field `colour`",
        ),
        (
            format!("{healthy}fail = {{ probability = 1.5 }}\n"),
            "line 5: a probability",
        ),
        (
            format!("{healthy}slow = {{ probability = 1, delay = \"1\" }}\n"),
            "line 5",
        ),
        (
            format!("{healthy}vanish = {{ every = 5, for = 5 }}\n"),
            "line 5: `for` = 5",
        ),
        (
            format!("{healthy}[[service]]\nname = \"a\"\n"),
            "line 5: a second service",
        ),
        (format!("tick = \"0s\"\n{healthy}"), "`tick`"),
        ("[[service]]\nname = \"alone\"\n".to_owned(), "at least two"),
        (String::new(), "`service`"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = write(&folder, &text);
        assert_refused(&discovery(&["--services", file.to_str().unwrap()]), named);
    }
}

#[test]
fn the_scoped_mode_ends_where_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let chart = folder.path().join("chart.svg");
    let args = ["--mode", "scoped", "--cycles", "20", "--json", "--chart"];
    let output = discovery(&[&args[..], &[chart.to_str().unwrap()]].concat());

    let report = last_line(&output);
    let scoped = &report["scoped"];
    assert_eq!(report.as_object().unwrap().len(), 1, "{report}");
    assert!(KEYS.iter().all(|key| scoped[key].is_u64()), "{report}");
    assert_eq!(scoped["cycles"], 20, "{report}");
    assert_ne!(scoped["calls_ok"], 0, "{report}");
    assert_at_start(scoped);
    let chart = fs::read_to_string(chart).unwrap();
    assert!(
        chart.starts_with("<svg") && chart.contains("open sockets"),
        "{chart}"
    );
}

#[test]
fn the_scoped_mode_gives_up_on_every_stalled_roll_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(&folder, ALWAYS_STALLING);
    let args = ["--mode", "scoped", "--cycles", "5", "--json", "--services"];
    let output = discovery(&[&args[..], &[file.to_str().unwrap()]].concat());

    let scoped = &last_line(&output)["scoped"];
    let calls = |outcome: &str| scoped[outcome].as_u64().unwrap();
    // Four calls a cycle, and all of them have ended; one of the four could not end well.
    let ended =
        ["ok", "deadline_exceeded", "cancelled", "failed"].map(|by| calls(&format!("calls_{by}")));
    assert_eq!(ended.iter().sum::<u64>(), 20, "{scoped}");
    assert!(calls("calls_ok") <= 15, "{scoped}");
    assert_ne!(calls("calls_deadline_exceeded"), 0, "{scoped}");
    assert_at_start(scoped);
}

#[test]
fn the_pooled_mode_makes_few_connections_and_has_the_same_outcomes() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(&folder, ALWAYS_STALLING);
    let run = |mode| {
        let args = ["--mode", mode, "--cycles", "30", "--json", "--services"];
        let output = discovery(&[&args[..], &[file.to_str().unwrap()]].concat());
        last_line(&output)[mode].clone()
    };
    let (scoped, pooled) = (run("scoped"), run("pooled"));
    let count = |of: &Value, key: &str| of[key].as_u64().unwrap();
    assert_eq!(count(&scoped, "connections_made"), 120, "{scoped}");
    assert_eq!(count(&pooled, "connections_made"), 2, "{pooled}");
    for mode in [&scoped, &pooled] {
        for never in ["calls_cancelled", "calls_failed"] {
            assert_eq!(count(mode, never), 0, "{never}: {mode}");
        }
        // Those that stall, and on a busy machine perhaps one more.
        let (over, ok) = (
            count(mode, "calls_deadline_exceeded"),
            count(mode, "calls_ok"),
        );
        assert!(over >= 30, "{mode}");
        assert_eq!(over + ok, 120, "{mode}");
    }
    assert_at_start(&pooled);
}

#[test]
fn the_pooled_mode_fails_no_call_of_a_service_that_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(&folder, VANISHING);
    let run = |mode| {
        let args = ["--mode", mode, "--cycles", "60", "--json", "--services"];
        let output = discovery(&[&args[..], &[file.to_str().unwrap()]].concat());
        last_line(&output)[mode].clone()
    };
    let (scoped, pooled) = (run("scoped"), run("pooled"));
    // Twenty cycles without it, and two calls to it in each; fewer fail where a
    // machine is so busy that they run into their deadlines first.
    for mode in [&scoped, &pooled] {
        let failed = mode["calls_failed"].as_u64().unwrap();
        assert!((1..=40).contains(&failed), "{mode}");
    }
    assert_at_start(&pooled);
}

#[test]
fn the_leaky_mode_keeps_a_task_and_a_connection_of_every_stalled_roll_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(&folder, ALWAYS_STALLING);
    let args = ["--mode", "leaky", "--cycles", "5", "--json", "--services"];
    let output = discovery(&[&args[..], &[file.to_str().unwrap()]].concat());

    let report = last_line(&output);
    let leaky = &report["leaky"];
    assert!(KEYS.iter().all(|key| leaky[key].is_u64()), "{report}");
    assert!(leaky.get("scopes_end").is_none(), "{report}");
    let grown =
        |start: &str, end: &str| leaky[end].as_u64() >= leaky[start].as_u64().map(|n| n + 5);
    assert!(grown("tasks_start", "tasks_end"), "{report}");
    assert!(grown("sockets_start", "sockets_end"), "{report}");
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_run_with_the_table_so_far() {
    let mut child = Command::new(built::example("discovery"))
        .args(["--mode", "leaky", "--cycles", "1000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The run says when it begins, and by then it listens for the signal.
    let mut announced = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut announced)
        .unwrap();
    assert_eq!(announced, "leaky: 1000000 cycles\n");

    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());

    let mut table = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut table)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{table}");
    assert!(table.contains("open sockets"), "{table}");
    assert!(!table.contains("1,000,000"), "{table}");
}

fn discovery(args: &[&str]) -> Output {
    Command::new(built::example("discovery"))
        .args(args)
        .output()
        .unwrap()
}

fn write(folder: &TempDir, text: &str) -> PathBuf {
    let file = folder.path().join("services.toml");
    fs::write(&file, text).unwrap();
    file
}

#[track_caller]
fn assert_refused(output: &Output, named: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.contains(named), "{named:?} is not named: {said}");
    assert!(output.stdout.is_empty());
}

#[track_caller]
fn assert_at_start(mode: &Value) {
    let at_most = |end: &str, start: &str| mode[end].as_u64() <= mode[start].as_u64();
    assert!(at_most("tasks_end", "tasks_start"), "{mode}");
    assert!(at_most("sockets_end", "sockets_start"), "{mode}");
    assert_eq!(mode["scopes_end"], 0, "{mode}");
}

#[track_caller]
fn last_line(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    serde_json::from_str(said.lines().last().unwrap()).unwrap()
}
