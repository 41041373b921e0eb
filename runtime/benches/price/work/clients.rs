//! A temporary client: connected, and from the pool. Over a real socket.

use std::{sync::LazyLock, thread};

use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic_scope::{pool::Pool, scoped};
use tonic_scope_tests::{serve, shapes::shapes_client::ShapesClient};

use super::{
    Work,
    world::{Echo, one_thread},
};

/// A client made by tonic and dropped.
pub(crate) fn connected() -> Work {
    let server = Server::start();
    let runtime = one_thread();
    Work::new(move |n| {
        runtime.block_on(async {
            for _ in 0..n {
                let client = ShapesClient::connect(server.url.clone()).await;
                drop(client.expect("somebody listens"));
            }
        });
    })
}

/// The same code in a scope that borrows.
pub(crate) fn pooled() -> Work {
    let server = Server::start();
    let runtime = one_thread();
    Work::new(move |n| {
        runtime.block_on(async {
            for _ in 0..n {
                borrow(&server.url).await.expect("a client");
            }
        });
    })
}

static POOL: LazyLock<Pool> = LazyLock::new(|| Pool::builder().build().expect("a pool"));

#[scoped(pool = &POOL, timeout = "2s")]
async fn borrow(url: &str) -> Result<(), Status> {
    drop(ShapesClient::connect(url.to_owned()).await?);
    Ok(())
}

/// A server on a thread of its own.
struct Server {
    url: String,
    stop: CancellationToken,
}

impl Server {
    fn start() -> Self {
        let stop = CancellationToken::new();
        let (started, listens) = std::sync::mpsc::channel();
        let stopped = stop.clone();
        thread::spawn(move || {
            one_thread().block_on(async {
                // Nobody waits for it if the bench is gone.
                let _ = started.send(serve(Echo::default()).await);
                stopped.cancelled().await;
            });
        });
        let url = listens.recv().expect("a server");
        Self { url, stop }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
