use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

struct Pair {
    one: u32,
}

#[scoped(timeout = "2s")]
async fn f() -> Result<u32, Status> {
    let pair = Pair {
        #[call(local)]
        one: get().await?,
    };
    Ok(pair.one)
}

fn main() {}
