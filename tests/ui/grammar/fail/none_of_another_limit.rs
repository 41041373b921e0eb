use tonic_scope::scoped;

#[scoped(timeout = "2s", call_timeout = none)]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
