//! What the example `metrics` serves, as Prometheus's own parser reads it.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Map, Value};
use tokio::time::{sleep, timeout};
use tonic_scope::monitor::metrics::{METRICS, Metric};

/// The example, with its metrics at an address; ends with the test, whatever becomes of
/// it.
pub(crate) struct Example {
    pub(crate) address: String,
    _running: Running,
}

impl Example {
    pub(crate) fn start() -> Self {
        let address = free_address();
        let running = Command::new(example())
            .args(["--address", &address, "--every-millis", "50"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            address,
            _running: Running(running),
        }
    }
}

/// Free a moment ago: who listens there has to be told, and cannot tell.
pub(crate) fn free_address() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().to_string()
}

/// A process that is ended in any case.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Only keeps a broken test from hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn every_metric_of_the_table_is_served_as_it_says() {
    let example = Example::start();
    let url = format!("http://{}/metrics", example.address);
    let served = async {
        loop {
            match scrape(&url) {
                // The first call has to be over.
                Some(families) if METRICS.iter().all(|it| family(&families, it).is_some()) => {
                    return families;
                }
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
    };
    let Ok(families) = timeout(PATIENCE, served).await else {
        panic!("not all are served: {:?}", scrape(&url));
    };
    for metric in METRICS {
        let family = family(&families, metric).unwrap();
        let kind = format!("{:?}", metric.kind).to_lowercase();
        assert_eq!(family["type"], kind, "{metric:?}");
        let samples = family["samples"].as_array().unwrap();
        assert!(!samples.is_empty(), "{metric:?}");
        for sample in samples {
            let mut labels: Vec<_> = sample["labels"].as_object().unwrap().keys().collect();
            // The upper end of a bucket.
            labels.retain(|label| *label != "le");
            labels.sort();
            let mut documented: Vec<_> = (metric.labels.iter())
                .map(|label| label.replace('.', "_"))
                .collect();
            documented.sort();
            assert!(labels.into_iter().eq(&documented), "{metric:?}: {sample}");
        }
    }
}

fn example() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let example = format!("metrics{}", std::env::consts::EXE_SUFFIX);
    profile.join("examples").join(example)
}

fn family<'a>(families: &'a Map<String, Value>, metric: &Metric) -> Option<&'a Value> {
    families.get(&metric.name.replace('.', "_"))
}

/// `None` while nobody listens.
fn scrape(url: &str) -> Option<Map<String, Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let said = Command::new(root.join("target/peers/python/bin/python"))
        .arg(root.join("tests/peers/python/scrape.py"))
        .arg(url)
        .stderr(Stdio::null())
        .output()
        .unwrap();
    if !said.status.success() {
        return None;
    }
    Some(serde_json::from_slice(&said.stdout).unwrap())
}
