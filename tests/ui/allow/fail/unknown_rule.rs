use tonic::Status;
use tonic_scope::scoped;

#[scoped(allow(leeked, fire_and_forgot))]
async fn misspelt() -> Result<(), Status> {
    Ok(())
}

#[scoped(allow(unsafe_code))]
async fn unheard_of() -> Result<(), Status> {
    Ok(())
}

#[scoped(allow(fallible))]
async fn of_types() -> Result<(), Status> {
    Ok(())
}

#[scoped(allow)]
async fn nothing() -> Result<(), Status> {
    Ok(())
}

#[scoped(ignore = SearchClient)]
async fn no_type() -> Result<(), Status> {
    Ok(())
}

struct Handler;

#[scoped(stream(allow(leaked)))]
impl Handler {}

fn main() {}
