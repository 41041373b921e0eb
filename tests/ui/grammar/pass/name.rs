//! What a scope is called.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::Status;
use tonic_scope::{Scope, scoped};

fn name() -> &'static str {
    Scope::current().expect("in a scope").name()
}

#[scoped]
async fn function() -> Result<&'static str, Status> {
    Ok(name())
}

#[scoped(name = "another name")]
async fn named() -> Result<&'static str, Status> {
    Ok(name())
}

struct Service<T>(T);

#[scoped]
impl<T: Sync> Service<T> {
    async fn method(&self) -> Result<&'static str, Status> {
        Ok(name())
    }
}

#[scoped(name = "Users")]
impl Service<()> {
    async fn get(&self) -> Result<&'static str, Status> {
        Ok(name())
    }

    #[scoped(name = "all users")]
    async fn list(&self) -> Result<&'static str, Status> {
        Ok(name())
    }
}

#[tokio::main]
async fn main() {
    assert_eq!(function().await.unwrap(), "function");
    assert_eq!(named().await.unwrap(), "another name");
    assert_eq!(Service(()).method().await.unwrap(), "Service::method");
    assert_eq!(Service(()).get().await.unwrap(), "Users::get");
    assert_eq!(Service(()).list().await.unwrap(), "all users");
}
