use super::{errors, expand};

/// The first words of what is said about a body.
fn said(body: &str) -> Vec<String> {
    let found = errors(
        "",
        &format!("async fn f(&mut self) -> Result<(), Status> {{ {body} }}"),
    );
    let words = |message: String| {
        let words: Vec<&str> = message.split_whitespace().take(4).collect();
        words.join(" ")
    };
    found.into_iter().map(words).collect()
}

#[test]
fn a_loop_that_is_left_turns_once() {
    let connect = "UsersClient::connect(dst).await";
    for body in [
        format!("loop {{ match {connect} {{ Ok(users) => break users, Err(_) => continue }} }}"),
        format!(
            "while more() {{ if let Ok(users) = {connect} {{ use_it(users); return Ok(()); }} }}"
        ),
        format!("'a: for _ in x {{ for _ in y {{ break 'a {connect}; }} }}"),
        format!("for _ in x {{ return {connect}.map(drop); }}"),
        format!("for _ in x {{ let users = {connect}?; users.get().await?; break; }}"),
        format!("for dst in [{connect}] {{ dst; }}"),
    ] {
        assert_eq!(said(&body), [""; 0], "{body}");
    }
    for body in [
        format!("for _ in x {{ for _ in y {{ break {connect}; }} }}"),
        format!("for _ in x {{ let all = || async {{ return {connect}; }}; }}"),
        format!("loop {{ match {connect} {{ Ok(users) => use_it(users), Err(_) => break }} }}"),
        format!("x.for_each(|_| async {{ return {connect}; }}).await"),
    ] {
        assert_eq!(said(&body).len(), 1, "{body}");
    }
}

#[test]
fn a_name_counts_as_what_it_was_last_bound_to() {
    let store = "self.users = Some(users);";
    let connect = "UsersClient::connect(dst).await?";
    for body in [
        format!("let users = {connect}; let users = users.get().await?; {store}"),
        format!("{{ let users = {connect}; }} {store}"),
        format!("let users = {connect}; if let Some(users) = other {{ {store} }}"),
        format!("let users = {connect}; match other {{ users => {{ {store} }} }}"),
        format!("let users = {connect}; let set = |users| {{ {store} }};"),
        format!("let users = {connect}; for users in all {{ {store} }}"),
        format!("#[call(unscoped)] let users = {connect}; {store}"),
    ] {
        assert_eq!(said(&body), [""; 0], "{body}");
    }
    for body in [
        format!("let users = {connect}; {store}"),
        format!("let mut users = {connect}; {{ let other = 1; {store} }}"),
        format!("let (channel, changes) = 1; let users = {connect}; let set = || {{ {store} }};"),
        format!("let users: Users = {connect}; self.all.lock().await.insert(1, users);"),
    ] {
        assert_eq!(said(&body), ["this client was made"], "{body}");
    }
}

#[test]
fn a_return_type_may_be_called_like_a_client() {
    for output in [
        "Result<Box<dyn HttpClient>, Status>",
        "Result<Self::UsersClient, Status>",
        "Result<Response<UsersClient>, Status>",
        "Result<lapin::Channel, Status>",
        "Result<&UsersClient, Status>",
        "Result<Vec<Client>, Status>",
    ] {
        let found = errors("", &format!("async fn f() -> {output} {{}}"));
        assert_eq!(found, [""; 0], "{output}");
    }
}

#[test]
fn a_variable_may_be_called_like_what_blocks() {
    let body = "let block_on = true; if block_on { f(block_on, forget, leak, sleep); }";
    assert_eq!(said(body), [""; 0]);
    assert_eq!(said("block_on(f());"), ["`block_on` blocks the thread:"]);
}

#[test]
fn what_is_forgotten_is_refused_wherever_it_is_named() {
    for body in [
        "std::mem::forget(x);",
        "use std::mem::forget as lose; lose(x);",
        "xs.into_iter().for_each(mem::forget);",
        "let x = Box::leak(x);",
        "let x = std::mem::ManuallyDrop::new(x);",
    ] {
        assert_eq!(said(body).len(), 1, "{body}");
    }
}

#[test]
fn a_body_without_a_word_of_ours_is_not_read() {
    let method = |stmts: &str| {
        format!(
            "impl Greeter for MyGreeter {{
                fn hello<'life0, 'async_trait>(&'life0 self, request: Request<Topic>)
                    -> Pin<Box<dyn Future<Output = Result<Response<Reply>, Status>> + Send + 'async_trait>>
                where 'life0: 'async_trait, Self: 'async_trait
                {{
                    Box::pin(async move {{
                        if let Some(__ret) = None::<Result<Response<Reply>, Status>> {{ return __ret; }}
                        let __self = self;
                        let request = request;
                        let __ret: Result<Response<Reply>, Status> = {{ {stmts} }};
                        __ret
                    }})
                }}
            }}"
        )
    };
    let stmts = "let users = &__self.users; users.clone().get(request.into_inner()).await";
    let read = expand("", &method(&format!("called(); {stmts}")));
    let unread = expand("", &method(&format!("others(); {stmts}")));
    assert_eq!(read.replace("called", "others"), unread);
    // Reading this one would fail.
    assert_eq!(errors("", &method("others others")), [""; 0]);
    assert_eq!(errors("", &method("called called")).len(), 1);
}

#[test]
fn a_macro_is_looked_into_where_it_can_be() {
    for body in [
        "opaque!(UsersClient::from(1), Client::new(1), spawn(1), x.spawn(1), x.connect());",
        "opaque!(UsersClient { channel }, UsersClient::<Channel>::SIZE, my::tokio::spawner);",
        "stringify!(tokio::spawn(1));",
        "macro_rules! nested { () => { tokio::spawn(1) } }",
        "info!(a = %b, \"c {}\", d);",
    ] {
        assert_eq!(said(body), [""; 0], "{body}");
    }
    for (body, count) in [
        (
            "opaque!([{ (tokio::spawn)(1) }], < UsersClient<Channel> >::x, a::UsersClient::<A<B>>::connect(1));",
            2,
        ),
        (
            "opaque!(x.connect_lazy(), Channel::balance_channel::<u8>(1));",
            2,
        ),
        ("println!(\"{}\" tokio::spawn(1));", 1),
    ] {
        assert_eq!(said(body).len(), count, "{body}: {:?}", said(body));
    }
}
