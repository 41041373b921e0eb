use tonic::Status;
use tonic::transport::Endpoint;
use tonic_scope::scoped;

#[scoped]
async fn f(peers: impl Iterator<Item = Endpoint>) -> Result<(), Status> {
    let channels: Vec<_> = peers.map(|peer| peer.connect_lazy()).collect();
    drop(channels);
    Ok(())
}

fn main() {}
