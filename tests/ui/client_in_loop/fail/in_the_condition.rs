use tonic::Status;
use tonic::transport::Endpoint;
use tonic_scope::scoped;

#[scoped]
async fn f(endpoint: Endpoint) -> Result<(), Status> {
    while let Ok(channel) = endpoint.connect().await {
        drop(channel);
    }
    Ok(())
}

fn main() {}
