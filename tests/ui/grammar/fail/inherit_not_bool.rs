use tonic_scope::scoped;

const INHERIT: bool = false;

#[scoped(inherit = "no")]
async fn text() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(inherit = INHERIT)]
async fn constant() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {
    let _ = INHERIT;
}
