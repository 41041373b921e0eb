use tokio::task;
use tonic::Status;
use tonic_scope::scoped;

macro_rules! run {
    ($value:expr) => {
        $value
    };
}

#[scoped]
async fn f() -> Result<(), Status> {
    let _task = run!(Some(async {}).map(task::spawn));
    Ok(())
}

fn main() {}
