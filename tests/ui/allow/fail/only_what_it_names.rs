use tonic::Status;
use tonic_scope::scoped;

struct Handler;

#[scoped(allow(leaked))]
impl Handler {
    #[scoped(allow(blocking))]
    async fn both_and_no_more(&self) -> Result<(), Status> {
        std::mem::forget(vec![1]);
        std::thread::sleep(std::time::Duration::ZERO);
        tokio::spawn(async {});
        Ok(())
    }

    async fn of_the_impl_alone(&self) -> Result<(), Status> {
        std::mem::forget(vec![1]);
        std::thread::sleep(std::time::Duration::ZERO);
        Ok(())
    }
}

fn main() {}
