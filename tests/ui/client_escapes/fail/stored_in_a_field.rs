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
        self.client = Some(ShapesClient::connect(peer).await?);
        Ok(())
    }
}

fn main() {}
