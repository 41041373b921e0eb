use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use prometheus_parse::{Scrape, Value};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

/// Far longer than anything takes here; its end only keeps a broken test from hanging.
const PATIENCE: Duration = Duration::from_secs(20);

/// An etcd of one member, with a directory of its own; it ends with this value.
#[derive(Debug)]
pub struct Etcd {
    address: String,
    process: Child,
    _data: TempDir,
}

impl Etcd {
    /// Starts it, and waits until it answers.
    pub async fn start() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let [address, peers] = free_addresses();
        let process = Command::new("etcd")
            .args(["--data-dir".as_ref(), data.path().as_os_str()])
            .args(["--listen-client-urls", &address])
            .args(["--advertise-client-urls", &address])
            .args(["--listen-peer-urls", &peers])
            .args(["--initial-advertise-peer-urls", &peers])
            .args(["--initial-cluster", &format!("default={peers}")])
            .args(["--metrics", "extensive", "--log-level", "error"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("etcd is installed: see tests/thirdparty/run");
        let etcd = Self {
            address,
            process,
            _data: data,
        };
        let is_up = async || {
            etcd.get("/health")
                .await
                .is_some_and(|said| said.contains("true"))
        };
        let give_up = Instant::now() + PATIENCE;
        while !is_up().await {
            assert!(Instant::now() < give_up, "etcd does not start");
            sleep(Duration::from_millis(20)).await;
        }
        etcd
    }

    /// Its address, as a URI.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// How many calls of a method have ended with a code, as the server counts them.
    pub async fn handled(&self, method: &str, code: &str) -> u64 {
        self.metric(
            "grpc_server_handled_total",
            &[("grpc_method", method), ("grpc_code", code)],
        )
        .await
    }

    /// How many calls of a method it has taken on.
    pub async fn started(&self, method: &str) -> u64 {
        self.metric("grpc_server_started_total", &[("grpc_method", method)])
            .await
    }

    /// How many streams of watchers are open at the server.
    pub async fn watch_streams(&self) -> u64 {
        self.metric("etcd_debugging_mvcc_watch_stream_total", &[])
            .await
    }

    /// How many HTTP/2 connections are open to the server, its own among them.
    pub async fn connections(&self) -> usize {
        let port = self.address.rsplit_once(':').expect("a port").1;
        let port = format!(":{:04X}", port.parse::<u16>().expect("a port"));
        let table = tokio::fs::read_to_string("/proc/net/tcp")
            .await
            .expect("Linux");
        let established = |line: &&str| {
            let mut columns = line.split_whitespace().skip(1);
            columns.next().is_some_and(|local| local.ends_with(&port))
                && columns.nth(1) == Some("01")
        };
        table.lines().filter(established).count()
    }

    /// The sum of a metric over all label sets that have these labels.
    async fn metric(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let text = self.get("/metrics").await.expect("metrics");
        let lines = text.lines().map(|line| Ok(line.to_owned()));
        let scrape = Scrape::parse(lines).expect("Prometheus text");
        let wanted = scrape.samples.iter().filter(|sample| {
            sample.metric == name
                && labels
                    .iter()
                    .all(|(key, value)| sample.labels.get(key) == Some(value))
        });
        wanted
            .map(|sample| match sample.value {
                Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => value,
                ref other => panic!("{name} is {other:?}"),
            })
            .fold(0.0, |sum, value| sum + value)
            .to_string()
            .parse()
            .expect("a whole number")
    }

    async fn get(&self, path: &str) -> Option<String> {
        let url = format!("{}{path}", self.address);
        let get = move || {
            ureq::get(&url)
                .header("connection", "close")
                .call()
                .ok()?
                .body_mut()
                .read_to_string()
                .ok()
        };
        tokio::task::spawn_blocking(get).await.expect("no panic")
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        // There is nothing to do about one that has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until `look` yields `wanted`, and returns what it yields in the end.
pub async fn settles<T: PartialEq>(mut look: impl AsyncFnMut() -> T, wanted: T) -> T {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let seen = look().await;
        if seen == wanted || Instant::now() >= give_up {
            return seen;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// Two addresses that were free a moment ago: etcd has to be told its ports.
fn free_addresses() -> [String; 2] {
    let sockets = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a socket"));
    sockets.map(|socket| format!("http://{}", socket.local_addr().expect("an address")))
}
