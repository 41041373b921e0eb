use tonic_scope::scoped;

#[scoped]
fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {
    // It is still there.
    let _ = refresh();
}
