use tonic_scope::scoped;

#[scoped]
async fn refresh(dst: &str) -> Result<(), tonic::Status> {
    let users = dst.;
    Ok(())
}

fn main() {
    // The signature is still there, and checked.
    let _ = refresh(1);
}
