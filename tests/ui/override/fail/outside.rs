use tonic::Status;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

#[tonic_scope::call(timeout = "1s")]
async fn f() -> Result<u32, Status> {
    get().await
}

fn main() {
    drop(f());
}
