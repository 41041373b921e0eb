use tonic_scope::scoped;

#[scoped]
async fn first() -> Option<u32> {
    None
}

fn main() {}
