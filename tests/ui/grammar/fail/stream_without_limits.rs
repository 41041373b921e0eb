use tonic_scope::scoped;

struct Cache;

#[scoped(stream())]
impl Cache {}

#[scoped(stream = "30s")]
impl Cache {}

fn main() {}
