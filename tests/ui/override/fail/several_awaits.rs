use tonic::Status;
use tonic_scope::scoped;

struct Users;

impl Users {
    async fn get(self) -> Result<Self, Status> {
        Ok(self)
    }
}

#[scoped(timeout = "2s")]
async fn f() -> Result<Users, Status> {
    #[call(local)]
    Users.get().await?.get().await?;
    #[call(local)]
    let users = (#[call(timeout = "1s")] Users.get().await)?;
    #[call(local)]
    #[call(timeout = "1s")]
    users.get().await
}

fn main() {}
