//! The example `shutdown`, stopped as a user stops it.
#![cfg(unix)]

mod built;

use built::Running;
use tonic::Code;
use tonic_scope_examples::discovery::{WatchRequest, config_client::ConfigClient};

/// On two threads: this one waits for lines, and the client still answers pings.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn ctrl_c_drains_the_server_ends_the_rest_and_leaves_nothing() {
    let (mut server, mut lines) = Running::start("shutdown", &[]);
    let url = lines.next().unwrap().unwrap();

    let mut client = ConfigClient::connect(url).await.unwrap();
    let mut steps = client
        .watch(WatchRequest { version: 7 })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(steps.message().await.unwrap().unwrap().version, 7);

    server.interrupt();
    let status = steps.message().await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    drop((steps, client));

    let said: Vec<_> = lines.map(Result::unwrap).collect();
    assert_eq!(said[0], "drained, 1 cut off");
    assert_eq!(said[1], "the job has tidied up");
    assert_eq!(said[2], "shut down, nothing is left");
    assert!(said[3].contains("scope `job`"), "{said:?}");
    assert!(said[3].ends_with("shutdown"), "{said:?}");
    assert!(server.ends_well());
}
