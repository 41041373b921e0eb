use tonic_scope::scoped;

struct Handler;

#[scoped(stream(allow(leaked)))]
impl Handler {}

fn main() {}
