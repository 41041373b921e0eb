use tonic_scope::scoped;

#[derive(Debug)]
struct Refused;

#[scoped]
async fn refresh() -> Result<(), Refused> {
    Err(Refused)
}

fn main() {}
