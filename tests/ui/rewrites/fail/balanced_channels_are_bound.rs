use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::scoped;

#[scoped]
async fn of_a_list(endpoint: Endpoint) -> Result<(), Status> {
    let channel: Channel = Channel::balance_list([endpoint].into_iter());
    drop(channel);
    Ok(())
}

#[scoped]
async fn of_changes() -> Result<(), Status> {
    let (channel, changes) = Channel::balance_channel::<u32>(1);
    let channel: Channel = channel;
    drop((channel, changes));
    Ok(())
}

fn main() {}
