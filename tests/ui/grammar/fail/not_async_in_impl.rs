use tonic_scope::scoped;

struct Cache;

#[scoped]
impl Cache {
    #[scoped(timeout = "1s")]
    fn size(&self) -> usize {
        0
    }
}

fn main() {
    Cache.size();
}
