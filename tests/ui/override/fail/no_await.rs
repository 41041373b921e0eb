use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

macro_rules! opaque {
    ($future:expr) => {
        $future
    };
}

struct Pair {
    one: u32,
}

#[scoped(timeout = "2s")]
async fn f() -> Result<u32, Status> {
    #[call(local)]
    let later = get();
    #[call(local)]
    let nothing: u32;
    #[call(local)]
    match get().await {
        Ok(it) => nothing = it,
        #[call(local)]
        Err(error) => return Err(error),
    }
    let pair = Pair {
        #[call(local)]
        one: get().await?,
    };
    #[call(unscoped)]
    later.await?;
    opaque!(#[call(local)] get().await?);
    Ok(nothing + pair.one)
}

struct Service;

#[scoped]
impl Service {
    async fn get(&self) -> Result<u32, Status> {
        #[call(local)]
        get().await
    }

    fn later(&self) -> impl Future<Output = Result<u32, Status>> {
        async { #[call(local)] get().await }
    }
}

fn main() {}
