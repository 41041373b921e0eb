//! A client for each call, with a connection for each, and with one that is borrowed.
//!
//! ```text
//! cargo run --example pool
//! ```
//!
//! The two functions differ in one word, `pool`. Look for how many connections the server has
//! accepted after a hundred calls of each.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::StreamExt;
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use tonic_scope::{pool, scoped};
use tonic_scope_examples::ladder::{
    User, UserId,
    users_client::UsersClient,
    users_server::{Users, UsersServer},
};

const CALLS: u64 = 100;

#[scoped(timeout = "5s")]
async fn own_connection(users: String, id: u64) -> Result<User, Status> {
    let mut users = UsersClient::connect(users).await?; // closed with the scope
    Ok(users.get(UserId { id }).await?.into_inner())
}

#[scoped(timeout = "5s", pool)]
async fn borrowed(users: String, id: u64) -> Result<User, Status> {
    let mut users = UsersClient::connect(users).await?; // given back with the scope
    Ok(users.get(UserId { id }).await?.into_inner())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let accepted = Arc::new(AtomicUsize::new(0));
    let counted = accepted.clone();
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?;
    let url = format!("http://{}", incoming.local_addr()?);
    let incoming = incoming.inspect(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let server = Server::builder().add_service(UsersServer::new(Directory));
    tokio::spawn(server.serve_with_incoming(incoming));

    for id in 0..CALLS {
        own_connection(url.clone(), id).await?;
    }
    let own = accepted.swap(0, Ordering::Relaxed);
    println!("{CALLS} calls, a connection for each: {own} connections");

    for id in 0..CALLS {
        borrowed(url.clone(), id).await?;
    }
    let borrowed = accepted.swap(0, Ordering::Relaxed);
    println!("{CALLS} calls from the pool: {borrowed} connections");

    let counts = pool::default().snapshot().counts;
    println!(
        "the pool: {} leases, {} connected",
        counts.leases, counts.connected
    );
    pool::default().close().await;
    Ok(())
}

struct Directory;

#[tonic::async_trait]
impl Users for Directory {
    async fn get(&self, request: Request<UserId>) -> Result<Response<User>, Status> {
        let name = format!("user {}", request.into_inner().id);
        Ok(Response::new(User { name }))
    }
}
