use tonic_scope::scoped;

#[scoped]
pub trait Greeter {
    fn hello(&self) -> u32;
}

fn main() {}
