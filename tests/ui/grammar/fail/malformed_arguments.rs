use tonic_scope::scoped;

#[scoped("2s")]
async fn no_name() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(timeout)]
async fn no_value() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(timeout("2s"))]
async fn no_equals_sign() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(timeout = "2s" idle = "1s")]
async fn no_comma() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
