use super::expand;

/// The rewritten body alone.
pub(super) fn body(body: &str) -> String {
    let expanded = expand(
        "allow(fire_and_forget)",
        &format!("async fn f() {{ {body} }}"),
    );
    let (_, body) = expanded
        .split_once("return edge;\n                }\n")
        .expect("its begin");
    let (body, _) = body
        .split_once("            },\n        )\n        .await\n}")
        .expect("its end");
    body.lines()
        .map(|line| line.strip_prefix("                ").unwrap_or(line))
        .fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn clients() {
    snapshot!(body(
        r#"
        let a = UsersClient::connect("http://users").await?;
        let b = users_client::UsersClient::<Channel>::connect(dst).await?;
        let c = UsersClient::new(channel.clone());
        let d = <UsersClient<Channel>>::with_interceptor(self.channel.clone(), |r| Ok(r));
        let e = UsersClient::with_origin(pick().await?, "http://origin".parse()?);
        let other = redis::Client::connect(dst);
        let other = UsersClient::connect(a, b);
        let other = Users::new(a);
        UsersClient::connect(dst).await?.get().await?;
        "#,
    ));
}

#[test]
fn functions_as_values() {
    snapshot!(body(
        r"
        let all = join_all(peers.into_iter().map(UsersClient::<Channel>::connect)).await;
        let connect = users_client::UsersClient::connect;
        let users = channel.map(UsersClient::new);
        let channels = endpoints.iter().map(transport::Endpoint::connect_lazy);
        let tasks = all.map(tokio::spawn).collect::<Vec<_>>();
        let a = Endpoint::connect(&endpoint).await?;
        let b = Endpoint::connect_with_connector_lazy(&self.endpoint, connector()?);
        let other = cell.get_or_init(SearchClient::new);
        let other = Endpoint::connect(a, b);
        let other = UsersClient::connect;
        other(dst).await?;
        ",
    ));
}

#[test]
fn what_the_body_imports() {
    snapshot!(body(
        r"
        use tokio::{spawn, task::{self as tasks, spawn_local as local}};
        use users::v1::UsersClient as Users;
        spawn(work()).await?;
        tasks::spawn(work());
        join!(local(work()), spawn(work()));
        let users = Users::connect(dst).await?;
        {
            use mine::spawn;
            spawn(work());
        }
        if done {
            use tokio::task::*;
            spawn_local(work());
            other(work());
        }
        local_fn(spawn);
        ",
    ));
}

#[test]
fn what_is_called_like_an_import_stays() {
    snapshot!(body(
        r"
        use tokio::spawn;
        let spawn = |work| pool.spawn(work);
        spawn(work());
        {
            use tokio::task::spawn_local;
            fn spawn_local(work: impl Work) {}
            spawn_local(work());
        }
        ",
    ));
}

#[test]
fn channels() {
    snapshot!(body(
        r#"
        endpoint.connect().await?;
        let a = self.endpoint.connect_lazy();
        let b = Endpoint::from_static("http://a").timeout(limit()?).connect().await?;
        let c = Channel::builder(uri).connect_with_connector(connector()?).await?;
        let d = self.endpoint.connect_with_connector_lazy(connector);
        let e = endpoint_of(user)?.connect().await;
        let f = Channel::balance_list(endpoints.into_iter());
        let (g, changes) = Channel::balance_channel::<String>(10);
        let other = socket.connect(addr).await;
        let other = pool.connect::<Pg>().await;
        "#,
    ));
}

#[test]
fn spawns() {
    snapshot!(body(
        r"
        tokio::spawn(work()).await?;
        ::tokio::task::spawn(async { task::spawn_local(inner()) });
        let all = items.map(|item| async move { tokio::spawn(item).await }).map(tokio::spawn);
        spawn(other());
        fn nested() { tokio::spawn(untouched()); }
        ",
    ));
}

#[test]
fn arguments_of_known_macros() {
    snapshot!(body(
        r#"
        let (a, b) = tokio::try_join!(UsersClient::connect(x), tokio::spawn(y))?;
        tokio::select! {
            biased;
            Some(a) = tokio::spawn(a), if tokio::spawn(b).is_finished() => tokio::spawn(c),
            _ = stop.recv() => { tokio::spawn(d); }
            else => return tokio::spawn(e),
        }
        futures::select! { a = tokio::spawn(a) => {}, complete => {}, default => tokio::spawn(b) }
        let all = vec![tokio::spawn(a), tokio::spawn(b)];
        let same = vec![tokio::spawn(a); 3];
        assert!(matches!(tokio::spawn(a).await, Ok(x) | Err(x) if ok(tokio::spawn(x))), "{a}", a = tokio::spawn(a));
        println!("{x}   kept  as   it is");
        "#,
    ));
}

#[test]
fn types_that_are_ignored_stay() {
    let item = "async fn f() { SearchClient::connect(dst).await?; UsersClient::new(channel); }";
    let expanded = expand("ignore(http::SearchClient)", item);
    assert!(
        expanded.contains("SearchClient::connect(dst).await?;"),
        "{expanded}"
    );
    assert!(
        !expanded.contains("UsersClient::new(channel)"),
        "{expanded}"
    );
}

#[test]
fn arguments_of_macros_of_other_crates() {
    snapshot!(body(
        r#"
        tracing::info!(target: "a", user.id = %UsersClient::new(channel), ?other, "text {}", tokio::spawn(a));
        anyhow::ensure!(tokio::spawn(a).await?, "text");
        let all = async_stream::try_stream! {
            let mut users = UsersClient::connect(dst).await?;
            yield users.get(1).await?;
        };
        "#,
    ));
}

#[test]
fn from_a_pool() {
    snapshot!(expand(
        "pool = &self.pool",
        r#"
        async fn f(&self) -> Result<(), Status> {
            let a = UsersClient::connect("http://users").await?;
            let b = endpoint.connect().await?;
            let c = Endpoint::from_static("http://a").connect_lazy();
            Ok(())
        }
        "#,
    ));
}
