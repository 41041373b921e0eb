use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    loop {
        drop(Channel::balance_list([Endpoint::from_static("http://a")].into_iter()));
    }
}

fn main() {}
