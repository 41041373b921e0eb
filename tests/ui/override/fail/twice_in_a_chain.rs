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
    let users = (#[call(timeout = "1s")] Users.get().await)?;
    drop(users);
    Ok(())
}

fn main() {}
