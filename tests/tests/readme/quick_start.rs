use tonic_scope::{Scoped, scoped};

struct MyGreeter {
    users: UsersClient<Scoped<Channel>>, // long-lived: binds each call to the scope it is made in
    friends: String,
}

#[scoped(timeout = "2s", call_timeout = "500ms", stream(idle = "30s"))]
#[tonic::async_trait]
impl Greeter for MyGreeter {
    type WatchStream = ReceiverStream<Result<Reply, Status>>; // any stream type

    async fn hello(&self, request: Request<HelloRequest>) -> Result<Response<Reply>, Status> {
        let id = UserId { id: request.into_inner().user };
        let user = self.users.clone().get(id).await?; // carries the time that is left
        let mut friends = UsersClient::connect(self.friends.clone()).await?; // closed on exit
        let friend = tokio::spawn(async move { friends.get(id).await }); // cannot outlive the call
        tonic_scope::detach("audit", AUDIT_LIMIT, audit(id)); // outlives it, by name, with its own limit
        let friend = friend.await.map_err(|error| Status::internal(error.to_string()))??;
        let text = format!("{} and {}", user.get_ref().name, friend.get_ref().name);
        Ok(Response::new(Reply { text }))
    }

    async fn watch(&self, _: Request<Topic>) -> Result<Response<Self::WatchStream>, Status> {
        let (replies, stream) = tokio::sync::mpsc::channel(1);
        tokio::spawn(produce(replies)); // ends with the stream
        Ok(Response::new(ReceiverStream::new(stream))) // owns the scope from here on
    }
}

// Any async fn that returns a `Result` whose error can be made from a `ScopeError`.
#[scoped(timeout = "1s")]
async fn name_of(id: u64, users: String) -> anyhow::Result<String> {
    let mut users = UsersClient::connect(users).await?;
    let user = #[call(timeout = "200ms")] users.get(UserId { id }).await?; // for this call alone
    Ok(user.into_inner().name)
}
