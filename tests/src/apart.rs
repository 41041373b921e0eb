use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

/// A runtime of its own, so that the tasks of a peer or a caller are not
/// counted among those of the code under test.
#[derive(Debug)]
pub struct Apart {
    runtime: Option<Runtime>,
}

impl Apart {
    /// Starts it, on one thread.
    ///
    /// # Panics
    ///
    /// If the thread cannot be started.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name(name)
            .enable_all()
            .build();
        Self {
            runtime: Some(runtime.expect("a thread can be started")),
        }
    }

    /// Where to spawn.
    ///
    /// # Panics
    ///
    /// Never: the runtime is there until it is dropped.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        self.runtime.as_ref().expect("there until dropped").handle()
    }

    /// Runs `future` there and waits for it here.
    ///
    /// # Panics
    ///
    /// If the future panics.
    pub async fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> T {
        self.handle().spawn(future).await.expect("the task ends")
    }
}

impl Apart {
    /// Ends it, and waits until its tasks are gone with their sockets.
    ///
    /// # Panics
    ///
    /// If the thread that does so cannot be started.
    pub fn end(mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        // A runtime may not be waited for inside another.
        let ended = std::thread::spawn(|| runtime.shutdown_timeout(Duration::from_secs(10)));
        ended.join().expect("a runtime ends without a panic");
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        // A runtime may not be shut down in the ordinary way inside another.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
