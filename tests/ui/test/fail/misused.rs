#[tonic_scope::test]
fn not_async() {}

#[tonic_scope::test(timout = "1s", start_paused = true)]
async fn misspelt() {}

struct X;

#[tonic_scope::test]
impl X {}

fn main() {}
