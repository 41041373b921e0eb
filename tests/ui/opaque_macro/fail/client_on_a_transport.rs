use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client;

macro_rules! run {
    ($value:expr) => {
        $value
    };
}

#[scoped]
async fn f(channel: Channel) -> Result<(), Status> {
    drop(run!(shapes_client::ShapesClient::<Channel>::new(channel)));
    Ok(())
}

fn main() {}
