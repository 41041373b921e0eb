use std::collections::HashMap;
use std::sync::Mutex;

use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

type Client = ShapesClient<Scoped<Channel>>;

struct Server {
    clients: Mutex<HashMap<String, Client>>,
}

impl Server {
    #[scoped]
    async fn f(&self, peer: String) -> Result<(), Status> {
        let client = match ShapesClient::connect(peer.clone()).await {
            Ok(client) => client,
            Err(_) => ShapesClient::connect("http://a").await?,
        };
        self.clients.lock().unwrap().insert(peer, client);
        Ok(())
    }
}

fn main() {}
