use tonic_scope::scoped;

struct Cache;

#[scoped(stream(name = "cache"))]
impl Cache {}

fn main() {}
