use tokio::runtime::Runtime;
use tonic::Status;
use tonic_scope::scoped;

struct Server {
    runtime: Runtime,
}

impl Server {
    #[scoped]
    async fn f(&self) -> Result<(), Status> {
        let _task = self.runtime.spawn(async {});
        let _task = self.runtime.handle().clone().spawn(async {});
        Ok(())
    }
}

fn main() {}
