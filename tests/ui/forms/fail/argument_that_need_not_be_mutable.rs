#![deny(unused_mut)]

use tonic::{Request, Status};
use tonic_scope::scoped;

#[scoped]
async fn f(mut request: Request<u32>, mut n: u32) -> Result<u32, Status> {
    n += 1;
    Ok(request.into_inner() + n)
}

fn main() {}
