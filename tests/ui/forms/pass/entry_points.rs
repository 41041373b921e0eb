//! Below and above what makes a runtime.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::Status;
use tonic_scope::{Scope, scoped};

#[tokio::main]
#[scoped(timeout = "5s")]
async fn above() -> Result<&'static str, Status> {
    Ok(Scope::current().expect("in a scope").name())
}

#[scoped(timeout = "5s", allow(blocking))]
#[tokio::main]
async fn main() -> Result<(), Status> {
    assert_eq!(Scope::current().expect("in a scope").name(), "main");
    let name = tokio::task::block_in_place(|| std::thread::scope(|it| it.spawn(above).join()));
    assert_eq!(name.expect("it returns")?, "above");
    Ok(())
}
