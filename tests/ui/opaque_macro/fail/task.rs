use tonic::Status;
use tonic_scope::scoped;

macro_rules! run {
    ($value:expr) => {
        $value
    };
}

#[scoped]
async fn f() -> Result<(), Status> {
    let _task = run!(tokio::spawn(async {}));
    Ok(())
}

fn main() {}
