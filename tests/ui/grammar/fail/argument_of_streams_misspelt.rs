use tonic_scope::scoped;

struct Cache;

#[scoped(stream(idel = "1s"))]
impl Cache {}

fn main() {}
