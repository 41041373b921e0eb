use tonic_scope::scoped;

#[scoped(call_timeout = "1 fortnight")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
