use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<u64, Status> {
    let sum: u64 = tokio::task::block_in_place(|| (0..1_000_000).sum());
    Ok(sum)
}

fn main() {}
