#![deny(unused_variables)]

use tonic::{Request, Response, Status};
use tonic_scope::scoped;

#[scoped]
async fn function(used: u32, unused: u32, (a, b): (u32, u32)) -> Result<u32, Status> {
    Ok(used + a)
}

struct Service;

#[scoped]
impl Service {
    async fn method(&self, request: Request<u32>) -> Result<Response<u32>, Status> {
        Ok(Response::new(1))
    }
}

fn main() {}
