use super::{errors, expand};

/// What is written, and below it all that is said about it.
fn told(arguments: &[&str], items: &[&str]) -> String {
    let mut lines = Vec::new();
    for args in arguments {
        for item in items {
            lines.push(format!("#[scoped({args})] {item}"));
            lines.extend(errors(args, item));
            lines.push(String::new());
        }
    }
    lines.join("\n")
}

#[test]
fn arguments() {
    snapshot!(told(
        &[
            "timout = \"2s\"",
            "deadline = \"2s\"",
            "allow(fire_and_forgot, leaks, fallible, client_in_loop)",
            "allow",
            "allow()",
            "allow = leaked",
            "allow(1)",
            "ignore(SearchClient, http::FetchClient)",
            "ignore",
            "ignore(1)",
            "timeout = \"1s\", timeout = \"2s\"",
            "timeout",
            "timeout =",
            "timeout(\"2s\")",
            "\"2s\"",
            "timeout = \"2s\" idle = \"1s\"",
            "stream(idle = \"1s\")",
            "inherit = 1",
            "inherit",
            "name = \" \"",
            "name = f",
            "crate = a::b",
            "crate = \"a b\"",
            "timeout = \"1s\", idle = \"2s\"",
            "timeout = \"1s\", reserve = \"1s\"",
            "timeout = none, inherit = false",
            "idle = , timout = 3, inherit = 0, ? ! , name = \"\"",
        ],
        &["async fn f() -> Result<(), Status> {}"],
    ));
}

#[test]
fn durations() {
    snapshot!(told(
        &[
            "timeout = 30",
            "timeout = 1.5",
            "timeout = 2s",
            "timeout = \"30\"",
            "timeout = \"1.5\"",
            "timeout = \"0\"",
            "timeout = \"0s\"",
            "idle = \"0ms\"",
            "reserve = \"0ms\"",
            "grace = \"0ms\"",
            "timeout = \"-1s\"",
            "timeout = -1",
            "timeout = \"\"",
            "timeout = \"soon\"",
            "timeout = \"2 parsecs\"",
            "timeout = \"0.5ns\"",
            "timeout = \"99999999999999999999s\"",
            "timeout = \"2y\"",
            "idle = \"2y\"",
            "timeout = true",
            "idle = none",
        ],
        &["async fn f() -> Result<(), Status> {}"],
    ));
}

#[test]
fn arguments_of_an_impl() {
    snapshot!(told(
        &[
            "stream",
            "stream()",
            "stream = \"30s\"",
            "stream(inherit = false)",
            "stream(name = \"x\", idel = \"1s\", idle = \"1s\", idle = \"2s\")",
            "stream(timeout = \"1s\", idle = \"2s\")",
            "streams(idle = \"1s\")",
        ],
        &["impl X {}"],
    ));
}

#[test]
fn items() {
    let items = [
        "struct X;",
        "pub trait X { async fn f(); }",
        "async fn f(&self) -> R;",
        "fn f() {}",
        "fn f() -> Pin<Box<dyn Future<Output = R> + Send>> { let x = 1; Box::pin(async move { x }) }",
        "#[scoped] async fn f() {}",
        "#[scoped] impl X {}",
        "impl X { #[scoped] fn f() {} #[scoped(timout = \"1s\")] #[scoped] async fn g() {} }",
        "impl X { #[scoped = 1] async fn g() {} }",
        "x!{}",
    ];
    snapshot!(told(&[""], &items));
}

#[test]
fn streams() {
    let items = [
        "async fn f() -> Result<Response<impl Stream<Item = u8> + Send>, Status> {}",
        "async fn f() -> Result<Response<Pin<Box<dyn Stream<Item = u8> + Send>>>, Status> {}",
        "async fn f() -> Result<Response<BoxStream<'static, u8>>, Status> {}",
        "async fn f() -> Result<Response<Self::WatchStream>, Status> {}",
        "async fn a_message() -> Result<Response<VideoStream>, Status> {}",
        "impl X { type FStream = S; async fn f() -> Result<Response<Self::FStream>, Status> {} }",
        "impl X { type FStream = S; #[scoped(timeout = none)] async fn f() -> Result<Response<Self::FStream>, Status> {} }",
        "impl X { type FStream = S; #[scoped(idle = \"5s\")] async fn f() -> Result<Response<Self::FStream>, Status> {} }",
    ];
    snapshot!(told(&["call_timeout = \"9s\""], &items));
}

#[test]
fn the_item_comes_out_beside_its_errors() {
    snapshot!(expand(
        "timout = \"1s\", stream(timeout = 2)",
        r"
        /// Kept.
        #[kept]
        impl X {
            #![allow(unused)]
            type Y = u8;
            #[scoped(idle = 1)]
            #[inline]
            pub async fn f(&self, _: Request<()>) -> Result<(), Status> { tokio::spawn(x); }
        }
        ",
    ));
}

#[test]
fn a_body_that_does_not_parse_leaves_the_signature() {
    let expanded = crate::expand::expand(
        super::tokens(""),
        &super::tokens("impl X { async fn f() -> R { let x = ; self. } async fn g() {} }"),
    );
    let text = expanded.to_string();
    assert!(
        text.contains("async fn f () -> R { let x = ; self . } async fn g () { }"),
        "{text}"
    );
    assert!(text.contains("compile_error"), "{text}");
}

#[test]
fn no_tokens_make_it_panic() {
    let pieces = [
        "",
        "async",
        "fn",
        "f",
        "()",
        "(",
        "impl",
        "X",
        "{",
        "}",
        "->",
        "Pin<Box<dyn Future<Output = ()>>>",
        "Box::pin(async {})",
        "#[scoped]",
        "#",
        "[scoped]",
        "=",
        ",",
        "timeout",
        "\"2s\"",
        "'a",
        "for",
        "<",
        ">",
        "Self::XStream",
        "type XStream = ;",
        "type XStream = u8;",
        "Response<Self::XStream>",
        ";",
        "stream(",
        ")",
    ];
    // A small generator of our own: the same tokens on every run.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(bound).expect("small")).expect("small")
    };
    for _ in 0..3_000 {
        let mut text = || {
            (0..next(9))
                .map(|_| pieces[next(pieces.len())])
                .collect::<Vec<_>>()
                .join(" ")
        };
        let (args, item) = (text(), text());
        if let (Ok(args), Ok(item)) = (args.parse(), item.parse()) {
            crate::expand::expand(args, &item);
        }
    }
}
