//! A test that is checked for leaks, or not, or by its own measure.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

#[tonic_scope::test(leaks = true)]
async fn checked() {}

#[tonic_scope::test(leaks = false)]
async fn unchecked() -> Result<(), tonic::Status> {
    Ok(())
}

#[tonic_scope::test(
    leaks = tonic_scope::testing::LeakCheck::new()
        .ignore_name("audit")
        .ignore_place("src/metrics.rs:12"),
    timeout = "5s"
)]
async fn by_its_own_measure() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
