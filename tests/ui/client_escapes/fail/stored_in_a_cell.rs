use tokio::sync::OnceCell;
use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

type Client = ShapesClient<Scoped<Channel>>;

struct Server {
    lazy: OnceCell<Client>,
}

impl Server {
    #[scoped]
    async fn f(&self, peer: String) -> Result<(), Status> {
        self.lazy.get_or_try_init(|| async { ShapesClient::connect(peer).await }).await?;
        Ok(())
    }
}

fn main() {}
