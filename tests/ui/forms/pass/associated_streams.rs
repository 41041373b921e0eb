//! Which associated types are wrapped, and what they are in a body.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use futures::stream::{Empty, Once, empty, once};
use futures::future::{Ready, ready};
use tonic::{Response, Status};
use tonic_scope::{ScopedStream, scoped};

type Item = Result<u32, Status>;
type Answer<T> = Result<Response<T>, Status>;

#[allow(async_fn_in_trait)]
trait Greeter {
    type WatchStream;
    type ListStream;
    type BoundStream;
    type Reply;
    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status>;
    async fn list(&self) -> Answer<Self::ListStream>;
    async fn bound(&self) -> Result<Response<Self::BoundStream>, Status>;
    async fn hello(&self) -> Result<Response<Self::Reply>, Status>;
}

struct MyGreeter;

macro_rules! empty_of {
    ($stream:ty) => {{
        let stream: $stream = empty();
        stream
    }};
}

#[scoped(timeout = "1s", stream(timeout = "10m"))]
impl Greeter for MyGreeter {
    type WatchStream = Empty<Item>;
    type ListStream = Once<Ready<Item>>;
    type BoundStream = ScopedStream<Empty<Item>>;
    type Reply = u32;

    async fn watch(&self) -> Result<Response<<Self as Greeter>::WatchStream>, Status> {
        let watch = || -> <Self as Greeter>::WatchStream { empty() };
        let all: Vec<Self::WatchStream> = vec![watch(), empty_of!(Self::WatchStream)];
        let [first, _] = <[Self::WatchStream; 2]>::try_from(all).expect("two");
        Ok(Response::new(first))
    }

    async fn list(&self) -> Answer<Self::ListStream> {
        Ok(Response::new(once(ready(Ok(1)))))
    }

    async fn bound(&self) -> Result<Response<Self::BoundStream>, Status> {
        Ok(Response::new(ScopedStream::new(empty())))
    }

    async fn hello(&self) -> Result<Response<Self::Reply>, Status> {
        Ok(Response::new(1))
    }
}

#[tokio::main]
async fn main() {
    let _: ScopedStream<Empty<Item>> = MyGreeter.watch().await.unwrap().into_inner();
    let _: ScopedStream<Once<Ready<Item>>> = MyGreeter.list().await.unwrap().into_inner();
    let _: ScopedStream<Empty<Item>> = MyGreeter.bound().await.unwrap().into_inner();
    let _: u32 = MyGreeter.hello().await.unwrap().into_inner();
}
