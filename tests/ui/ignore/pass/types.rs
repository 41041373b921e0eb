//! Types that are called like clients, and are none.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::Status;
use tonic_scope::scoped;

struct SearchClient;

impl SearchClient {
    async fn connect(n: u32) -> Result<u32, Status> {
        tokio::task::yield_now().await;
        Ok(n)
    }
}

mod http {
    pub(crate) struct FetchClient(pub(crate) std::rc::Rc<u32>);

    impl FetchClient {
        pub(crate) fn new(n: std::rc::Rc<u32>) -> Self {
            Self(n)
        }
    }
}

#[scoped(ignore(SearchClient, http::FetchClient))]
async fn f() -> Result<u32, Status> {
    let mut sum = 0;
    for n in 0..3 {
        sum += SearchClient::connect(n).await?;
        sum += *http::FetchClient::new(n.into()).0;
    }
    Ok(sum)
}

#[tokio::main]
async fn main() {
    assert_eq!(f().await.unwrap(), 6);
}
