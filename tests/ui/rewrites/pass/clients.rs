//! Generated clients, made in every way there is.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, unused_qualifications)]

use tonic::metadata::MetadataValue;
use tonic::service::Interceptor;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::Ask;
use tonic_scope_tests::shapes::shapes_client::{self, ShapesClient};

#[derive(Clone)]
struct Token;

impl Interceptor for Token {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("token", MetadataValue::from_static("t"));
        Ok(request)
    }
}

struct Server {
    endpoint: Endpoint,
    channel: Channel,
    shapes: ShapesClient<Scoped<Channel>>,
}

impl Server {
    #[scoped(call_timeout = "1s")]
    async fn connects(&self, dst: String) -> anyhow::Result<String> {
        let mut by_name = ShapesClient::connect("http://localhost:1").await?;
        let mut by_argument = shapes_client::ShapesClient::<Channel>::connect(dst).await?;
        let mut by_endpoint = ShapesClient::connect(self.endpoint.clone()).await?;
        by_name.unary(Ask::default()).await?;
        by_argument.unary(Ask::default()).await?;
        Ok(by_endpoint.unary(Ask::default()).await?.into_inner().text)
    }

    #[scoped]
    async fn takes_transports(&self) -> anyhow::Result<()> {
        let mut plain = ShapesClient::new(self.channel.clone()).max_decoding_message_size(1024);
        let mut intercepted = ShapesClient::with_interceptor(self.channel.clone(), Token);
        let mut by_closure = ShapesClient::with_interceptor(self.channel.clone(), |it| Token.call(it));
        let mut at_origin = ShapesClient::with_origin(self.channel.clone(), "http://a".parse()?);
        let mut qualified = <ShapesClient<Channel>>::new(self.channel.clone());
        let mut bound = ShapesClient::new(Scoped::new(self.channel.clone()));
        let mut kept = self.shapes.clone();
        plain.unary(Ask::default()).await?;
        intercepted.unary(Ask::default()).await?;
        by_closure.unary(Ask::default()).await?;
        at_origin.unary(Ask::default()).await?;
        qualified.unary(Ask::default()).await?;
        bound.unary(Ask::default()).await?;
        kept.unary(Ask::default()).await?;
        Ok(())
    }

    #[scoped]
    async fn in_one_chain(&self) -> Result<String, Status> {
        let answer = ShapesClient::new(self.channel.clone()).unary(Ask::default()).await?;
        ShapesClient::connect("http://localhost:1")
            .await
            .map_err(|error| Status::unavailable(error.to_string()))?
            .unary(Ask::default())
            .await?;
        Ok(answer.into_inner().text)
    }
}

/// No client of ours: its own `connect` stays.
struct Client;

impl Client {
    async fn connect(url: &str) -> Result<usize, Status> {
        tokio::task::yield_now().await;
        Ok(url.len())
    }
}

#[scoped]
async fn another_client() -> Result<usize, Status> {
    Client::connect("redis://a").await
}

fn is_send<T: Send>(t: T) -> T {
    t
}

#[tokio::main]
async fn main() {
    let endpoint = Endpoint::from_static("http://localhost:1");
    let channel = endpoint.connect_lazy();
    let shapes = ShapesClient::new(Scoped::new(channel.clone()));
    let server = Server { endpoint, channel, shapes };
    assert_eq!(another_client().await.unwrap(), 9);
    assert!(is_send(server.connects("http://localhost:1".into())).await.is_err());
    assert!(is_send(server.takes_transports()).await.is_err());
    assert!(is_send(server.in_one_chain()).await.is_err());
}
