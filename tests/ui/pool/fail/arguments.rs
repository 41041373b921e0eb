use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped(pool = "users")]
async fn a_name() -> Result<(), Status> {
    Ok(())
}

#[scoped(pool = true)]
async fn a_flag() -> Result<(), Status> {
    Ok(())
}

#[scoped(pool(connections = 4))]
async fn limits() -> Result<(), Status> {
    Ok(())
}

#[scoped(pool, pool)]
async fn twice() -> Result<(), Status> {
    Ok(())
}

struct Service;

#[scoped(pool)]
impl Service {
    #[scoped(pool = none)]
    async fn in_a_loop_without_it(&self, peers: Vec<String>) -> Result<(), Status> {
        for peer in peers {
            ShapesClient::connect(peer).await?;
        }
        Ok(())
    }
}

fn main() {}
