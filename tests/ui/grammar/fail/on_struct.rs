use tonic_scope::scoped;

#[scoped]
struct MyGreeter;

fn main() {
    let _ = MyGreeter;
}
