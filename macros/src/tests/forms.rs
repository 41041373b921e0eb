use super::expand;

#[test]
fn a_free_function_runs_its_body_in_a_scope() {
    snapshot!(expand(
        r#"timeout = "2s", call_timeout = "500ms", inherit = false, name = "refresh""#,
        r"
        /// Reads it again.
        #[must_use]
        pub(crate) async fn refresh_config<T: Clone>(dst: &str, mut tries: usize, t: T) -> anyhow::Result<Config>
        where
            T: Send,
        {
            tries += 1;
            load(dst, tries, t.clone()).await
        }
        ",
    ));
}

#[test]
fn a_method_asks_each_argument_for_the_callers_timeout() {
    snapshot!(expand(
        "timeout = LIMIT * 2",
        r"
        async fn hello(&self, request: Request<HelloRequest>, _: Metadata, n: u32, (a, b): Pair, who: impl Who) -> Result<Response<Reply>, Status> {
            Ok(Response::new(Reply { n }))
        }
        ",
    ));
}

#[test]
fn an_opaque_result_is_a_value() {
    snapshot!(expand(
        "timeout = none",
        "async fn f() -> Result<impl Display, Status> { Ok(1) }",
    ));
}

#[test]
fn no_result_and_no_body_still_expand() {
    snapshot!(expand("", "async fn f() { #![allow(unused)] }"));
}

#[test]
fn what_async_trait_desugared_keeps_its_shape() {
    snapshot!(expand(
        r#"idle = "10s""#,
        r#"
        #[allow(clippy::type_complexity)]
        fn watch<'life0, 'async_trait>(
            &'life0 self,
            request: tonic::Request<Topic>,
            __arg2: Extra,
        ) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<tonic::Response<Self::WatchStream>, tonic::Status>> + ::core::marker::Send + 'async_trait>>
        where
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            Box::pin(async move {
                if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<tonic::Response<Self::WatchStream>, tonic::Status>> {
                    #[allow(unreachable_code)]
                    return __ret;
                }
                let __self = self;
                let request = request;
                let __ret: Result<tonic::Response<Self::WatchStream>, tonic::Status> = {
                    let users = UsersClient::connect("http://users").await?;
                    Ok(Response::new(users.watch(request).await?))
                };
                #[allow(unreachable_code)]
                __ret
            })
        }
        "#,
    ));
}

#[test]
fn every_path_begins_where_the_crate_is() {
    let body = r"
        type WatchStream = S;
        async fn watch(&self, request: Request<Topic>) -> Result<Response<Self::WatchStream>, Status> {
            let users = UsersClient::new(UsersClient::connect(dst).await?);
            tokio::spawn(endpoint.connect());
            Channel::balance_list(list);
            #[call(local)] users.watch(::tonic_scope::kept()).await
        }
    ";
    let expanded = expand(
        r#"crate = "crate::rpc", stream(idle = "1s")"#,
        &format!("impl X for Y {{ {body} }}"),
    );
    assert!(
        expanded.contains("crate::rpc::__private::connect"),
        "{expanded}"
    );
    assert_eq!(expanded.matches("::tonic_scope").count(), 1, "{expanded}");
}
