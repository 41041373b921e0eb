//! What is told of a pool.

use serde_json::{json, to_value};
use tonic_scope::pool::Pool;
use tonic_scope_tests::Host;

use super::harness::{client, scoped};

#[tokio::test]
async fn a_snapshot_serializes_each_field_under_its_own_name() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    scoped(async {
        let _client = client(&pool, &host.url()).await.unwrap();
        let snapshot = to_value(pool.snapshot()).unwrap();
        let key = json!({
            "address": host.url(), "connections": 1, "sockets": 1, "connecting": false,
            "leases": 1, "waiting": 0,
        });
        let counts = json!({
            "leases": 1, "connected": 1, "failed": 0, "reopened": 0, "evicted": 0, "unpooled": 0,
        });
        let whole = json!({ "sockets": 1, "keys": [key], "counts": counts });
        assert_eq!(snapshot, whole);
    })
    .await;
}
