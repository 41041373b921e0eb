use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;
use tonic::Status;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic_scope::scoped;
use tower::service_fn;

async fn connection(_: Uri) -> Result<TokioIo<DuplexStream>, std::io::Error> {
    Ok(TokioIo::new(tokio::io::duplex(64).0))
}

#[scoped]
async fn at_once(endpoint: Endpoint) -> Result<(), Status> {
    let channel: Channel = endpoint.connect_with_connector(service_fn(connection)).await?;
    drop(channel);
    Ok(())
}

#[scoped]
async fn lazy(endpoint: Endpoint) -> Result<(), Status> {
    let channel: Channel = endpoint.connect_with_connector_lazy(service_fn(connection));
    drop(channel);
    Ok(())
}

fn main() {}
