use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f(tasks: Vec<tokio::task::JoinHandle<()>>) -> Result<(), Status> {
    tasks.into_iter().for_each(std::mem::forget);
    Ok(())
}

fn main() {}
