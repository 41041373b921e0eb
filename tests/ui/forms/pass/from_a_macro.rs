//! A function whose parts come from `macro_rules`.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::{Request, Status};
use tonic_scope::scoped;

macro_rules! handlers {
    ($($name:ident($request:ident: $input:ty) -> $output:ty $body:block)*) => {
        $(
            #[scoped(timeout = "1s")]
            async fn $name($request: $input) -> $output $body
        )*
    };
}

handlers! {
    length(request: Request<String>) -> Result<usize, Status> { Ok(request.get_ref().len()) }
    double(_request: Request<u32>) -> Result<u32, Status> { Ok(2) }
}

#[tokio::main]
async fn main() {
    assert_eq!(length(Request::new("abc".into())).await.unwrap(), 3);
    assert_eq!(double(Request::new(1)).await.unwrap(), 2);
}
