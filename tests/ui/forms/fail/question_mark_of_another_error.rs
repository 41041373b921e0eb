use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f(text: &str) -> Result<u32, Status> {
    Ok(text.parse::<u32>()?)
}

fn main() {}
