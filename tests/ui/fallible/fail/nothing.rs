use tonic_scope::scoped;

#[scoped]
async fn refresh() {}

fn main() {}
