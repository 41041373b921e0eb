use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<&'static str, Status> {
    let text = String::from("a");
    Ok(&text)
}

fn main() {}
