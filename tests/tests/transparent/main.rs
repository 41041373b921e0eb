//! Ordinary calls through `Scoped`, through `ServerScopeLayer` and of handlers with
//! `#[scoped]` are byte for byte what they are with tonic alone: for their caller, and
//! on the wire, except for `grpc-timeout`, and that an upload of one frame ends with it.

mod call;
mod hosts;
mod service;
mod wire;

use std::time::Duration;

use tonic::{
    Request, Status, codec::CompressionEncoding, metadata::MetadataValue, transport::Channel,
};
use tonic_scope::{Scope, Scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

use crate::{
    call::{Case, Seen},
    hosts::{Host, SERVERS},
    wire::Record,
};

/// How a client makes its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    Plain,
    /// Through `Scoped`, in a scope.
    Scoped,
    /// Through `Scoped`, outside any.
    Unscoped,
}

const CLIENTS: [Client; 3] = [Client::Plain, Client::Scoped, Client::Unscoped];

impl Client {
    async fn call(self, case: Case, channel: Channel) -> Seen {
        match self {
            Self::Plain => case.call(ShapesClient::new(channel)).await,
            Self::Unscoped => case.call(ShapesClient::new(Scoped::new(channel))).await,
            Self::Scoped => {
                let client = ShapesClient::new(Scoped::new(channel));
                in_scope(case.call(client)).await
            }
        }
    }
}

async fn in_scope<T>(call: impl Future<Output = T>) -> T {
    let scope = Scope::builder("caller").timeout(Duration::from_secs(60));
    let call = async { Ok::<_, Status>(call.await) };
    scope.run(call).await.expect("it has time enough")
}

const GZIP: Option<CompressionEncoding> = Some(CompressionEncoding::Gzip);
const ZSTD: Option<CompressionEncoding> = Some(CompressionEncoding::Zstd);

const SHAPES: [&str; 4] = ["Unary", "Download", "Upload", "Chat"];

/// Calls whose messages fit into a frame.
fn small() -> Vec<Case> {
    let mut cases = Vec::new();
    for shape in SHAPES {
        for compression in [None, GZIP, ZSTD] {
            cases.extend([
                Case {
                    compression,
                    ..Case::new(shape, &["one", "two", "three"])
                },
                Case {
                    compression,
                    ..Case::new(shape, &["fail"])
                },
            ]);
        }
        cases.push(Case {
            takes: Some(50),
            ..Case::new(shape, &["one"])
        });
    }
    cases.extend([
        Case::new("Download", &["early"]),
        Case::new("Download", &["empty"]),
        Case::new("Upload", &[]),
        Case::new("Chat", &[]),
        Case::new("Chat", &["one", "fail", "never"]),
    ]);
    cases
}

/// Calls with messages of several MiB.
fn large() -> Vec<Case> {
    let mut cases = Vec::new();
    for shape in SHAPES {
        let takes = Some(16 << 20);
        cases.extend([
            Case {
                takes,
                ..Case::new(shape, &["big"])
            },
            Case {
                takes,
                compression: ZSTD,
                ..Case::new(shape, &["big"])
            },
        ]);
    }
    for shape in ["Unary", "Upload", "Chat"] {
        cases.extend([
            Case {
                takes: Some(16 << 20),
                ..Case::new(shape, &["large"])
            },
            // More than the caller takes.
            Case::new(shape, &["large"]),
        ]);
    }
    cases
}

/// Calls that end while their upload is under way. How much of that is sent is chance.
fn cut_short() -> Vec<Case> {
    vec![
        Case::new("Upload", &["early", "big"]),
        Case::new("Unary", &["too big"]),
        Case::new("Upload", &["too big"]),
        Case::new("Chat", &["too big"]),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ordinary_calls_are_what_they_were() {
    same_with_all(&small(), Record::ends_with_data).await;
}

/// tonic alone has a frame follow that holds nothing but the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_message_is_the_end_of_its_upload() {
    let host = Host::recorded(SERVERS[0]).await;
    for (client, frames) in [(Client::Plain, 2), (Client::Scoped, 1)] {
        client
            .call(Case::new("Unary", &["one"]), host.channel())
            .await;
        let up = host.recorded_call().await.up;
        let [wire::Seen::Head(_, false), data @ ..] = &*up else {
            panic!("{up:?}");
        };
        assert_eq!(data.len(), frames, "{client:?}: {up:?}");
        assert!(matches!(data.last(), Some(wire::Seen::Data(_, true))));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_messages_are_what_they_were() {
    same_with_all(&large(), Record::whole).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn early_errors_are_what_they_were() {
    same_with_all(&cut_short(), |mut record| {
        record.up.truncate(1);
        record
    })
    .await;
}

/// Makes each call with each client and each server, and compares with tonic alone.
async fn same_with_all(cases: &[Case], of_interest: fn(Record) -> Record) {
    let mut plain: Option<Vec<(Seen, Record)>> = None;
    for server in SERVERS {
        let host = Host::recorded(server).await;
        for client in CLIENTS {
            let mut all = Vec::new();
            for case in cases {
                let seen = client.call(*case, host.channel()).await;
                all.push((seen, of_interest(host.recorded_call().await)));
            }
            match &plain {
                None => plain = Some(all),
                Some(plain) => {
                    for (case, (got, wanted)) in cases.iter().zip(all.iter().zip(plain)) {
                        let what = format!("{case:?}: {client:?} client, {server:?} server");
                        assert_eq!(got.0, wanted.0, "{what}");
                        assert_eq!(got.1.up, wanted.1.up, "{what}");
                        assert_eq!(got.1.down, wanted.1.down, "{what}");
                    }
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_over_tls_are_what_they_were() {
    same_for_callers(Host::with_tls).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_over_unix_sockets_are_what_they_were() {
    same_for_callers(Host::on_unix_socket).await;
}

async fn same_for_callers(start: impl AsyncFn(hosts::Server) -> Host) {
    let mut cases = small();
    cases.extend(large());
    let mut plain: Option<Vec<Seen>> = None;
    for server in SERVERS {
        let host = start(server).await;
        for client in CLIENTS {
            let mut all = Vec::new();
            for case in &cases {
                all.push(client.call(*case, host.channel()).await);
            }
            match &plain {
                None => plain = Some(all),
                Some(plain) => {
                    for (case, (got, wanted)) in cases.iter().zip(all.iter().zip(plain)) {
                        assert_eq!(got, wanted, "{case:?}: {client:?}, {server:?}");
                    }
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interceptors_are_what_they_were() {
    for case in SHAPES.map(|shape| Case::new(shape, &["one", "two"])) {
        let mut plain: Option<[(Seen, Record); 2]> = None;
        for server in SERVERS {
            let host = Host::recorded(server).await;
            for client in [Client::Plain, Client::Scoped] {
                let passed = intercepted(client, case, host.channel(), adds).await;
                let record = host.recorded_call().await.ends_with_data();
                let refused = intercepted(client, case, host.channel(), refuses).await;
                let all = [(passed, record), (refused, host.take())];
                match &plain {
                    None => plain = Some(all),
                    Some(plain) => assert_eq!(&all, plain, "{case:?}: {client:?}, {server:?}"),
                }
            }
        }
    }
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "it is what an interceptor returns"
)]
fn adds(mut request: Request<()>) -> Result<Request<()>, Status> {
    let value = MetadataValue::from_static("added");
    request.metadata_mut().append("x-text", value);
    Ok(request)
}

fn refuses(_: Request<()>) -> Result<Request<()>, Status> {
    Err(Status::permission_denied("not you"))
}

async fn intercepted(
    client: Client,
    case: Case,
    channel: Channel,
    interceptor: fn(Request<()>) -> Result<Request<()>, Status>,
) -> Seen {
    if client == Client::Plain {
        let client = ShapesClient::with_interceptor(channel, interceptor);
        return case.call(client).await;
    }
    let client = ShapesClient::with_interceptor(Scoped::new(channel), interceptor);
    in_scope(case.call(client)).await
}

/// Its length is known, and no trailers end it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_none_of_tonics_answers_what_it_did() {
    let mut plain = None;
    for server in SERVERS {
        let host = Host::recorded(server).await;
        host.get("/health.Health/check").await;
        let record = host.recorded_call().await;
        let plain = plain.get_or_insert_with(|| record.clone());
        assert_eq!(&record, plain, "{server:?}");
    }
    let down = format!("{:?}", plain.unwrap().down);
    assert!(down.contains("content-length"), "{down}");
}
