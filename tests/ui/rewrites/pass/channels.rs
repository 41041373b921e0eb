//! Channels from endpoints, and methods of the same name on anything else.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::{Scoped, scoped};

struct Pool {
    endpoint: Endpoint,
    database: Database,
}

/// Not `Sync`, consumed or borrowed by its own `connect`.
struct Database(std::cell::Cell<u32>);

impl Database {
    async fn connect(&mut self) -> Result<u32, Status> {
        tokio::task::yield_now().await;
        Ok(self.0.get())
    }
}

struct Once(u32);

impl Once {
    async fn connect(self) -> u32 {
        tokio::task::yield_now().await;
        self.0
    }

    fn connect_lazy(self) -> u32 {
        self.0
    }
}

impl Pool {
    #[scoped]
    async fn of_places(&self, given: &Endpoint) -> anyhow::Result<()> {
        let _: Scoped<Channel> = self.endpoint.connect_lazy();
        let _: Scoped<Channel> = given.connect_lazy();
        let local = Endpoint::from_static("http://localhost:1");
        let _: Scoped<Channel> = local.connect().await?;
        local.connect().await?;
        Ok(())
    }

    #[scoped]
    async fn of_chains(&self) -> anyhow::Result<()> {
        let limit = std::time::Duration::from_secs(1);
        let _: Scoped<Channel> = Endpoint::from_static("http://a").timeout(limit).connect_lazy();
        let _: Scoped<Channel> = Endpoint::new("http://localhost:1")?.connect().await?;
        let _: Scoped<Channel> = Channel::from_static("http://localhost:1").connect().await?;
        let _: Scoped<Channel> = Channel::builder("http://a".parse()?).connect_lazy();
        let _: Scoped<Channel> = self.any().connect_lazy();
        let _: Scoped<Channel> = self.any().connect().await?;
        Ok(())
    }

    #[scoped]
    async fn balanced(&self) -> anyhow::Result<()> {
        let _: Scoped<Channel> = Channel::balance_list([self.endpoint.clone()].into_iter());
        let (channel, changes) = Channel::balance_channel::<u32>(1);
        let _: Scoped<Channel> = channel;
        drop(changes);
        Ok(())
    }

    #[scoped]
    async fn something_else(&mut self) -> Result<u32, Status> {
        let once = Once(1);
        let again = Once(2);
        let sum = once.connect().await + again.connect_lazy() + Once(3).connect().await;
        Ok(sum + self.database.connect().await?)
    }

    fn any(&self) -> Endpoint {
        self.endpoint.clone()
    }
}

fn is_send<T: Send>(t: T) -> T {
    t
}

#[tokio::main]
async fn main() {
    let endpoint = Endpoint::from_static("http://localhost:1");
    let given = endpoint.clone();
    let mut pool = Pool { endpoint, database: Database(4.into()) };
    assert_eq!(is_send(pool.something_else()).await.unwrap(), 10);
    assert!(pool.of_places(&given).await.is_err());
    assert!(pool.of_chains().await.is_err());
    assert!(pool.balanced().await.is_ok());
}
