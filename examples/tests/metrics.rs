//! The example `metrics`: it is scraped, and the dashboard beside it asks for what there is.

mod built;

use std::collections::BTreeSet;

use serde_json::Value;
use tonic_scope::monitor::metrics::{METRICS, MetricKind};

/// Every text under a key, wherever it is.
fn texts<'a>(of: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match of {
        Value::Object(fields) => {
            found.extend(fields.get(key).and_then(Value::as_str));
            fields.values().for_each(|value| texts(value, key, found));
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, key, found)),
        _ => {}
    }
}

/// The words of expressions that are names of metrics.
fn names(expressions: &[&str]) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    expressions
        .iter()
        // A name is what labels or a comma follow; a label stands within the braces.
        .flat_map(|expression| expression.split(['{', ',']))
        .filter_map(|before| before.rsplit(|c| !is_name(c)).next())
        .filter(|word| word.starts_with("tonic_scope_") || word.starts_with("rpc_client_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_dashboard_shows_all_metrics_and_no_others() {
    let dashboard: Value = serde_json::from_str(include_str!("../metrics/dashboard.json")).unwrap();
    let mut expressions = Vec::new();
    texts(&dashboard, "expr", &mut expressions);
    texts(&dashboard, "query", &mut expressions);
    let known: BTreeSet<_> = METRICS
        .iter()
        .map(|metric| {
            let name = metric.name.replace('.', "_");
            match metric.kind {
                MetricKind::Histogram => name + "_bucket",
                _ => name,
            }
        })
        .collect();
    assert_eq!(names(&expressions), known);
}

/// What is served there, once somebody serves.
#[cfg(unix)]
fn scrape(address: std::net::SocketAddr) -> Option<String> {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    let mut socket = TcpStream::connect(address).ok()?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
#[cfg(unix)]
fn the_example_serves_what_its_calls_come_to_and_ctrl_c_ends_it() {
    use std::{net::TcpListener, thread::sleep, time::Duration};

    // Nobody else is given the port for a while.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let arguments = ["--address", &address.to_string(), "--every-millis", "20"];
    let (mut example, mut lines) = built::Running::start("metrics", &arguments);
    let url = lines.next().unwrap().unwrap();
    assert_eq!(url, format!("http://{address}/metrics"));

    let ended = |code: &str| {
        let label = format!("rpc_response_status_code=\"{code}\"");
        move |line: &&str| {
            line.starts_with("rpc_client_call_duration_count")
                && line.contains(&label)
                && !line.ends_with(" 0")
        }
    };
    // Those that are answered, and those that take longer than their caller waits.
    let both = |page: &String| {
        let has = |code: &str| page.lines().any(|line| ended(code)(&line));
        has("OK") && has("DEADLINE_EXCEEDED")
    };
    let seen = (0..2_000).any(|_| {
        sleep(Duration::from_millis(5));
        scrape(address).as_ref().is_some_and(both)
    });
    assert!(seen, "{:?}", scrape(address));
    example.interrupt();
    assert!(example.ends_well());
}
