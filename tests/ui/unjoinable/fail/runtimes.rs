use tokio::runtime::{Handle, Runtime};
use tonic::Status;
use tonic_scope::scoped;

struct Server {
    runtime: Runtime,
    io_rt: Handle,
}

impl Server {
    #[scoped]
    async fn by_fields(&self) -> Result<(), Status> {
        let _task = self.runtime.spawn(async {});
        let _task = self.io_rt.spawn(async {});
        let _task = self.runtime.handle().clone().spawn(async {});
        Ok(())
    }

    #[scoped]
    async fn by_handles(&self, rt: &Runtime, other: tokio::runtime::Handle) -> Result<(), Status> {
        let _task = Handle::current().spawn(async {});
        let _task = tokio::runtime::Handle::try_current().unwrap().spawn(async {});
        let handle = Handle::current();
        let _task = handle.spawn(async {});
        let _task = rt.spawn(async {});
        let _task = other.spawn(async {});
        Ok(())
    }
}

fn main() {}
