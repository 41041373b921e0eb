use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::scoped;

#[scoped]
async fn f(endpoint: Endpoint) -> Result<(), Status> {
    let channel: Channel = endpoint.connect_lazy();
    drop(channel);
    Ok(())
}

fn main() {}
