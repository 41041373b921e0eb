//! Where `#[call]` can stand.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::many_single_char_names)]

use std::time::Duration;

use tonic::transport::{Channel, Endpoint};
use tonic::{Response, Status};
use tonic_scope::{ScopeError, Scoped, scoped};

#[derive(Clone)]
struct UsersClient<T>(T);

impl<T> UsersClient<T> {
    fn new(transport: T) -> Self {
        Self(transport)
    }

    async fn get(&mut self, id: u32) -> Result<Response<u32>, Status> {
        tokio::task::yield_now().await;
        Ok(Response::new(id))
    }
}

const LIMIT: Duration = Duration::from_millis(500);

#[scoped(timeout = "2s", call_timeout = "100ms")]
async fn positions(mut users: UsersClient<Scoped<Channel>>) -> Result<u32, Status> {
    #[call(timeout = "1s")]
    users.get(1).await?;
    #[call(timeout = LIMIT * 2, idle = "1s", reserve = "5ms")]
    let a = users.clone().get(2).await?.into_inner();
    let b = #[call(local)] users.get(3).await?.into_inner();
    #[tonic_scope::call(local)]
    let Ok(c) = users.get(4).await else { return Ok(0) };
    let d = match #[call(local)] users.get(5).await {
        Ok(d) if (#[call(local)] users.get(6).await).is_ok() => d.into_inner(),
        Ok(_) | Err(_) => 0,
    };
    let all = async { #[call(local)] users.get(7).await };
    let e = (#[call(local)] all.await)?.into_inner() + 1;
    let mut f = 0;
    for id in 0..2 {
        f += #[call(timeout = "1s")] users.get(id).await?.into_inner();
    }
    let get = async |id| #[call(local)] users.clone().get(id).await;
    f += get(1).await?.into_inner();
    let mut others = (users.clone(), users.clone());
    let (g, h) = tokio::try_join!(
        #[call(timeout = "1s")]
        others.0.get(8),
        async { #[call(local)] others.1.get(9).await },
    )?;
    let i = tokio::select! {
        i = #[call(timeout = "1s")] users.get(10) => i?.into_inner(),
        j = pending(), if f > 1_000 => j?,
    };
    assert_eq!(vec![#[call(local)] users.get(1).await?.into_inner(); 2], [1, 1]);
    let sum = a + b + c.into_inner() + d + e + f + g.into_inner() + h.into_inner() + i;
    #[call(local)]
    users.get(sum).await.map(Response::into_inner)
}

async fn pending() -> Result<u32, Status> {
    std::future::pending().await
}

struct Ready;

impl IntoFuture for Ready {
    type Output = Result<u32, ScopeError>;
    type IntoFuture = std::future::Ready<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        std::future::ready(Ok(1))
    }
}

struct Service {
    limit: Duration,
}

#[scoped(timeout = "1s", stream(idle = "1m"))]
impl Service {
    async fn no_call(&self) -> anyhow::Result<u32> {
        let one = #[call(timeout = self.limit)] Ready.await?;
        tonic_scope::detach("later", Duration::from_secs(60), async {
            #[call(timeout = "30s")]
            Ready.await.map(drop)
        });
        Ok(one)
    }

    #[scoped(timeout = "10s")]
    async fn longer(&self) -> Result<u32, Status> {
        #[call(timeout = "5s")]
        return Ready.await.map_err(Status::from);
    }
}

#[scoped(timeout = "1s", allow(override))]
async fn allowed() -> Result<u32, Status> {
    #[call(timeout = "1m")]
    Ready.await.map_err(Status::from)
}

#[scoped]
async fn unscoped(endpoint: Endpoint) -> Result<Channel, Status> {
    #[call(unscoped)]
    let channel = endpoint.connect_lazy();
    let _users: UsersClient<Channel> = #[call(unscoped)] UsersClient::new(channel.clone());
    let task = #[call(unscoped)] tokio::spawn(async {});
    task.await.expect("it ends");
    Ok(channel)
}

#[tokio::main]
async fn main() {
    let endpoint = Endpoint::from_static("http://a");
    let users = UsersClient::new(Scoped::new(endpoint.connect_lazy()));
    assert_eq!(positions(users).await.unwrap(), 2 + 3 + 4 + 5 + 8 + 2 + 8 + 9 + 10);
    let service = Service { limit: LIMIT };
    assert_eq!(service.no_call().await.unwrap(), 1);
    assert_eq!(service.longer().await.unwrap(), 1);
    assert_eq!(allowed().await.unwrap(), 1);
    unscoped(endpoint).await.unwrap();
}
