use tonic::Status;
use tonic::transport::Endpoint;
use tonic_scope::scoped;

#[scoped]
async fn f(endpoints: Vec<Endpoint>) -> Result<(), Status> {
    for endpoint in &endpoints {
        drop(Endpoint::connect(endpoint).await?);
    }
    Ok(())
}

fn main() {}
