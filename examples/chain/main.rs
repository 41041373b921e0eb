//! Three services in a chain: the first caller's deadline reaches the last one.
//!
//! ```text
//! cargo run --example chain
//! ```
//!
//! The caller allows 400 ms; `front` asks `middle`, `middle` asks `back`, and `back` has no answer.
//! Each of them would wait for two seconds if it were alone. Look for:
//!
//! 1. the time that each of them has left: less at each step, and never two seconds;
//! 2. each of them, ended by its caller's time or by its caller;
//! 3. `DeadlineExceeded` at the caller. In plain tonic each hop either re-arms the whole timeout or
//!    has none, and `CANCELLED` is what arrives.

use std::time::Duration;

use tokio::sync::mpsc;
use tonic::{
    Request, Response, Status,
    transport::{Channel, Endpoint, Server, server::TcpIncoming},
};
use tonic_scope::{Scoped, ServerScopeLayer, scoped};
use tonic_scope_examples::ladder::{
    Greeting, HelloRequest,
    greeter_client::GreeterClient,
    greeter_server::{Greeter, GreeterServer},
};

const PATIENCE: Duration = Duration::from_secs(10);

struct Link {
    name: &'static str,
    next: Option<GreeterClient<Scoped<Channel>>>,
    ends: mpsc::UnboundedSender<&'static str>,
}

#[scoped(timeout = "2s")]
#[tonic::async_trait]
impl Greeter for Link {
    async fn hello(&self, request: Request<HelloRequest>) -> Result<Response<Greeting>, Status> {
        let left = tonic_scope::remaining().unwrap_or_default();
        println!("{} has {} ms", self.name, left.as_millis());
        let _end = End(self.name, self.ends.clone());
        match &self.next {
            Some(next) => next.clone().hello(request.into_inner()).await,
            None => std::future::pending().await,
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (ends, mut ended) = mpsc::unbounded_channel();
    let mut next = None;
    for name in ["back", "middle", "front"] {
        let ends = ends.clone();
        let link = serve(Link { name, next, ends })?;
        let channel = Endpoint::from_shared(link)?.connect_lazy();
        next = Some(GreeterClient::new(Scoped::new(channel)));
    }
    if let Some(front) = next
        && let Err(status) = ask(front).await
    {
        println!("caller: {:?}, {}", status.code(), status.message());
    }
    for _ in 0..3 {
        if let Some(name) = tokio::time::timeout(PATIENCE, ended.recv()).await? {
            println!("{name} has ended");
        }
    }
    Ok(())
}

#[scoped(timeout = "400ms")]
async fn ask(mut front: GreeterClient<Scoped<Channel>>) -> Result<String, Status> {
    Ok(front
        .hello(HelloRequest::default())
        .await?
        .into_inner()
        .text)
}

/// Says that a handler has ended.
struct End(&'static str, mpsc::UnboundedSender<&'static str>);

impl Drop for End {
    fn drop(&mut self) {
        let _ = self.1.send(self.0);
    }
}

/// With the layer a deadline counts from the arrival of the headers, so the time in which a handler
/// waits for its turn counts as well.
fn serve(link: Link) -> anyhow::Result<String> {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?;
    let url = format!("http://{}", incoming.local_addr()?);
    let server = Server::builder()
        .layer(ServerScopeLayer::new())
        .add_service(GreeterServer::new(link));
    tokio::spawn(server.serve_with_incoming(incoming));
    Ok(url)
}
