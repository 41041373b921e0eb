//! What is there by path, for a browser, a terminal and a program.

use serde_json::Value;
use tokio::sync::oneshot;
use tonic_scope::{Scope, ScopeError, monitor};
use tonic_scope_tests::{Answer, http1};

async fn get(console: &monitor::Console, path: &str, accept: &str) -> Answer {
    let address = console.local_addr().to_string();
    let host = format!("Host: {address}");
    let accept = format!("Accept: {accept}");
    http1(&address, &format!("GET {path}"), &[&host, &accept], "").await
}

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const CURL: &str = "*/*";

/// Runs `look` while a scope of this name is alive, which holds a task.
async fn during<T>(name: &'static str, look: impl AsyncFnOnce() -> T) -> T {
    let (begun, has_begun) = oneshot::channel();
    let (end, ended) = oneshot::channel::<()>();
    let scope = tokio::spawn(Scope::builder(name).run(async move {
        tonic_scope::spawn(std::future::pending::<()>());
        let _ = begun.send(());
        let _ = ended.await;
        Ok::<_, ScopeError>(())
    }));
    has_begun.await.unwrap();
    let seen = look().await;
    end.send(()).unwrap();
    scope.await.unwrap().unwrap();
    seen
}

#[tokio::test]
async fn a_browser_gets_the_page_and_curl_the_table() {
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let page = get(&console, "/", BROWSER).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.body.starts_with("<!doctype html>"), "{}", page.body);
    assert_eq!(page.header("vary"), "accept");

    let table = during("shown as text", async || get(&console, "/", CURL).await).await;
    assert_eq!(table.header("content-type"), "text/plain; charset=utf-8");
    assert!(table.body.contains("shown as text"), "{}", table.body);
    assert!(table.body.contains(file!()), "{}", table.body);
}

/// Whatever the page loads is there, and nothing of it is elsewhere.
#[tokio::test]
async fn the_page_is_whole() {
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let mut wanted = vec!["/".to_owned()];
    let mut seen = Vec::new();
    while let Some(path) = wanted.pop() {
        let part = get(&console, &path, BROWSER).await;
        assert_eq!(part.status, 200, "{path}");
        assert!(
            !part.body.contains("//cdn") && !part.body.contains("https://"),
            "{path}"
        );
        seen.push(path);
        for link in links(&part.body) {
            let link = format!("/{}", link.trim_start_matches("./"));
            if !seen.contains(&link) && !wanted.contains(&link) {
                wanted.push(link);
            }
        }
    }
    for part in [
        "/page.css",
        "/page.js",
        "/charts.js",
        "/tree.js",
        "/view.json",
    ] {
        assert!(seen.iter().any(|path| path == part), "{part} of {seen:?}");
    }
}

fn links(text: &str) -> Vec<&str> {
    ["href=\"", "src=\"", "from \"", "fetch(\""]
        .iter()
        .flat_map(|mark| text.split(mark).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| !link.starts_with("data:"))
        .collect()
}

/// Without what differs from one moment to the next.
fn still(it: &Value) -> Value {
    match it {
        Value::Object(fields) => {
            let of = |(name, value): (&String, _)| {
                let value = if name.ends_with("_seconds") {
                    Value::Null
                } else {
                    still(value)
                };
                (name.clone(), value)
            };
            fields.iter().map(of).collect()
        }
        Value::Array(all) => all.iter().map(still).collect(),
        other => other.clone(),
    }
}

fn scope_named(name: &str, snapshot: &Value) -> Value {
    let scopes = snapshot["scopes"].as_array().unwrap();
    still(scopes.iter().find(|it| it["name"] == name).unwrap())
}

fn fields(of: &Value) -> Vec<&String> {
    of.as_object().unwrap().keys().collect()
}

/// `Snapshot` documents the form, and a test of the runtime's holds it to that.
#[tokio::test]
async fn json_is_the_snapshot() {
    const NAME: &str = "shown as JSON";
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let (taken, snapshot, view) = during(NAME, async || {
        let taken = serde_json::to_value(monitor::snapshot()).unwrap();
        let snapshot = get(&console, "/snapshot.json", CURL).await;
        (taken, snapshot, get(&console, "/view.json", CURL).await)
    })
    .await;
    assert_eq!(snapshot.header("content-type"), "application/json");
    let snapshot: Value = serde_json::from_str(&snapshot.body).unwrap();
    let view: Value = serde_json::from_str(&view.body).unwrap();
    let ours = scope_named(NAME, &taken);
    assert_eq!(ours["bonds"][0]["kind"], "task");
    assert_eq!(ours["location"]["file"], file!());
    assert_eq!(fields(&snapshot), fields(&taken));
    for shown in [&snapshot, &view] {
        assert_eq!(scope_named(NAME, shown), ours);
        for totals in ["closed", "calls"] {
            let totals = |it: &Value| it["totals"][totals].clone();
            assert_eq!(fields(&totals(shown)), fields(&totals(&taken)));
        }
        assert_eq!(fields(&shown["totals"]), fields(&taken["totals"]));
        assert!(shown["taken_unix_seconds"].as_f64() >= taken["taken_unix_seconds"].as_f64());
        assert!(shown["totals"]["opened"].as_u64() >= taken["totals"]["opened"].as_u64());
    }

    assert_eq!(view["process"], std::process::id());
    for count in ["scopes", "tasks"] {
        assert!(view["live"][count].as_u64().unwrap() > 0, "{count}");
    }
}

#[tokio::test]
async fn a_browser_may_do_nothing_else_with_it() {
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    for path in ["/", "/page.js", "/view.json", "/snapshot.txt", "/nothing"] {
        let answer = get(&console, path, BROWSER).await;
        let policy = answer.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn it_is_read_only() {
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let address = console.local_addr().to_string();
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        for path in ["/", "/view.json", "/snapshot.json"] {
            let line = format!("{method} {path}");
            let answer = http1(&address, &line, &["Host: localhost"], "x").await;
            assert_eq!(answer.status, 405, "{line}");
        }
    }
}

/// A stranger's page whose name has come to stand for this address.
#[tokio::test]
async fn a_strange_name_is_refused_unless_it_is_said() {
    let console = monitor::Console::builder().with_host("console.example");
    let console = console.serve("127.0.0.1:0").await.unwrap();
    let address = console.local_addr().to_string();
    let status = async |host: &str| {
        let answer = http1(&address, "GET /snapshot.json", &[host], "").await;
        (answer.status, answer.body.contains("scopes"))
    };
    for known in [
        "127.0.0.1:1",
        "localhost",
        "[::1]:80",
        "console.example:9090",
    ] {
        assert_eq!(
            status(&format!("Host: {known}")).await,
            (200, true),
            "{known}"
        );
    }
    for strange in ["evil.example", "localhost.evil.example", "", "a b"] {
        let (status, shows) = status(&format!("Host: {strange}")).await;
        assert!(matches!(status, 400 | 421) && !shows, "{strange}: {status}");
    }
}
