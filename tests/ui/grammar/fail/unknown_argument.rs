use tonic_scope::scoped;

#[scoped(timout = "2s")]
async fn misspelt() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(deadline = "2s")]
async fn unheard_of() -> Result<(), tonic::Status> {
    Ok(())
}

struct Cache;

#[scoped(strem(idle = "1s"))]
impl Cache {}

#[scoped(stream(idel = "1s", name = "cache"))]
impl Cache {}

fn main() {}
