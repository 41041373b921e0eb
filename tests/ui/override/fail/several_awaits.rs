use tonic::Status;
use tonic_scope::scoped;

struct Users;

impl Users {
    async fn get(self) -> Result<Self, Status> {
        Ok(self)
    }
}

#[scoped(timeout = "2s")]
async fn f() -> Result<(), Status> {
    #[call(local)]
    Users.get().await?.get().await?;
    Ok(())
}

fn main() {}
