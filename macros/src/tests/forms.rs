use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::{expand, tokens};

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
fn patterns_and_conditional_arguments_are_bound_in_turn() {
    snapshot!(expand(
        "",
        r"
        async fn f<'a>(
            Pair { left, .. }: Pair,
            #[cfg(test)] mut n: u32,
            ref mut text: String,
            #[allow(unused_variables)] spare: &'a str,
        ) -> Result<&'a str, Status> {
            n += left;
            Ok(spare)
        }
        ",
    ));
}

#[test]
fn self_keeps_its_name() {
    snapshot!(expand(
        "",
        r"
        async fn close(mut self: Box<Self>, reason: &str) -> Result<(), Status> {
            self.reason = Some(reason.to_owned());
            Ok(())
        }
        ",
    ));
}

#[test]
fn a_self_that_may_be_large_takes_the_body_along_into_a_box() {
    snapshot!(expand(
        "",
        r"
        async fn close(mut self, reason: String, (code, _): (u8, String)) -> Result<Self, Status> {
            self.reason = Some((code, reason));
            Ok(self)
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

/// What becomes of a box, by how it is asked for.
#[test]
fn the_runtime_boxes_what_it_can() {
    let boxed_by = |args: &str, attribute: &str, bounds: &str| {
        let item = format!(
            "{attribute} fn f(n: &u8) -> Pin<Box<dyn Future<Output = Result<(), Status>> {bounds}>>
            {{ Box::pin(async move {{ Ok(()) }}) }}"
        );
        let expanded = expand(args, &item);
        [
            "__private::boxed(",
            "__private::boxed_local(",
            "Box::pin(async move",
        ]
        .into_iter()
        .filter(|call| expanded.contains(call))
        .collect::<Vec<_>>()
    };
    let (send, local, by_itself) = (
        ["__private::boxed("],
        ["__private::boxed_local("],
        ["Box::pin(async move"],
    );
    assert_eq!(boxed_by("", "", "+ Send + '_"), send);
    assert_eq!(boxed_by("", "", "+ '_ + ::core::marker::Send"), send);
    assert_eq!(
        boxed_by("", "#[allow(unused)] #[doc = \"\"]", "+ Send"),
        send
    );
    assert_eq!(boxed_by("", "", "+ '_"), local);
    assert_eq!(boxed_by("", "", "+ Send + Sync"), by_itself);
    assert_eq!(boxed_by("", "", "+ Sync + Send"), by_itself);
    assert_eq!(boxed_by("", "", "+ Unpin"), by_itself);
    assert_eq!(boxed_by("", "#[instrument]", "+ Send"), by_itself);
    assert_eq!(boxed_by("timeout = LIMIT", "", "+ Send"), by_itself);
}

#[test]
fn what_tokio_main_has_made_keeps_its_runtime() {
    snapshot!(expand(
        r#"timeout = "5s""#,
        r#"
        fn main() -> Result<(), Status> {
            let body = async {
                tokio::spawn(work()).await?;
                Ok(())
            };
            let body = {
                if false {
                    let _: &dyn ::core::future::Future<Output = Result<(), Status>> = &body;
                }
                body
            };
            #[allow(clippy::expect_used)]
            {
                use tokio::runtime::Builder;
                return Builder::new_multi_thread()
                    .enable_all()
                    .build()
                    .expect("Failed building the Runtime")
                    .block_on(body);
            }
        }
        "#,
    ));
}

#[test]
fn a_test_is_one_of_tokio() {
    let args = tokens(r#"timeout = "5s", flavor = "multi_thread", worker_threads = 2"#);
    let item = tokens("#[should_panic] async fn f() -> Result<(), Status> { check().await }");
    let expanded = syn::parse2(crate::expand::test(args, &item)).expect("Rust");
    snapshot!(prettyplease::unparse(&expanded));
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

#[test]
fn fragments_of_macros_are_statements() {
    let block = "{ let a = tokio::spawn(work()); a.await }";
    let cases = [
        (block, "FRAGMENT"),
        (block, "FRAGMENT more()"),
        (block, "FRAGMENT FRAGMENT"),
        (block, "more(); FRAGMENT; more()"),
        (block, "if done { FRAGMENT more() } more()"),
        (block, "match done { true => FRAGMENT false => FRAGMENT, }"),
        (block, "let a = async FRAGMENT; a.await"),
        (block, "let a = FRAGMENT; a"),
        (block, "for a in b FRAGMENT"),
        ("let a = tokio::spawn(work())", "FRAGMENT; a.await"),
        ("{ a(); }", "FRAGMENT tokio::spawn(work()).await"),
        ("tokio::spawn(work()).await", "FRAGMENT"),
        ("tokio::spawn(work()).await", "FRAGMENT; more()"),
        (
            "fn f() { tokio::spawn(b); }",
            "FRAGMENT tokio::spawn(work()).await",
        ),
    ];
    for (fragment, body) in cases {
        let item = format!("async fn f() -> Result<(), Status> {{ {body} }}");
        let item = fragments(tokens(&item), &tokens(fragment));
        let expanded = crate::expand::expand(TokenStream::new(), &item).to_string();
        assert!(!expanded.contains("compile_error"), "{body}: {expanded}");
        assert!(
            expanded.contains("__private :: spawn"),
            "{body}: {expanded}"
        );
    }
}

/// The fragment for each `FRAGMENT`, as `macro_rules!` puts it there.
fn fragments(tokens: TokenStream, fragment: &TokenStream) -> TokenStream {
    let tokens = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) if ident == "FRAGMENT" => {
            Group::new(Delimiter::None, fragment.clone()).into()
        }
        TokenTree::Group(group) => {
            Group::new(group.delimiter(), fragments(group.stream(), fragment)).into()
        }
        other => other,
    });
    tokens.collect()
}
