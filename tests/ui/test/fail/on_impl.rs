struct X;

#[tonic_scope::test]
impl X {}

fn main() {}
