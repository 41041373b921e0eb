use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Uri};
use tonic::{Request, Status};
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

type Interceptor = fn(Request<()>) -> Result<Request<()>, Status>;

#[scoped]
async fn plain(channel: Channel) -> Result<(), Status> {
    let client: ShapesClient<Channel> = ShapesClient::new(channel);
    drop(client);
    Ok(())
}

#[scoped]
async fn intercepted(channel: Channel) -> Result<(), Status> {
    let client: ShapesClient<InterceptedService<Channel, Interceptor>> =
        ShapesClient::with_interceptor(channel, Ok as Interceptor);
    drop(client);
    Ok(())
}

#[scoped]
async fn at_an_origin(channel: Channel, origin: Uri) -> Result<(), Status> {
    let client: ShapesClient<Channel> = ShapesClient::with_origin(channel, origin);
    drop(client);
    Ok(())
}

fn main() {}
