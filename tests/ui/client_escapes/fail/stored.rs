use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use tokio::sync::OnceCell;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

type Client = ShapesClient<Scoped<Channel>>;

static CLIENT: OnceLock<Client> = OnceLock::new();
static SHARED: OnceCell<Client> = OnceCell::const_new();
static SLOT: Mutex<Option<Client>> = Mutex::new(None);

struct Server {
    endpoint: Endpoint,
    client: Option<Client>,
    clients: Mutex<HashMap<String, Client>>,
    lazy: OnceCell<Client>,
}

impl Server {
    #[scoped]
    async fn in_a_field(&mut self, peer: String) -> Result<(), Status> {
        self.client = Some(ShapesClient::connect(peer).await?);
        Ok(())
    }

    #[scoped]
    async fn by_a_variable(&mut self, peer: String) -> Result<(), Status> {
        let client = ShapesClient::connect(peer).await?.max_decoding_message_size(1);
        self.client = Some(client.clone());
        let channel = self.endpoint.connect_lazy();
        self.client = Some(ShapesClient::new(channel));
        Ok(())
    }

    #[scoped]
    async fn in_a_map(&self, peer: String) -> Result<(), Status> {
        let client = match ShapesClient::connect(peer.clone()).await {
            Ok(client) => client,
            Err(_) => ShapesClient::connect("http://a").await?,
        };
        self.clients.lock().unwrap().insert(peer, client);
        Ok(())
    }

    #[scoped]
    async fn in_a_cell(&self) -> Result<Option<u8>, Status> {
        self.lazy.get_or_try_init(|| async { ShapesClient::connect("http://a").await }).await?;
        Ok(None)
    }
}

#[scoped]
async fn in_statics(peer: String) -> Result<(), Status> {
    let _ = CLIENT.set(ShapesClient::connect(peer.clone()).await?);
    SHARED.get_or_try_init(async || ShapesClient::connect(peer.clone()).await).await?;
    *SLOT.lock().unwrap() = Some(ShapesClient::connect(peer.clone()).await?);
    Ok(())
}

#[scoped]
async fn in_what_was_given(slot: &mut Option<Client>, all: Arc<Mutex<Vec<Client>>>) -> Result<(), Status> {
    *slot = ShapesClient::connect("http://a").await.ok();
    drop(all);
    Ok(())
}

fn main() {}
