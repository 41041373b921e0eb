//! Where it listens, and where it does not.

use std::{error::Error as _, net::SocketAddr};

use futures::executor::block_on;
use tokio::net::TcpListener;
use tonic_scope::monitor::{self, Console};
use tonic_scope_tests::{http1, settles};

#[tokio::test]
async fn a_free_port_of_the_loopback_interface_is_served() {
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    assert!(console.local_addr().ip().is_loopback());
    assert_eq!(console.url(), format!("http://{}/", console.local_addr()));
}

#[tokio::test]
async fn a_name_that_stands_for_loopback_addresses_is_served() {
    let console = monitor::serve("localhost:0").await.unwrap();
    assert!(console.local_addr().ip().is_loopback());
}

#[tokio::test]
async fn an_address_that_is_taken_is_a_clear_error() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap();
    let error = monitor::serve(address).await.unwrap_err();
    assert!(error.is_taken() && !error.is_not_loopback());
    assert_eq!(error.at(), Some(address));
    let said = error.to_string();
    assert!(said.contains(&address.to_string()), "{said}");
    assert!(said.contains("somebody else does"), "{said}");
    assert!(error.source().is_some());
}

#[tokio::test]
async fn what_others_can_reach_is_refused_unless_that_is_said() {
    for open in ["0.0.0.0:0", "[::]:0", "192.0.2.1:9"] {
        let error = monitor::serve(open).await.unwrap_err();
        assert!(error.is_not_loopback() && !error.is_taken(), "{error}");
        let said = error.to_string();
        assert!(said.contains("allow_remote"), "{said}");
        assert_eq!(error.at(), open.parse::<SocketAddr>().ok());
    }
    let console = Console::builder().allow_remote();
    let console = console.serve("0.0.0.0:0").await.unwrap();
    let port = console.local_addr().port();
    let address = format!("127.0.0.1:{port}");
    let answer = http1(&address, "GET /", &["Host: 10.1.2.3"], "").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn what_is_no_address_is_a_clear_error() {
    for none in ["", "127.0.0.1", "127.0.0.1:port", "127.0.0.1:99999"] {
        let error = monitor::serve(none).await.unwrap_err();
        assert!(!error.is_taken() && !error.is_not_loopback());
        let said = error.to_string();
        assert!(
            said.starts_with("no address that a console can listen on"),
            "{said}"
        );
    }
    let nothing: &[SocketAddr] = &[];
    let error = monitor::serve(nothing).await.unwrap_err();
    assert!(error.to_string().contains("stands for none"), "{error}");
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let error = block_on(monitor::serve("127.0.0.1:0")).unwrap_err();
    assert!(error.to_string().contains("runtime"), "{error}");
}

#[tokio::test]
async fn a_console_that_is_closed_or_dropped_listens_no_more() {
    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let address = console.local_addr();
    console.close().await;
    let again = monitor::serve(address).await.unwrap();
    drop(again);
    let is_free = || std::net::TcpListener::bind(address).is_ok();
    assert!(settles(is_free, true).await);
}
