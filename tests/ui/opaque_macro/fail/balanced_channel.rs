use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::scoped;

macro_rules! run {
    ($value:expr) => {
        $value
    };
}

#[scoped]
async fn f(endpoints: std::vec::IntoIter<Endpoint>) -> Result<(), Status> {
    drop(run!(Channel::balance_list(endpoints)));
    Ok(())
}

fn main() {}
