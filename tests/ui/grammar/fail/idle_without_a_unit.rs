use tonic_scope::scoped;

#[scoped(idle = 30)]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
