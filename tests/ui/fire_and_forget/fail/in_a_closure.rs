use tonic::Status;
use tonic_scope::scoped;

async fn work() {}

#[scoped]
async fn f() -> Result<(), Status> {
    [1, 2].iter().for_each(|_| {
        tokio::spawn(work());
    });
    Ok(())
}

fn main() {}
