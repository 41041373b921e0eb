use tokio::task;
use tonic::{Request, Response, Status};
use tonic_scope::scoped;

async fn work() {}

#[scoped]
async fn statement() -> Result<(), Status> {
    tokio::spawn(work());
    Ok(())
}

#[scoped]
async fn underscore() -> Result<(), Status> {
    let _ = tokio::spawn(work());
    let _: task::JoinHandle<()> = task::spawn(work());
    _ = tokio::task::spawn(work());
    Ok(())
}

#[scoped]
async fn dropped() -> Result<(), Status> {
    drop(tokio::spawn(work()));
    std::mem::drop(task::spawn_local(work()));
    Ok(())
}

struct Handler;

#[scoped(stream(idle = "1s"))]
impl Handler {
    async fn deep_inside(&self, _request: Request<()>) -> Result<Response<()>, Status> {
        let all = [1, 2];
        all.iter().for_each(|_| {
            tokio::spawn(work());
        });
        tokio::select! {
            () = work() => {
                tokio::spawn(work());
            }
            else => {}
        }
        if all.is_empty() {
            async { tokio::spawn(work()); }.await;
        }
        Ok(Response::new(()))
    }
}

fn main() {}
