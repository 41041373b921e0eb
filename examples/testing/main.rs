//! A service and its tests: each in a scope, so that one which hangs fails, and nothing is left.
//!
//! ```text
//! cargo test --example testing
//! cargo run --example testing
//! ```
//!
//! Look at `mod tests`: `#[tonic_scope::test]` is a `#[tokio::test]` whose clients, calls and
//! servers end with it. Take the answer out of `hello`, and the first test fails after its five
//! seconds, and says which call it was waiting for.

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

struct MyGreeter;

#[scoped(timeout = "1s")]
#[tonic::async_trait]
impl Greeter for MyGreeter {
    async fn hello(&self, request: Request<HelloRequest>) -> Result<Response<Greeting>, Status> {
        match request.into_inner().user {
            0 => Err(Status::invalid_argument("a user is wanted")),
            user => {
                let text = format!("hello {user}");
                Ok(Response::new(Greeting { text }))
            }
        }
    }
}

/// Serves the greeter as a task of the current scope, where there is one, and tells its URL.
fn serve() -> anyhow::Result<String> {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?;
    let url = format!("http://{}", incoming.local_addr()?);
    let server = Server::builder().add_service(GreeterServer::new(MyGreeter));
    tonic_scope::spawn(server.serve_with_incoming(incoming));
    Ok(url)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut greeter = GreeterClient::connect(serve()?).await?;
    let greeting = greeter.hello(HelloRequest { user: 7 }).await?;
    println!("{}", greeting.into_inner().text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    #[tonic_scope::test(timeout = "5s")]
    async fn a_user_is_greeted() -> anyhow::Result<()> {
        let mut greeter = GreeterClient::connect(serve()?).await?;
        let greeting = greeter.hello(HelloRequest { user: 7 }).await?;
        assert_eq!(greeting.into_inner().text, "hello 7");
        Ok(())
    }

    #[tonic_scope::test(timeout = "5s")]
    async fn nobody_is_refused() -> anyhow::Result<()> {
        let mut greeter = GreeterClient::connect(serve()?).await?;
        let status = greeter.hello(HelloRequest::default()).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        Ok(())
    }
}
