#[tonic_scope::test]
fn not_async() {}

fn main() {}
