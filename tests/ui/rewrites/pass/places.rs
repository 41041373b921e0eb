//! A scope and what is bound to it report the user's place, not the attribute's.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::panic::Location;

use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};
use tonic_scope::monitor::snapshot;
use tonic_scope::{Scope, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

/// The text that begins where a place points.
fn text_at(place: &Location<'_>) -> String {
    let source = include_str!("places.rs");
    let line = source.lines().nth(place.line() as usize - 1).unwrap();
    let from_there = &line[place.column() as usize - 1..];
    from_there.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect()
}

/// The kinds and places of what is bound to the current scope.
fn bonds() -> Vec<(&'static str, String)> {
    let scope = Scope::current().unwrap();
    let scopes = snapshot().scopes;
    let this = scopes.iter().find(|it| it.location == scope.location()).unwrap();
    let mut bonds: Vec<_> =
        this.bonds.iter().map(|bond| (bond.kind(), text_at(bond.location))).collect();
    bonds.sort();
    bonds.dedup();
    bonds
}

fn here() -> (&'static str, String) {
    let scope = Scope::current().unwrap();
    (scope.name(), text_at(scope.location()))
}

#[scoped(timeout = "1s")]
async fn function() -> Result<(), Status> {
    assert_eq!(here(), ("function", "function".into()));
    Ok(())
}

#[scoped(name = "another")]
async fn named() -> Result<(), Status> {
    assert_eq!(here(), ("another", "named".into()));
    Ok(())
}

#[scoped]
async fn r#match() -> Result<(), Status> {
    assert_eq!(here().0, "match");
    Ok(())
}

#[tonic::async_trait]
trait Greeter {
    async fn hello(&self) -> Result<(), Status>;
    async fn bye(&self) -> Result<(), Status>;
}

struct MyGreeter<T>(T);

#[scoped]
#[tonic::async_trait]
impl<T: Send + Sync> Greeter for MyGreeter<T> {
    async fn hello(&self) -> Result<(), Status> {
        assert_eq!(here(), ("MyGreeter::hello", "hello".into()));
        Ok(())
    }

    #[scoped(name = "good bye")]
    async fn bye(&self) -> Result<(), Status> {
        assert_eq!(here(), ("good bye", "bye".into()));
        Ok(())
    }
}

struct Other;

#[tonic::async_trait]
#[scoped(name = "Renamed")]
impl Greeter for Other {
    async fn hello(&self) -> Result<(), Status> {
        assert_eq!(here(), ("Renamed::hello", "hello".into()));
        Ok(())
    }

    async fn bye(&self) -> Result<(), Status> {
        assert_eq!(here(), ("Renamed::bye", "bye".into()));
        Ok(())
    }
}

struct Single;

#[tonic::async_trait]
impl Greeter for Single {
    #[scoped]
    async fn hello(&self) -> Result<(), Status> {
        assert_eq!(here(), ("hello", "hello".into()));
        Ok(())
    }

    async fn bye(&self) -> Result<(), Status> {
        Ok(())
    }
}

#[scoped]
async fn spawns() -> Result<(), Status> {
    let waiting = tokio::spawn(std::future::pending::<()>());
    assert_eq!(bonds(), [("task", "spawn".into())]);
    waiting.abort();
    Ok(())
}

#[scoped]
async fn makes_a_client(channel: Channel) -> Result<(), Status> {
    let client = ShapesClient::new(channel);
    assert_eq!(bonds(), [("client", "new".into())]);
    drop(client);
    Ok(())
}

#[scoped]
async fn makes_a_channel(endpoint: Endpoint) -> Result<(), Status> {
    let by_place = endpoint.connect_lazy();
    assert!(bonds().iter().all(|(_, text)| text == "connect_lazy"), "{:?}", bonds());
    assert!(!bonds().is_empty());
    drop(by_place);
    Ok(())
}

#[scoped]
async fn balances() -> Result<(), Status> {
    let channel = Channel::balance_list([Endpoint::from_static("http://a")].into_iter());
    assert!(bonds().iter().all(|(_, text)| text == "balance_list"), "{:?}", bonds());
    assert!(!bonds().is_empty());
    drop(channel);
    Ok(())
}

#[scoped(timeout = "10s")]
async fn remaining<T>(_: T, _request: Request<()>) -> Result<Response<u64>, Status> {
    Ok(Response::new(Scope::current().unwrap().remaining().unwrap().as_secs()))
}

#[scoped(timeout = "10s")]
async fn remaining_unnamed(_: Request<()>) -> Result<Response<u64>, Status> {
    Ok(Response::new(Scope::current().unwrap().remaining().unwrap().as_secs()))
}

#[scoped(timeout = "10s", inherit = false)]
async fn remaining_alone(_: Request<()>) -> Result<Response<u64>, Status> {
    Ok(Response::new(Scope::current().unwrap().remaining().unwrap().as_secs()))
}

fn hurried() -> Request<()> {
    let mut request = Request::new(());
    request.set_timeout(std::time::Duration::from_secs(3));
    request
}

#[tokio::main]
async fn main() {
    function().await.unwrap();
    named().await.unwrap();
    r#match().await.unwrap();
    MyGreeter(1).hello().await.unwrap();
    MyGreeter(1).bye().await.unwrap();
    Other.hello().await.unwrap();
    Other.bye().await.unwrap();
    Single.hello().await.unwrap();
    Single.bye().await.unwrap();
    spawns().await.unwrap();
    let endpoint = Endpoint::from_static("http://a");
    makes_a_client(endpoint.connect_lazy()).await.unwrap();
    makes_a_channel(endpoint).await.unwrap();
    balances().await.unwrap();
    assert_eq!(remaining(1, hurried()).await.unwrap().into_inner(), 2);
    assert_eq!(remaining_unnamed(hurried()).await.unwrap().into_inner(), 2);
    assert_eq!(remaining_alone(hurried()).await.unwrap().into_inner(), 9);
}
