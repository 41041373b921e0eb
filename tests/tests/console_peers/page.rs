//! The page, in a browser.

use std::{fs, path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
    sync::oneshot,
    task::JoinHandle,
};
use tonic_scope::{
    Scope, ScopeError,
    monitor::{self, Console},
};
use tonic_scope_tests::Process;

use super::{browser::Browser, watched::Watched};

/// A scope that is alive until it is told to end.
struct Alive {
    end: oneshot::Sender<()>,
    scope: JoinHandle<Result<(), ScopeError>>,
}

impl Alive {
    /// With a scope within it, and so many tasks in that.
    async fn begin(name: &'static str, within: &'static str, tasks: usize) -> Self {
        let (begun, has_begun) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let inner = async move {
            for _ in 0..tasks {
                tonic_scope::spawn(std::future::pending::<()>());
            }
            let _ = begun.send(());
            let _ = ended.await;
            Ok::<_, ScopeError>(())
        };
        let outer = async move { Scope::builder(within).run(inner).await };
        let scope = tokio::spawn(
            Scope::builder(name)
                .timeout(Duration::from_secs(600))
                .run(outer),
        );
        has_begun.await.unwrap();
        Self { end, scope }
    }

    async fn end(self) {
        self.end.send(()).unwrap();
        self.scope.await.unwrap().unwrap();
    }
}

/// The row of a scope, as text; `null` where there is none.
fn row(name: &str) -> String {
    format!("return document.querySelector('li[data-scope=\"{name}\"]')?.innerText ?? null")
}

fn is_there(name: &str) -> String {
    format!("return document.querySelector('li[data-scope=\"{name}\"]') !== null")
}

const STATUS: &str = "return document.querySelector('#status').textContent";

async fn open() -> (Console, Browser) {
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let browser = Browser::open(&console.url(), false).await;
    assert_eq!(browser.settles(STATUS, "live").await, "live");
    (console, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_appears_in_the_tree_and_disappears() {
    let (_console, browser) = open().await;
    assert_eq!(browser.run(&is_there("outer scope")).await, false);
    let alive = Alive::begin("outer scope", "inner scope", 3).await;
    assert_eq!(browser.settles(&is_there("outer scope"), true).await, true);
    let nested = "return document.querySelector('li[data-scope=\"outer scope\"] li[data-scope=\"inner scope\"]') !== null";
    assert_eq!(browser.settles(nested, true).await, true);
    let text = browser.run(&row("outer scope")).await.to_string();
    for part in ["outer scope", "inner scope", "3 tasks", file!(), "left"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    alive.end().await;
    assert_eq!(
        browser.settles(&is_there("outer scope"), false).await,
        false
    );
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_charts_move() {
    let (_console, browser) = open().await;
    let charts =
        "return [...document.querySelectorAll('figure')].map(it => it.dataset.chart).join()";
    assert_eq!(browser.run(charts).await, "scopes,tasks,connections,misses");
    let curve = |name: &str| {
        format!(
            "return document.querySelector('figure[data-chart={name}] .curve').getAttribute('d')"
        )
    };
    let says = |name: &str| {
        format!(
            "return Number(document.querySelector('figure[data-chart={name}] output').textContent)"
        )
    };
    let before = browser.run(&curve("tasks")).await;
    let alive = Alive::begin("charted", "within", 40).await;
    let many = format!("{} >= 40", says("tasks"));
    assert_eq!(browser.settles(&many, true).await, true);
    let during = browser.run(&curve("tasks")).await;
    assert_ne!(before, during);
    alive.end().await;
    let few = format!("{} < 40", says("tasks"));
    assert_eq!(browser.settles(&few, true).await, true);

    // Three of those that are within one another miss their deadlines together.
    let missed = browser.run(&says("misses")).await.as_u64().unwrap();
    let late = Scope::builder("late").timeout(Duration::from_millis(1));
    let late = late.run(async {
        std::future::pending::<()>().await;
        Ok::<_, ScopeError>(())
    });
    late.await.unwrap_err();
    let now = browser.settles(&says("misses"), missed + 1).await;
    assert_eq!(now, missed + 1);
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_filtered_and_grouped_is_what_matches() {
    let (_console, browser) = open().await;
    let one = Alive::begin("filtered one", "of the first", 1).await;
    let other = Alive::begin("filtered other", "of the second", 1).await;
    assert_eq!(
        browser.settles(&is_there("filtered other"), true).await,
        true
    );
    let filter = |text: &str| {
        format!(
            "const it = document.querySelector('#filter'); it.value = '{text}'; \
             it.dispatchEvent(new Event('input'))"
        )
    };
    browser.run(&filter("Of The First")).await;
    assert_eq!(browser.run(&is_there("filtered one")).await, true);
    assert_eq!(browser.run(&is_there("of the first")).await, true);
    assert_eq!(browser.run(&is_there("filtered other")).await, false);
    browser.run(&filter("filtered o")).await;
    browser
        .run("document.querySelector('#group').click()")
        .await;
    let rows = "return document.querySelectorAll('li[data-scope^=\"filtered o\"]').length";
    assert_eq!(browser.run(rows).await, 2);
    one.end().await;
    other.end().await;
    browser.quit().await;
}

/// Names are text, whatever they look like.
#[tokio::test(flavor = "multi_thread")]
async fn markup_in_a_name_stays_text() {
    const NAME: &str = "<img src=x onerror=alert(1)><b>bold</b>";
    let (_console, browser) = open().await;
    let alive = Alive::begin(NAME, "<script>document.title='hit'</script>", 1).await;
    let is_text = "return [...document.querySelectorAll('.name')].some(it => it.textContent.startsWith('<img'))";
    assert_eq!(browser.settles(is_text, true).await, true);
    let made = "return document.querySelectorAll('#scopes img, #scopes b, #scopes script').length";
    assert_eq!(browser.run(made).await, 0);
    assert_eq!(browser.run("return document.title").await, "tonic-scope");
    alive.end().await;
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_goes_away_is_told_and_one_that_comes_back_too() {
    let (console, browser) = open().await;
    let address = console.local_addr();
    console.close().await;
    assert_eq!(
        browser.settles(STATUS, "connection lost").await,
        "connection lost"
    );
    let _again = monitor::serve(address).await.unwrap();
    assert_eq!(browser.settles(STATUS, "live").await, "live");
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_dark_where_that_is_preferred() {
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let ground = "return getComputedStyle(document.body).backgroundColor";
    let mut grounds = Vec::new();
    for dark in [false, true] {
        let browser = Browser::open(&console.url(), dark).await;
        grounds.push(browser.run(ground).await);
        browser.quit().await;
    }
    assert_eq!(grounds, ["rgb(251, 251, 250)", "rgb(20, 23, 28)"]);
}

/// To the compiler the file of this module is `console_peers/../watched/mod.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_named_without_detours() {
    let (_console, browser) = open().await;
    let watched = Watched::begin().await;
    let name = "own_connection";
    assert_eq!(browser.settles(&is_there(name), true).await, true);
    let text = browser.run(&row(name)).await.to_string();
    assert!(text.contains("tests/tests/watched/mod.rs:"), "{text}");
    assert!(!text.contains(".."), "{text}");
    watched.end().await;
    browser.quit().await;
}

/// Thousands of scopes, redrawn while they are there, and none unfolded; in a process
/// where nobody else looks at a page.
#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_scopes_are_drawn_and_the_rest_is_said() {
    const NAME: &str = "page::thousands_of_scopes_are_drawn_and_the_rest_is_said";
    if Process::told().is_none() {
        assert!(Process::again(NAME, "draw").passes());
        return;
    }
    let (_console, browser) = open().await;
    let oldest = Alive::begin("folded", "folded away", 1).await;
    let (end, _) = tokio::sync::broadcast::channel::<()>(1);
    let scopes: Vec<_> = (0..3_000)
        .map(|_| {
            let mut ended = end.subscribe();
            tokio::spawn(Scope::builder("one of many").no_timeout().run(async move {
                let _ = ended.recv().await;
                Ok::<_, ScopeError>(())
            }))
        })
        .collect();
    let drawn = "return document.querySelectorAll('li[data-scope]').length >= 1990";
    assert_eq!(browser.settles(drawn, true).await, true);
    let shown = browser
        .run("return document.querySelector('#shown').textContent")
        .await;
    assert!(shown.as_str().unwrap().contains("2,000 of 3,0"), "{shown}");
    assert_eq!(browser.run(&is_there("folded away")).await, false);
    let unfold = "document.querySelector('li[data-scope=folded] button').click()";
    browser.run(unfold).await;
    assert_eq!(browser.run(&is_there("folded away")).await, true);
    oldest.end().await;
    end.send(()).unwrap();
    for scope in scopes {
        scope.await.unwrap().unwrap();
    }
    assert_eq!(
        browser.settles(&is_there("one of many"), false).await,
        false
    );
    browser.quit().await;
}

/// Not only a test: `SCREENSHOT=docs/console.png` keeps the picture for the README.
#[tokio::test(flavor = "multi_thread")]
async fn picture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut example = Command::new(env!("CARGO"));
    example
        .current_dir(&root)
        .args([
            "run",
            "-q",
            "-p",
            "tonic-scope-examples",
            "--example",
            "console",
            "--",
        ])
        .args(["--address", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let mut example = example.spawn().unwrap();
    let mut lines = BufReader::new(example.stdout.take().unwrap()).lines();
    let url = lines.next_line().await.unwrap().expect("it starts");
    let browser = Browser::open(&url, false).await;
    assert_eq!(browser.settles(&is_there("tick"), true).await, true);
    assert_eq!(
        browser.settles(&is_there("Service::check"), true).await,
        true
    );
    let points =
        "return document.querySelector('figure .curve').getAttribute('d').split('L').length >= 60";
    let Some(file) = std::env::var_os("SCREENSHOT") else {
        return browser.quit().await;
    };
    assert_eq!(browser.settles(points, true).await, true);
    fs::write(root.join(file), browser.screenshot().await).unwrap();
    browser.quit().await;
}
