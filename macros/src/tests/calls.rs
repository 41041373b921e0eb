use super::{errors, rewrites::body};

#[test]
fn limits_of_calls() {
    snapshot!(body(
        r#"
        #[call(timeout = "50ms")] users.get(id).await?;
        let a = #[call(timeout = limit / 2, idle = "1s", reserve = "5ms")] users.get(id).await?.into_inner();
        #[call(local)] let b = self.users.clone().get(id(c).await?).await else { return Ok(()) };
        match #[tonic_scope::call(timeout = "1s")] users.get(id).await { Ok(x) => x, Err(_) => (#[call(local)] other.await)? + 1 }
        let c = async { #[call(local)] UsersClient::connect(dst).await };
        items.map(|item| async move { #[call(local)] item.await });
        x = #[call(local)] f().await;
        x += #[call(local)] f().await;
        #[call(local)] return users.get(id).await;
        "#,
    ));
}

#[test]
fn limits_of_calls_in_macros() {
    snapshot!(body(
        r#"
        let a = vec![#[call(local)] f().await, g()];
        let (a, b) = tokio::join!(#[call(timeout = "50ms")] users.get(a), async { #[call(local)] users.get(b).await });
        tokio::select! {
            a = #[call(timeout = "50ms")] users.get(a), if (#[call(local)] free().await) => (#[call(local)] b.await),
            b = #[call(unscoped)] tokio::spawn(b) => b,
        }
        println!("{}", #[call(unscoped)] tokio::spawn(f()).id());
        "#,
    ));
}

#[test]
fn unscoped() {
    snapshot!(body(
        r#"
        let a = #[call(unscoped)] UsersClient::connect("http://users").await?;
        #[call(unscoped)] let b = endpoint.connect_lazy();
        #[call(unscoped)] tokio::spawn(async { tokio::spawn(b) });
        #[call(unscoped)] vec![tokio::spawn(c)];
        let d = items.map(#[call(unscoped)] tokio::spawn);
        tokio::spawn(d);
        "#,
    ));
}

#[test]
fn misplaced() {
    let statements = [
        "#[call] f().await;",
        "#[call()] f().await;",
        "#[call = 1] f().await;",
        "#[call(timout = \"1s\")] f().await;",
        "#[call(call_timeout = \"1s\")] f().await;",
        "#[call(timeout = none)] f().await;",
        "#[call(timeout = \"0s\", timeout = \"1s\")] f().await;",
        "#[call(timeout = 50)] f().await;",
        "#[call(timeout = \"2y\")] f().await;",
        "#[call(local = true)] f().await;",
        "#[call(local, reserve = \"1ms\")] f().await;",
        "#[call(unscoped, timeout = \"1s\")] UsersClient::connect(dst).await;",
        "#[call(timeout = \"1s\", idle = \"2s\", reserve = \"1s\")] f().await;",
        "#[call(timeout = \"3s\", idle = \"3s\")] f().await;",
        "detach(\"audit\", LIMIT, async { #[call(timeout = \"3s\")] f().await });",
        "#[call(timeout = \"2s\")] f().await;",
        "#[call(local)] f();",
        "#[call(local)] let x;",
        "#[call(local)] f(g().await);",
        "#[call(local)] f().await?.g().await;",
        "#[call(local)] #[call(local)] f().await;",
        "#[call(local)] let x = #[call(local)] f().await;",
        "#[call(local)] match f().await { _ => {} }",
        "#[call(local)] { f().await }",
        "match x { #[call(local)] _ => f().await }",
        "X { #[call(local)] a: f().await };",
        "#[call(local)] f!(x.await);",
        "#[call(local)] f().await + g();",
        "let x = #[call(local)] f().await == #[call(local)] f().await;",
        "#[call(local)] x = f().await;",
        "#[call(local)] x += f().await;",
        "let x = #[call(local)] f().await..2;",
        "#[call(unscoped)] f().await;",
        "join!(#[call(local)] f().await);",
        "opaque!(#[call(local)] f().await);",
        "fn nested() { #[call(local)] f().await }",
    ];
    let mut lines = Vec::new();
    for statement in statements {
        lines.push(statement.to_owned());
        let item = format!("async fn f() -> R {{ {statement} }}");
        lines.extend(errors("timeout = \"2s\"", &item));
        lines.push(String::new());
    }
    snapshot!(lines.join("\n"));
}
