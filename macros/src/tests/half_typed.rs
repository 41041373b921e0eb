//! What is being typed: the signature comes out while the body cannot be read,
//! and so does everything around it. What the compiler hands over is balanced,
//! whatever was typed.

use super::{messages, tokens};

/// The expansion, if something is said about it.
fn refused(item: &str) -> String {
    let expanded = crate::expand::expand(proc_macro2::TokenStream::new(), &tokens(item));
    let said = messages(expanded.clone());
    assert!(!said.is_empty(), "nothing is wrong with {item}");
    expanded.to_string()
}

fn has(expanded: &str, written: &str) -> bool {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    dense(expanded).contains(&dense(&tokens(written).to_string()))
}

const BODIES: [&str; 23] = [
    "foo.",
    "dst.; Ok(())",
    "let users = dst.",
    "let y = ;",
    "let y = ; Ok(y)",
    "let = 1;",
    "let",
    "let y: = 1;",
    "if dst",
    "if dst { 1 } else",
    "for",
    "for x in",
    "match dst { 1 => }",
    "match dst { , }",
    "users.get(1,, 2).await",
    "users.get(1).await?.",
    "users.get(1).",
    "Reply { name: }",
    "|| ",
    "#[call(timeout = )] users.get(1).awa",
    "return Err().",
    "foo bar",
    "tokio::spawn(async move { foo. })",
];

#[test]
fn a_function_keeps_its_signature() {
    let sig = "pub async fn refresh<T: Clone>(dst: &str, t: T) -> Result<Vec<T>, Status>";
    for body in BODIES {
        let expanded = refused(&format!("#[inline] {sig} {{ {body} }}"));
        assert!(
            has(&expanded, &format!("#[inline] {sig}")),
            "{body}: {expanded}"
        );
        assert!(
            has(&expanded, &format!("{{ {} }}", without_calls(body))),
            "{body}: {expanded}"
        );
    }
}

#[test]
fn an_impl_keeps_its_methods_and_types() {
    let head = "impl<T> Greeter for My<T>";
    let ty = "type WatchStream = ReceiverStream<Reply>;";
    let other = "async fn hello(&self) -> Result<(), Status> { hello().await }";
    for body in BODIES {
        let sig = "async fn watch(&self, dst: &str) -> Result<Response<Self::WatchStream>, Status>";
        let expanded = refused(&format!("{head} {{ {ty} {sig} {{ {body} }} {other} }}"));
        for kept in [head, ty, sig, other] {
            assert!(has(&expanded, kept), "{kept} with {body}: {expanded}");
        }
    }
}

#[test]
fn a_signature_that_cannot_be_read_comes_out_as_it_is() {
    for item in [
        "async fn refresh(dst: ) -> Result<(), Status> { Ok(()) }",
        "async fn refresh(dst: &str) -> { Ok(()) }",
        "async fn (dst: &str) { }",
        "async fn refresh",
        "async fn",
        "pub async",
        "impl Greeter for { async fn f() {} }",
        "impl Greeter for X { async fn f( ) -> { } }",
        "impl Greeter for X { async fn f(&self) -> Result<(), Status> { Ok(()) } async fn }",
        "impl Greeter for X { async }",
        "impl Greeter",
        "impl",
        "#[inline]",
        "",
    ] {
        assert!(has(&refused(item), item), "{item}");
    }
}

/// What an editor puts in for what is missing is read like anything else.
#[test]
fn what_an_editor_completes_is_in_a_scope() {
    for body in [
        "foo.__ra_fixup",
        "let y = __ra_fixup;",
        "if __ra_fixup {}",
        "foo.await.__ra_fixup",
        // A brace is missing, and what follows is taken for a part of the body.
        "if foo { let y = 1; } async fn next(bar: Bar) -> Result<(), Status> { Ok(()) }",
        "match foo { _ => { async fn next() {} impl Greeter for X { async fn hi(&self) {} } } }",
    ] {
        let item = format!("async fn refresh(foo: Foo) -> Result<(), Status> {{ {body} }}");
        let expanded = super::expand("", &item);
        assert!(expanded.contains("__private::run"), "{expanded}");
        assert!(has(&tokens(&expanded).to_string(), body), "{expanded}");
    }
}

/// The attribute goes, for an editor would complain of it as well.
fn without_calls(body: &str) -> String {
    crate::calls::strip(tokens(body)).to_string()
}
