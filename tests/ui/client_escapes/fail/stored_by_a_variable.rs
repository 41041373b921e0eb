use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

type Client = ShapesClient<Scoped<Channel>>;

struct Server {
    client: Option<Client>,
}

impl Server {
    #[scoped]
    async fn f(&mut self, peer: String) -> Result<(), Status> {
        let client = ShapesClient::connect(peer).await?.max_decoding_message_size(1);
        self.client = Some(client.clone());
        Ok(())
    }
}

fn main() {}
