//! Clients that stay, and names that look like theirs.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::items_after_statements, clippy::unused_async, clippy::unused_self)]

use std::sync::{Mutex, OnceLock};

use tonic::transport::{Channel, Endpoint};
use tonic::{Response, Status, Streaming};
use tonic_scope::{Scoped, ScopedStream, scoped};
use tonic_scope_tests::shapes::{Answer, Ask, shapes_client::ShapesClient};

type Client = ShapesClient<Scoped<Channel>>;

static NAMES: OnceLock<String> = OnceLock::new();

struct Server {
    shared: Scoped<Channel>,
    client: Mutex<Option<Client>>,
    answer: Option<Answer>,
    last: Mutex<Vec<String>>,
}

impl Server {
    /// What a client answers may go anywhere.
    #[scoped]
    async fn stores_answers(&mut self, peer: String) -> Result<(), Status> {
        let mut client = ShapesClient::connect(peer).await?;
        let answer = client.unary(Ask::default()).await?.into_inner();
        self.last.lock().unwrap().push(answer.text.clone());
        let _ = NAMES.set(answer.text.clone());
        self.answer = Some(answer);
        self.answer = Some(ShapesClient::connect("http://a").await?.unary(Ask::default()).await?.into_inner());
        Ok(())
    }

    /// On a shared transport a client is as long-lived as that.
    #[scoped]
    async fn stores_long_lived_ones(&self) -> Result<(), Status> {
        let client = ShapesClient::new(self.shared.clone());
        *self.client.lock().unwrap() = Some(client);
        Ok(())
    }

    #[scoped]
    async fn stores_here(&self, peer: String) -> Result<(), Status> {
        let mut clients = Vec::new();
        clients.push(ShapesClient::connect(peer.clone()).await?);
        let cell = OnceLock::new();
        let _ = cell.set(ShapesClient::connect(peer).await?);
        let mut slot = None;
        if clients.is_empty() {
            slot = cell.into_inner();
        }
        drop((slot, clients));
        Ok(())
    }

    /// A name may be bound anew.
    #[scoped]
    async fn shadows(&self, peer: String) -> Result<(), Status> {
        let client = ShapesClient::connect(peer).await?;
        drop(client);
        {
            let client = ShapesClient::new(self.shared.clone());
            *self.client.lock().unwrap() = Some(client);
        }
        let taken = self.client.lock().unwrap().take();
        if let Some(client) = taken {
            *self.client.lock().unwrap() = Some(client);
        }
        Ok(())
    }

    /// A reference is to one that lives elsewhere.
    #[scoped]
    async fn returns_a_reference<'a>(&self, client: &'a Client) -> Result<&'a Client, Status> {
        Ok(client)
    }

    #[scoped(idle = "1s")]
    async fn returns_a_scoped_stream(&self, peer: String) -> Result<ScopedStream<Streaming<Answer>>, Status> {
        let answers = ShapesClient::connect(peer).await?.download(Ask::default()).await?;
        Ok(ScopedStream::new(answers.into_inner()))
    }
}

mod messages {
    #[derive(Default)]
    pub(crate) struct Channel;
    #[derive(Default)]
    pub(crate) struct OauthClient;
}

use messages::OauthClient;

/// Messages in a response are no clients.
#[scoped]
async fn message_of_that_name() -> Result<Response<OauthClient>, Status> {
    Ok(Response::new(OauthClient))
}

#[scoped]
async fn of_another_module() -> Result<messages::Channel, Status> {
    Ok(messages::Channel)
}

#[scoped(ignore(OauthClient))]
async fn ignored() -> Result<OauthClient, Status> {
    Ok(OauthClient)
}

#[scoped(allow(client_escapes))]
async fn as_it_is_meant(endpoint: Endpoint) -> Result<Scoped<Channel>, Status> {
    Ok(endpoint.connect_lazy())
}

#[tokio::main]
async fn main() {
    assert!(message_of_that_name().await.is_ok());
    assert!(ignored().await.is_ok());
}
