use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

type Client = ShapesClient<Scoped<Channel>>;

struct Server {
    client: Option<Client>,
}

impl Server {
    #[scoped]
    async fn f(&mut self, endpoint: Endpoint) -> Result<(), Status> {
        let channel = Endpoint::connect_lazy(&endpoint);
        self.client = Some(ShapesClient::new(channel));
        Ok(())
    }
}

fn main() {}
