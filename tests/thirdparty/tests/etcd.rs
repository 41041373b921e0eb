//! `etcd-client` in scoped functions: what is bound, and what is not.

use std::time::Duration;

use etcd_client::{Client, Error, WatchStream};
use tonic::{Code, transport::Endpoint};
use tonic_scope::{CloseReason, Scope, ScopeError, Scoped, scoped};
use tonic_scope_thirdparty::{Etcd, client, settles};

/// No limit of a scope that a test ends otherwise.
const LONG: Duration = Duration::from_mins(1);

/// Waits for a lock that somebody else holds. Were etcd told of the limit, its own
/// answer (`UNKNOWN`, "context deadline exceeded") could be the first.
#[scoped(timeout = "30s")]
async fn lock(address: String) -> anyhow::Result<()> {
    let transport = Endpoint::from_shared(address)?.connect().await?;
    let mut etcd = client(transport).await?;
    // `etcd_client::Error` cannot say that its time is over, `anyhow::Error` can.
    #[call(timeout = "500ms", local)]
    async { anyhow::Ok(etcd.lock("busy", None).await?) }.await?;
    Ok(())
}

/// Follows a key; the server is told of half the time.
#[scoped(timeout = "2s", reserve = "1s")]
async fn follow_bound(address: String) -> anyhow::Result<()> {
    let transport = Endpoint::from_shared(address)?.connect().await?;
    let mut changes = client(transport).await?.watch("key", None).await?;
    while changes.message().await?.is_some() {}
    Ok(())
}

/// The same, by the crate's own way to connect, which the attribute cannot see into.
#[scoped(timeout = "2s", reserve = "1s")]
async fn follow_unbound(address: String) -> anyhow::Result<()> {
    let mut etcd = Client::connect([address], None).await?;
    let mut changes = etcd.watch("key", None).await?;
    while changes.message().await?.is_some() {}
    Ok(())
}

/// Somebody who holds the lock for as long as this value lives.
async fn holder(etcd: &Etcd) -> Client {
    let mut holder = Client::connect([etcd.address()], None)
        .await
        .expect("a client");
    holder.lock("busy", None).await.expect("the lock");
    holder
}

#[tokio::test]
async fn a_bound_call_ends_at_its_limit() {
    let etcd = Etcd::start().await;
    let _holder = holder(&etcd).await;

    let error = lock(etcd.address().to_owned()).await.expect_err("no lock");

    let code = error.downcast_ref::<Error>().map(|error| match error {
        Error::GRpcStatus(status) => status.code(),
        other => panic!("{other}"),
    });
    assert_eq!(code, Some(Code::DeadlineExceeded), "{error:?}");
    assert!(gave_up(&etcd).await, "the server still waits");
}

#[tokio::test]
async fn the_server_knows_the_deadline_of_a_bound_stream() {
    let etcd = Etcd::start().await;

    follow_bound(etcd.address().to_owned())
        .await
        .expect_err("no end");

    assert_eq!(
        settles(async || watches_ended(&etcd).await, (1, 0)).await,
        (1, 0)
    );
}

#[tokio::test]
async fn the_server_knows_no_deadline_of_a_client_that_is_not_bound() {
    let etcd = Etcd::start().await;

    let error = follow_unbound(etcd.address().to_owned())
        .await
        .expect_err("no end");

    // The scope still ends the function, and with it the stream.
    let error = error.downcast_ref::<ScopeError>().expect("the scope's own");
    assert_eq!(
        error.reason(),
        Some(CloseReason::DeadlineExceeded),
        "{error}"
    );
    assert_eq!(
        settles(async || watches_ended(&etcd).await, (0, 1)).await,
        (0, 1)
    );
}

/// How many watches the server ended at a deadline that it knew, and how many because
/// their caller went away. Its loops for the two directions have a code each.
async fn watches_ended(etcd: &Etcd) -> (u64, u64) {
    let of = async |codes: [&str; 2]| {
        etcd.handled("Watch", codes[0]).await + etcd.handled("Watch", codes[1]).await
    };
    (
        of(["Unknown", "DeadlineExceeded"]).await,
        of(["Unavailable", "Canceled"]).await,
    )
}

/// Whether the server ends one call for a lock without giving it, for which its
/// code is `UNKNOWN`.
async fn gave_up(etcd: &Etcd) -> bool {
    settles(async || etcd.handled("Lock", "Unknown").await, 1).await == 1
}

/// Hands out a watch that is to live on.
#[scoped(timeout = "10s")]
async fn watch(
    address: String,
    escaped: &mut Option<WatchStream>,
    etcd: &Etcd,
) -> anyhow::Result<()> {
    let transport = Endpoint::from_shared(address)?.connect().await?;
    let mut client = client(transport).await?;
    *escaped = Some(client.watch("key", None).await?);
    anyhow::ensure!(settles(async || etcd.watch_streams().await, 1).await == 1);
    Ok(())
}

#[tokio::test]
async fn a_watch_and_its_connection_end_with_the_scope() {
    let etcd = Etcd::start().await;
    let before = etcd.connections().await;
    let mut escaped = None;

    watch(etcd.address().to_owned(), &mut escaped, &etcd)
        .await
        .expect("a watch");

    assert_eq!(settles(async || etcd.watch_streams().await, 0).await, 0);
    assert_eq!(
        settles(async || etcd.connections().await, before).await,
        before
    );
    let mut escaped = escaped.expect("a watch");
    while let Ok(Some(_)) = escaped.message().await {}
    assert!(
        matches!(escaped.message().await, Ok(None)),
        "an outcome after the outcome"
    );
}

#[tokio::test]
async fn a_watch_ends_when_the_function_is_dropped() {
    let etcd = Etcd::start().await;
    let before = etcd.connections().await;
    let address = etcd.address().to_owned();

    let watching = tokio::spawn(async move { watch_for_ever(address).await });
    assert!(settles(async || etcd.watch_streams().await, 1).await == 1);
    watching.abort();

    assert_eq!(settles(async || etcd.watch_streams().await, 0).await, 0);
    assert_eq!(
        settles(async || etcd.connections().await, before).await,
        before
    );
}

/// Watches until it is dropped.
#[scoped(timeout = "60s")]
async fn watch_for_ever(address: String) -> anyhow::Result<()> {
    let transport = Endpoint::from_shared(address)?.connect().await?;
    let mut stream = client(transport).await?.watch("key", None).await?;
    while stream.message().await?.is_some() {}
    Ok(())
}

#[tokio::test]
async fn a_long_lived_client_binds_each_call_to_its_scope() {
    let etcd = Etcd::start().await;
    let _holder = holder(&etcd).await;
    let channel = Endpoint::from_shared(etcd.address().to_owned()).expect("an address");
    let client = client(Scoped::new(channel.connect_lazy()))
        .await
        .expect("a client");

    let (tell, told) = tokio::sync::oneshot::channel();
    let mut theirs = client.clone();
    let waiting = tokio::spawn(Scope::builder("waits").timeout(LONG).run(async move {
        tell.send(Scope::current()).expect("a listener");
        Ok::<_, anyhow::Error>(theirs.lock("busy", None).await?)
    }));
    let waits = told.await.expect("a scope").expect("a current one");
    assert!(settles(async || etcd.started("Lock").await, 2).await == 2);
    waits.cancel();
    assert!(waiting.await.expect("no panic").is_err());

    assert!(gave_up(&etcd).await, "the server still waits");
    // The connection is the client's, and goes on.
    client
        .kv_client()
        .put("key", "value", None)
        .await
        .expect("an answer");
}
