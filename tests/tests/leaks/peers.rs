//! Servers in the process of the test.

use tonic::Status;
use tonic_scope::{ServerScopeLayer, scoped, testing::LeakCheck};
use tonic_scope_tests::{Apart, serve as serve_without_layer, shapes::shapes_client::ShapesClient};

use crate::service::{Asked, SHORT, ask, line_of, nudge, serve};

/// Lets a handler block, and goes away.
#[scoped(timeout = "300ms")]
async fn let_it_block(url: String) -> Result<(), Status> {
    let mut client = ShapesClient::connect(url).await?;
    client.unary(ask("block")).await.map(drop)
}

const SERVICE: &str = include_str!("service.rs");

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_handler_of_a_server_made_in_the_tree_is_of_the_tree() {
    let _nudge = nudge();
    let (service, _release) = Asked::blocking();
    let check = LeakCheck::new().patience(SHORT);
    let (_, leaks) = check
        .find(async {
            let url = serve(service, ServerScopeLayer::new()).await;
            let_it_block(url).await.unwrap_err();
        })
        .await;
    let [leak] = leaks.iter().collect::<Vec<_>>()[..] else {
        panic!("{leaks}");
    };
    assert_eq!((leak.kind(), leak.scope()), ("task", Some("Asked::unary")));
    assert_eq!(leak.location().line(), line_of(SERVICE, "blocked handler"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn so_it_is_without_a_layer_on_a_runtime_of_the_tests_own() {
    let _nudge = nudge();
    let (service, _release) = Asked::blocking();
    let check = LeakCheck::new().patience(SHORT);
    let (_, leaks) = check
        .find(async {
            let url = serve_without_layer(service).await;
            let_it_block(url).await.unwrap_err();
        })
        .await;
    let [leak] = leaks.iter().collect::<Vec<_>>()[..] else {
        panic!("{leaks}");
    };
    assert_eq!((leak.kind(), leak.scope()), ("task", Some("Asked::unary")));
}

#[tokio::test]
async fn a_server_made_elsewhere_is_not() {
    let (service, _release) = Asked::blocking();
    let (plain, _release_too) = Asked::blocking();
    // Two, for a handler that blocks blocks its runtime.
    let (one, another) = (Apart::new("server"), Apart::new("server"));
    let layered = one.run(async { serve(service, ServerScopeLayer::new()).await });
    let (layered, plain) = (layered.await, another.run(serve_without_layer(plain)).await);
    let check = LeakCheck::new().patience(SHORT);
    check
        .run(async {
            let_it_block(layered).await.unwrap_err();
            let_it_block(plain).await.unwrap_err();
        })
        .await;
}
