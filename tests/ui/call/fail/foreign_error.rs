use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f(future: impl Future<Output = Result<(), u32>>) -> Result<(), Status> {
    #[call(timeout = "1s")]
    future.await.map_err(|n| Status::internal(n.to_string()))
}

fn main() {}
