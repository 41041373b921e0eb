use super::{errors, expand};

#[test]
fn an_impl_of_async_methods() {
    snapshot!(expand(
        r#"timeout = "2s", call_timeout = "500ms", stream(idle = "30s")"#,
        r#"
        impl<T: Send> Greeter for MyGreeter<T> {
            type WatchStream = ReceiverStream<Result<Reply, Status>>;
            type ChatStream = ScopedStream<ReceiverStream<Result<Reply, Status>>>;
            type Other = u8;
            const N: usize = { 1 };

            async fn hello(&self, request: Request<HelloRequest>) -> Result<Response<Reply>, Status> {
                Ok(Response::new(Reply {}))
            }

            #[scoped(idle = "10s", name = "w", inherit = false)]
            async fn watch(&self, request: Request<Topic>) -> Result<Response<Self::WatchStream>, Status> {
                let stream: Self::WatchStream = <Self::WatchStream>::new(receiver);
                let all = opaque! { Self::WatchStream };
                Ok(Response::new(stream))
            }

            async fn chat(&self, request: Request<Streaming<Topic>>) -> Result<Response<Self::ChatStream>, Status> {
                Ok(Response::new(ScopedStream::new(s)))
            }

            fn plain(&self) -> u8 { 1 }
        }
        "#,
    ));
}

#[test]
fn above_async_trait_an_impl_is_left_for_the_second_time() {
    snapshot!(expand(
        r#"timout = "2s", crate = "some::scopes""#,
        r#"
        /// Kept.
        #[async_trait::async_trait(?Send)]
        #[kept]
        impl Greeter for MyGreeter {
            #[scoped(idle = "10s")]
            async fn watch(&self, request: Request<Topic>) -> R { x }
        }
        "#,
    ));
}

#[test]
fn what_is_no_impl_is_not_left() {
    let said = errors(
        "",
        "#[async_trait] trait Greeter { async fn hello(&self); }",
    );
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("a trait has no bodies"), "{said:?}");
}

#[test]
fn an_impl_below_async_trait() {
    snapshot!(expand(
        r#"timeout = "2s", stream(idle = "30s")"#,
        r"
        impl Greeter for MyGreeter {
            type WatchStream = Pin<Box<dyn Stream<Item = Result<Reply, Status>> + Send>>;

            fn watch<'life0, 'async_trait>(&'life0 self, request: Request<Topic>)
                -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<Response<Self::WatchStream>, Status>> + Send + 'async_trait>>
            where 'life0: 'async_trait, Self: 'async_trait
            {
                Box::pin(async move {
                    let __self = self;
                    let __ret: Result<Response<Self::WatchStream>, Status> = { Ok(Response::new(Box::pin(s))) };
                    __ret
                })
            }
        }
        ",
    ));
}

#[test]
fn an_alias_of_the_result_carries_the_stream_too() {
    snapshot!(expand(
        r#"stream(timeout = "1m")"#,
        r"
        impl Greeter for &'_ MyGreeter {
            type WatchStream = Watch;
            async fn watch(&self) -> Answer<Self::WatchStream> { todo!() }
        }
        ",
    ));
}
