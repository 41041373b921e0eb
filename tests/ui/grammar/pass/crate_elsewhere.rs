//! The crate under another path.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tokio_stream::Iter;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};

use self::rpc::scope::scoped;

mod rpc {
    pub(crate) mod scope {
        pub(crate) use tonic_scope::*;
    }
}

struct UsersClient<T>(T);

impl<T> UsersClient<T> {
    fn new(transport: T) -> Self {
        Self(transport)
    }
}

#[scoped(timeout = "2s", crate = "crate::rpc::scope")]
async fn function(request: Request<u32>) -> Result<u32, Status> {
    let channel = Endpoint::from_static("http://a").connect_lazy();
    let users: UsersClient<rpc::scope::Scoped<Channel>> = UsersClient::new(channel);
    let task = tokio::spawn(async move { drop(users) });
    task.await.map_err(|error| Status::internal(error.to_string()))?;
    #[call(timeout = "1s")]
    std::future::ready(Ok::<_, Status>(request.into_inner())).await
}

trait Watch {
    type WatchStream;

    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status>;
}

struct Service;

#[rpc::scope::scoped(crate = "crate::rpc::scope", stream(idle = "1s"))]
impl Watch for Service {
    type WatchStream = Iter<std::vec::IntoIter<Result<u32, Status>>>;

    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(tokio_stream::iter(vec![Ok(1)])))
    }
}

#[tokio::main]
async fn main() {
    assert_eq!(function(Request::new(1)).await.unwrap(), 1);
    drop(Service.watch().await.unwrap());
}
