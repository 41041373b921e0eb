use std::pin::Pin;

use tonic_scope::scoped;

#[scoped]
fn refresh() -> Pin<Box<dyn Future<Output = Result<(), tonic::Status>> + Send>> {
    let started = true;
    Box::pin(async move {
        assert!(started);
        Ok(())
    })
}

fn main() {
    let _ = refresh();
}
