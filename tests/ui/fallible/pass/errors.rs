//! Errors that can carry the end of a scope.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::error::Error;

use tonic_scope::{ScopeError, scoped};

#[scoped]
async fn status() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped]
async fn opaque() -> anyhow::Result<()> {
    Ok(())
}

#[scoped]
async fn boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
    Ok(())
}

#[scoped]
async fn scopes_own() -> Result<(), ScopeError> {
    Ok(())
}

#[derive(Debug)]
enum Mine {
    Ended(ScopeError),
}

impl From<ScopeError> for Mine {
    fn from(error: ScopeError) -> Self {
        Self::Ended(error)
    }
}

type Answer<T> = Result<T, Mine>;

#[scoped]
async fn an_alias() -> Answer<()> {
    Ok(())
}

#[scoped]
async fn generic<T: Default, E: From<ScopeError>>() -> Result<T, E> {
    Ok(T::default())
}

fn main() {}
