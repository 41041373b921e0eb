use tonic::Status;
use tonic::transport::Endpoint;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    loop {
        drop(Endpoint::from_static("http://a").tcp_nodelay(true).connect().await?);
    }
}

fn main() {}
