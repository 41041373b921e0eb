//! The dashboard beside the example `metrics`: what its panels ask, a real Prometheus
//! that scrapes the example can answer.

use std::{
    fs,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::metrics::{Example, PATIENCE, Running, free_address};

/// Prometheus, from Debian's package.
struct Prometheus {
    url: String,
    // Ended before its files are removed.
    _running: Running,
    _files: TempDir,
}

impl Prometheus {
    fn start(scraped: &str) -> Self {
        let files = tempfile::tempdir().unwrap();
        let config = files.path().join("prometheus.yml");
        let jobs = format!(
            "scrape_configs:\n- job_name: example\n  scrape_interval: 500ms\n  \
             static_configs:\n  - targets: ['{scraped}']\n"
        );
        fs::write(&config, jobs).unwrap();
        let address = free_address();
        let running = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", files.path().display()))
            .arg(format!("--web.listen-address={address}"))
            .stderr(Stdio::null())
            .spawn()
            .expect("tests/peers/run has installed it");
        Self {
            url: format!("http://{address}"),
            _running: Running(running),
            _files: files,
        }
    }

    /// What an expression comes to for each set of labels; nothing while nobody answers.
    fn ask(&self, expression: &str) -> Vec<f64> {
        let said = Command::new("promtool")
            .args(["query", "-o", "json", "instant", &self.url, expression])
            .stderr(Stdio::null())
            .output()
            .unwrap();
        let series: Value = serde_json::from_slice(&said.stdout).unwrap_or_default();
        let series = series.as_array().into_iter().flatten();
        let values = series.filter_map(|it| it["value"][1].as_str()?.parse().ok());
        values.filter(|value: &f64| value.is_finite()).collect()
    }
}

/// What the panels ask, as Grafana fills it in for all instances and a short while.
fn expressions(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap());
    let expressions = targets.map(|target| target["expr"].as_str().unwrap());
    expressions
        .map(|it| {
            it.replace("$__rate_interval", "10s")
                .replace("$instance", ".*")
        })
        .collect()
}

#[tokio::test]
async fn prometheus_answers_all_that_the_dashboard_asks() {
    let example = Example::start();
    let prometheus = Prometheus::start(&example.address);
    let dashboard = include_str!("../../../examples/metrics/dashboard.json");
    let dashboard: Value = serde_json::from_str(dashboard).unwrap();
    let mut asked = expressions(&dashboard);
    assert!(asked.len() > 9, "{asked:?}");
    let answered = async {
        loop {
            asked.retain(|expression| prometheus.ask(expression).is_empty());
            if asked.is_empty() {
                return;
            }
            sleep(Duration::from_millis(500)).await;
        }
    };
    let answered = timeout(PATIENCE, answered).await;
    assert!(answered.is_ok(), "without an answer: {asked:#?}");

    // Instances to choose from have the label that the panels look at.
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let instance = variables
        .iter()
        .find(|it| it["name"] == "instance")
        .unwrap();
    let listed = instance["query"]["query"].as_str().unwrap();
    let listed = listed.strip_prefix("label_values(").unwrap();
    let (metric, _) = listed.split_once(", instance)").unwrap();
    let this = format!("{metric}{{instance=\"{}\"}}", example.address);
    assert_eq!(prometheus.ask(&this).len(), 1, "{this}");
}
