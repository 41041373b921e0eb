use tonic_scope::scoped;

pub trait Greeter {
    #[scoped]
    fn hello(&self) -> impl Future<Output = Result<(), tonic::Status>>;
}

fn main() {}
