use tonic::Status;
use tonic_scope::scoped;

#[scoped(allow(leeked, fire_and_forgot))]
async fn f() -> Result<(), Status> {
    Ok(())
}

fn main() {}
