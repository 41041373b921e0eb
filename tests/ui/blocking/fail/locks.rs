use tokio::sync::{Mutex, RwLock};
use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f(shared: &Mutex<u8>, table: &RwLock<u8>) -> Result<(), Status> {
    *shared.blocking_lock() += *table.blocking_read();
    *table.blocking_write() += 1;
    Ok(())
}

fn main() {}
