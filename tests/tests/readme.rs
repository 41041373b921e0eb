//! What the README shows compiles, and does what it says.

use std::time::Duration;

use tokio::{net::TcpListener, sync::mpsc::Sender};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::{
    Request, Response, Status,
    transport::{Channel, Endpoint, Server},
};
use tonic_scope_tests::quick_start::{
    HelloRequest, Reply, Topic, User, UserId,
    greeter_client::GreeterClient,
    greeter_server::{Greeter, GreeterServer},
    users_client::UsersClient,
    users_server::{Users, UsersServer},
};

const AUDIT_LIMIT: Duration = Duration::from_secs(5);

include!("readme/quick_start.rs");

async fn audit(_: UserId) {
    tokio::task::yield_now().await;
}

async fn produce(replies: Sender<Result<Reply, Status>>) {
    for text in ["one", "two"] {
        let reply = Reply {
            text: text.to_owned(),
        };
        if replies.send(Ok(reply)).await.is_err() {
            return;
        }
    }
}

#[test]
fn the_readmes_show_the_code_that_is_tested_here() {
    let tested = include_str!("readme/quick_start.rs");
    assert!(include_str!("../../README.md").contains(tested));
    assert!(include_str!("../../runtime/README.md").contains(tested));
}

#[tokio::test]
async fn the_quick_start_runs() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let friends = format!("http://{}", listener.local_addr().unwrap());
    let users = Server::builder().add_service(UsersServer::new(Directory));
    tokio::spawn(users.serve_with_incoming(TcpListenerStream::new(listener)));
    let channel = Endpoint::from_shared(friends.clone())
        .unwrap()
        .connect()
        .await
        .unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let greeter = MyGreeter {
        users: UsersClient::new(Scoped::new(channel)),
        friends: friends.clone(),
    };
    let greeter = Server::builder().add_service(GreeterServer::new(greeter));
    tokio::spawn(greeter.serve_with_incoming(TcpListenerStream::new(listener)));

    let mut client = GreeterClient::connect(url).await.unwrap();
    let reply = client.hello(HelloRequest { user: 7 }).await.unwrap();
    assert_eq!(reply.get_ref().text, "user 7 and user 7");
    let mut replies = client.watch(Topic::default()).await.unwrap().into_inner();
    assert_eq!(replies.message().await.unwrap().unwrap().text, "one");
    assert_eq!(replies.message().await.unwrap().unwrap().text, "two");
    assert!(replies.message().await.unwrap().is_none());
    assert_eq!(name_of(1, friends).await.unwrap(), "user 1");
}

struct Directory;

#[tonic::async_trait]
impl Users for Directory {
    async fn get(&self, request: Request<UserId>) -> Result<Response<User>, Status> {
        let name = format!("user {}", request.into_inner().id);
        Ok(Response::new(User { name }))
    }
}
