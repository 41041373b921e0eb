use tonic::Status;
use tonic::transport::Endpoint;
use tonic_scope::scoped;

#[scoped]
async fn f(peers: Vec<Endpoint>) -> Result<(), Status> {
    let channels: Vec<_> = peers.iter().map(Endpoint::connect_lazy).collect();
    drop(channels);
    Ok(())
}

fn main() {}
