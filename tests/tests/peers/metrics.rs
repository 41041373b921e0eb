//! What the example `metrics` serves, as Prometheus's own parser reads it.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Map, Value};
use tokio::time::{sleep, timeout};
use tonic_scope::monitor::metrics::{METRICS, Metric};

/// Ends with the test, whatever becomes of it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Only keeps a broken test from hanging.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn every_metric_of_the_table_is_served_as_it_says() {
    // Free a moment ago; the example has to be told.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let example = Command::new(example())
        .args(["--address", &address, "--every-millis", "50"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let _example = Running(example);
    let url = format!("http://{address}/metrics");
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

fn example() -> std::path::PathBuf {
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
