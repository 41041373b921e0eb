#[tonic_scope::test(timout = "1s", start_paused = true)]
async fn misspelt() {}

fn main() {}
