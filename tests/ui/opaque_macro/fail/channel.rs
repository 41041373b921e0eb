use tonic::Status;
use tonic::transport::Endpoint;
use tonic_scope::scoped;

macro_rules! run {
    ($value:expr) => {
        $value
    };
}

#[scoped]
async fn f(endpoint: Endpoint) -> Result<(), Status> {
    drop(run!(endpoint.connect_lazy()));
    Ok(())
}

fn main() {}
