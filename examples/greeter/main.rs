//! A handler that is a client as well: its client and its call have its deadline, and end with it.
//!
//! ```text
//! cargo run --example greeter
//! ```
//!
//! The greeter asks the service `users` for a name, through a client that it makes for the one
//! call. User 1 is there; the answer for any other never comes. Look for:
//!
//! 1. a greeting;
//! 2. `DeadlineExceeded`, though nobody wrote a timeout into the greeter's call: the time that is
//!    left goes along with it. The message says which limit it was, and what was under way;
//! 3. `users` let go of the question that nobody waits for any more;
//! 4. no scope and no connection of the greeter is left.

use std::time::Duration;

use tokio::sync::mpsc;
use tonic::{
    Request, Response, Status,
    transport::{
        Channel, Endpoint, Server,
        server::{Router, TcpIncoming},
    },
};
use tonic_scope::{Scoped, scoped};
use tonic_scope_examples::ladder::{
    Greeting, HelloRequest, User, UserId,
    greeter_client::GreeterClient,
    greeter_server::{Greeter, GreeterServer},
    users_client::UsersClient,
    users_server::{Users, UsersServer},
};

const PATIENCE: Duration = Duration::from_secs(10);

struct MyGreeter {
    users: String,
}

#[scoped(timeout = "500ms")]
#[tonic::async_trait]
impl Greeter for MyGreeter {
    async fn hello(&self, request: Request<HelloRequest>) -> Result<Response<Greeting>, Status> {
        let id = request.into_inner().user;
        let mut users = UsersClient::connect(self.users.clone()).await?; // closed on exit
        let name = users.get(UserId { id }).await?.into_inner().name; // in the time that is left
        let text = format!("hello {name}");
        Ok(Response::new(Greeting { text }))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (dropped, mut drops) = mpsc::unbounded_channel();
    let users = serve(Server::builder().add_service(UsersServer::new(Directory { dropped })))?;
    let greeter = serve(Server::builder().add_service(GreeterServer::new(MyGreeter { users })))?;
    let channel = Endpoint::from_shared(greeter)?.connect().await?;
    let greeter = GreeterClient::new(Scoped::new(channel));

    for user in [1, 2] {
        match ask(greeter.clone(), user).await {
            Ok(greeting) => println!("user {user}: {greeting}"),
            Err(status) => println!("user {user}: {:?}, {}", status.code(), status.message()),
        }
    }
    if let Some(id) = tokio::time::timeout(PATIENCE, drops.recv()).await? {
        println!("users: nobody waits for user {id} any more");
    }
    println!("scopes alive: {}", tonic_scope::monitor::live_scopes());
    Ok(())
}

/// A long-lived client: wrapped once in `Scoped`, it binds each call to the scope that it is made in.
#[scoped(timeout = "1s")]
async fn ask(mut greeter: GreeterClient<Scoped<Channel>>, user: u64) -> Result<String, Status> {
    Ok(greeter
        .hello(HelloRequest { user })
        .await?
        .into_inner()
        .text)
}

/// A peer in plain tonic that hangs.
struct Directory {
    dropped: mpsc::UnboundedSender<u64>,
}

#[tonic::async_trait]
impl Users for Directory {
    async fn get(&self, request: Request<UserId>) -> Result<Response<User>, Status> {
        let id = request.into_inner().id;
        if id != 1 {
            let _question = Question(id, self.dropped.clone());
            std::future::pending::<()>().await;
        }
        let name = "Ada".to_owned();
        Ok(Response::new(User { name }))
    }
}

/// Says that its handler was dropped.
struct Question(u64, mpsc::UnboundedSender<u64>);

impl Drop for Question {
    fn drop(&mut self) {
        let _ = self.1.send(self.0);
    }
}

fn serve(router: Router) -> anyhow::Result<String> {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?;
    let url = format!("http://{}", incoming.local_addr()?);
    tokio::spawn(router.serve_with_incoming(incoming));
    Ok(url)
}
