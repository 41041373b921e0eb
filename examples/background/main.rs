//! Work beside a call: what ends with it, what finishes by itself, what cleans up, what outlives it.
//!
//! ```text
//! cargo run --example background
//! ```
//!
//! One call, and four things that its handler begins. Look for their order:
//!
//! 1. the handler is done;
//! 2. its tasks end: `refresh` is cut off, as a task is by the end of its scope, and `batch` writes
//!    what it has, since a task that waits for `cancelled()` has the scope's `grace`;
//! 3. the lock is given back: what was deferred runs last, and may still call;
//! 4. only then the caller has its answer;
//! 5. `audit` goes on after the call: it was detached, by name, with a limit of its own.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use tonic_scope::scoped;
use tonic_scope_examples::ladder::{
    Greeting, HelloRequest,
    greeter_client::GreeterClient,
    greeter_server::{Greeter, GreeterServer},
};

const AUDIT_LIMIT: Duration = Duration::from_secs(5);
const GRACE: Duration = Duration::from_secs(1);

struct MyGreeter {
    answered: Arc<Notify>,
    audited: Arc<Notify>,
}

#[scoped(timeout = "2s", grace = GRACE)]
#[tonic::async_trait]
impl Greeter for MyGreeter {
    async fn hello(&self, _: Request<HelloRequest>) -> Result<Response<Greeting>, Status> {
        tonic_scope::defer(async { println!("deferred: the lock is given back") })?;

        let _refresh = tokio::spawn(async {
            let _end = End("refresh: cut off");
            std::future::pending::<()>().await;
        });
        let _batch = tokio::spawn(async {
            tonic_scope::cancelled().await;
            println!("batch: written");
        });
        let (answered, audited) = (self.answered.clone(), self.audited.clone());
        tonic_scope::detach("audit", AUDIT_LIMIT, async move {
            answered.notified().await;
            println!("audit: written, after the call");
            audited.notify_one();
        });

        // Both tasks have begun.
        tokio::task::yield_now().await;
        println!("handler: done");
        let text = "hello".to_owned();
        Ok(Response::new(Greeting { text }))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (answered, audited) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let greeter = MyGreeter {
        answered: answered.clone(),
        audited: audited.clone(),
    };
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?;
    let url = format!("http://{}", incoming.local_addr()?);
    let server = Server::builder().add_service(GreeterServer::new(greeter));
    tokio::spawn(server.serve_with_incoming(incoming));

    let mut client = GreeterClient::connect(url).await?;
    let greeting = client.hello(HelloRequest::default()).await?;
    println!("caller: {}", greeting.into_inner().text);
    answered.notify_one();
    audited.notified().await;
    Ok(())
}

/// Says that its task was dropped.
struct End(&'static str);

impl Drop for End {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}
