//! Spawns that do not outlive their scope, or are somebody's own.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::items_after_statements, clippy::unused_async, clippy::unused_self)]

use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tonic::Status;
use tonic_scope::{Scope, scoped};

struct Actor;

impl Actor {
    fn spawn(&self, _: impl Future<Output = ()>) {}
    fn spawn_blocking(&self, _: impl FnOnce()) {}
    fn handle(&self) -> &Self {
        self
    }
}

struct Server {
    handle: Actor,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
}

impl Server {
    #[scoped]
    async fn sets(&self) -> Result<(), Status> {
        let mut set = JoinSet::new();
        set.spawn(async {});
        while set.join_next().await.is_some() {}
        self.tasks.lock().await.spawn(async {});
        Ok(())
    }

    #[scoped]
    async fn scopes(&self) -> anyhow::Result<()> {
        let scope = Scope::current().expect("a scope");
        scope.spawn(async {}).await?;
        tokio::spawn(async {}).await?;
        Ok(())
    }

    #[scoped]
    async fn of_the_users_own(&self) -> Result<(), Status> {
        self.handle.spawn(async {});
        self.handle.spawn_blocking(|| {});
        self.handle.handle().spawn(async {});
        let handle = &self.handle;
        handle.spawn(async {});
        let other_runtime = handle;
        let _ = other_runtime;
        Ok(())
    }

    #[scoped]
    async fn not_spawning(&self) -> Result<(), Status> {
        let handle = Handle::current();
        let _ = handle.runtime_flavor();
        let name = std::thread::current().name().is_some();
        fn nested() {
            std::thread::spawn(|| {});
        }
        let _ = (nested, name);
        Ok(())
    }

    #[scoped]
    async fn shadowed(&self) -> Result<(), Status> {
        let handle = Handle::current();
        drop(handle);
        let handle = Actor;
        handle.spawn(async {});
        Ok(())
    }

    #[scoped(allow(unjoinable))]
    async fn as_it_is_meant(&self) -> anyhow::Result<u64> {
        Ok(tokio::task::spawn_blocking(|| (0..10).sum()).await?)
    }
}

#[tokio::main]
async fn main() {
    let server = Server { handle: Actor, tasks: JoinSet::new().into() };
    assert!(server.sets().await.is_ok());
    assert!(server.of_the_users_own().await.is_ok());
    assert_eq!(server.as_it_is_meant().await.unwrap(), 45);
}
