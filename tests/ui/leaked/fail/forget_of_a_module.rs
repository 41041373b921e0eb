use std::mem;

use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f(bytes: Vec<u8>) -> Result<(), Status> {
    mem::forget(bytes);
    Ok(())
}

fn main() {}
