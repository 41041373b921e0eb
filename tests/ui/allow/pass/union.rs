//! What an impl and its methods allow and ignore adds up.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::items_after_statements, clippy::unused_async, clippy::unused_self, clippy::mem_forget)]

use tonic::Status;
use tonic_scope::scoped;

struct SearchClient;

impl SearchClient {
    async fn connect(n: u32) -> Result<u32, Status> {
        tokio::task::yield_now().await;
        Ok(n)
    }
}

struct FetchClient;

impl FetchClient {
    #[allow(clippy::new_ret_no_self)]
    fn new(n: u32) -> u32 {
        n
    }
}

struct Handler;

#[scoped(allow(leaked), ignore(SearchClient))]
#[tonic::async_trait]
impl Handle for Handler {
    #[scoped(allow(blocking, unjoinable), ignore(crate::FetchClient))]
    async fn both(&self) -> Result<u32, Status> {
        std::mem::forget(vec![1]);
        std::thread::sleep(std::time::Duration::ZERO);
        let mut sum = 0;
        for n in 0..3 {
            sum += SearchClient::connect(n).await? + FetchClient::new(n);
        }
        Ok(sum)
    }
}

#[tonic::async_trait]
trait Handle {
    async fn both(&self) -> Result<u32, Status>;
}

#[tokio::main]
async fn main() {
    assert_eq!(Handler.both().await.unwrap(), 6);
}
