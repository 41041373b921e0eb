use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

macro_rules! run {
    ($value:expr) => {
        $value
    };
}

#[scoped]
async fn f(peer: String) -> Result<(), Status> {
    let client = run!(Some(peer).map(ShapesClient::connect));
    drop(client);
    Ok(())
}

fn main() {}
