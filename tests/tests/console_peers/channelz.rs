use std::path::Path;

use serde_json::Value;
use tokio::process::Command;
use tonic_scope::monitor::{self, ChannelState};

use super::watched::{FAILED, STARTED, SUCCEEDED, Watched};

/// All that gRPC's own client finds at `address`.
async fn read(address: &str) -> Value {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(tests.join("../target/peers/python/bin/python"))
        .arg(tests.join("console/channelz.py"))
        .arg(address)
        .kill_on_drop(true)
        .output()
        .await
        .expect("tests/console/run has installed it");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What is zero is left out of proto3's JSON, and the rest is written as text.
fn number(it: &Value) -> u64 {
    it.as_str()
        .map_or(0, |text| text.parse().expect("a number"))
}

#[tokio::test]
async fn grpcio_reads_the_numbers_of_the_snapshot() {
    let watched = Watched::begin().await;
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let told = read(&console.local_addr().to_string()).await;

    let known = monitor::channels();
    let channels = told["channels"].as_array().unwrap();
    assert_eq!(channels.len(), known.len());
    assert_eq!(known.len(), 3);
    for (told, known) in channels.iter().zip(&known) {
        assert_eq!(number(&told["ref"]["channelId"]), known.id);
        let data = &told["data"];
        assert_eq!(data["target"].as_str(), known.target.as_deref());
        assert_eq!(number(&data["callsStarted"]), known.calls_started);
        assert_eq!(number(&data["callsSucceeded"]), known.calls_succeeded);
        assert_eq!(number(&data["callsFailed"]), known.calls_failed);
        let is_ready = data["state"]["state"] == "READY";
        assert_eq!(is_ready, known.state == ChannelState::Ready);
    }
    let sum = |count: &str| {
        let counts = channels.iter().map(|it| number(&it["data"][count]));
        counts.sum::<u64>()
    };
    let snapshot = monitor::snapshot();
    let calls = &snapshot.totals.calls;
    assert_eq!(sum("callsStarted"), STARTED);
    assert_eq!(sum("callsSucceeded"), SUCCEEDED);
    assert_eq!(
        calls.of(tonic::Code::Ok) + snapshot.totals.unscoped_calls,
        SUCCEEDED
    );
    assert_eq!(sum("callsFailed"), FAILED);
    assert_eq!(calls.sum() - calls.of(tonic::Code::Ok), FAILED);

    let sockets = told["sockets"].as_array().unwrap();
    let owned = snapshot.bonds().filter(|bond| bond.kind() == "connection");
    assert_eq!(
        sockets.len(),
        owned.count() + watched.pool.snapshot().sockets
    );
    for socket in sockets {
        assert_eq!(
            socket["remote"]["tcpipAddress"]["port"],
            watched.address.port()
        );
    }

    let servers = told["servers"].as_array().unwrap();
    assert_eq!(servers.len(), 1);
    let counts = watched.layer.counts();
    let data = &servers[0]["data"];
    assert_eq!(number(&data["callsStarted"]), counts.requests);
    assert_eq!(number(&data["callsSucceeded"]), counts.succeeded);
    assert_eq!(number(&data["callsFailed"]), counts.failed);
    assert_eq!((counts.requests, counts.succeeded), (STARTED, SUCCEEDED));
    assert_eq!(told["unknown"], "NOT_FOUND");
    watched.end().await;
}
