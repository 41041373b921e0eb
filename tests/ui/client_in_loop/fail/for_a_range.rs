use futures::future::join_all;
use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};

#[scoped]
async fn f() -> Result<(), Status> {
    let calls = (0..3).map(|n| async move {
        let mut client = ShapesClient::connect(format!("http://peer{n}")).await?;
        client.unary(Ask::default()).await
    });
    join_all(calls).await;
    Ok(())
}

fn main() {}
