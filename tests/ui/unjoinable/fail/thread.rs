use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    let thread = std::thread::spawn(|| {});
    drop(thread);
    Ok(())
}

fn main() {}
