use tonic_scope::scoped;

#[scoped]
async fn count() -> usize {
    1
}

fn main() {}
