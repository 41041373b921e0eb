use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f(text: String) -> Result<&'static str, Status> {
    Ok(Box::leak(text.into_boxed_str()))
}

fn main() {}
