use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::{Scoped, scoped};

#[scoped]
async fn f(endpoint: Endpoint) -> Result<Scoped<Channel>, Status> {
    Ok(endpoint.connect_lazy())
}

fn main() {}
