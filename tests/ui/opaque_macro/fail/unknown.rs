use tokio::task;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

macro_rules! run {
    ($value:expr) => {
        $value
    };
    (later: $($tokens:tt)*) => {};
}

#[scoped]
async fn clients(peer: String, channel: Channel) -> Result<(), Status> {
    let _ = run!(ShapesClient::connect(peer)).await;
    run!(later: { let a = [tonic_scope_tests::shapes::shapes_client::ShapesClient::<Channel>::new(channel)]; });
    run!(later: ShapesClient::with_interceptor(channel, Ok));
    Ok(())
}

#[scoped]
async fn channels(endpoint: Endpoint) -> Result<(), Status> {
    run!(later: endpoint.connect_lazy(); Channel::balance_list(all));
    Ok(())
}

#[scoped]
async fn tasks() -> Result<(), Status> {
    let _a = run!(tokio::spawn(async {}));
    let _b = run!(task::spawn(async {}));
    run!(later: all.map(tokio::spawn));
    Ok(())
}

fn main() {}
