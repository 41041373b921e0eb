use std::rc::Rc;

use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    let local = Rc::new(1);
    tokio::spawn(async move { drop(local) }).await.map_err(|_| Status::internal("lost"))
}

fn main() {}
