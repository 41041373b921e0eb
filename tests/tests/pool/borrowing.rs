//! `#[scoped(pool)]`: the same code, with a connection that is there already.

use std::sync::LazyLock;

use tonic::{Status, transport::Endpoint};
use tonic_scope::{
    connection::Profile,
    pool::{self, Pool},
    scoped,
};
use tonic_scope_tests::{
    Host, settles,
    shapes::{Ask, shapes_client::ShapesClient},
};

use super::harness::out;

#[scoped(pool)]
async fn of_the_process(url: &str) -> Result<(), Status> {
    let mut client = ShapesClient::connect(url.to_owned()).await?;
    client.unary(Ask::default()).await?;
    Ok(())
}

/// A connection goes with its runtime: this pool is for one test alone.
static POOL: LazyLock<Pool> = LazyLock::new(|| Pool::builder().build().unwrap());

#[scoped(pool = &POOL)]
async fn in_every_place(url: String) -> Result<(), Status> {
    for _ in 0..3 {
        let mut client = ShapesClient::connect(url.clone()).await?;
        client.unary(Ask::default()).await?;
    }
    let (first, second) = (url.clone(), url.clone());
    let tasks = [
        tokio::spawn(async move { ShapesClient::connect(first).await.map(drop) }),
        tokio::spawn(async move { ShapesClient::connect(second).await.map(drop) }),
    ];
    for task in tasks {
        task.await.unwrap()?;
    }
    let target = Profile::new().at(url.as_str());
    let (one, two) = tokio::try_join!(
        ShapesClient::connect(url.clone()),
        ShapesClient::connect(target),
    )?;
    drop((one, two));
    let connect = async || ShapesClient::connect(url.clone()).await;
    connect().await?.unary(Ask::default()).await?;
    Ok(())
}

struct Service {
    pool: Pool,
}

#[scoped(pool = &self.pool)]
impl Service {
    async fn pooled(&self, url: String) -> Result<(), Status> {
        let mut client = ShapesClient::connect(url.clone()).await?;
        client.unary(Ask::default()).await?;
        let again = tokio::spawn(async move { ShapesClient::connect(url).await.map(drop) });
        again.await.unwrap()?;
        Ok(())
    }

    #[scoped(pool = none)]
    async fn alone(&self, url: String) -> Result<(), Status> {
        let mut client = ShapesClient::connect(url).await?;
        client.unary(Ask::default()).await?;
        Ok(())
    }

    async fn by_endpoint(&self, url: String) -> Result<(), Status> {
        let endpoint = Endpoint::from_shared(url).map_err(|it| Status::internal(it.to_string()))?;
        let channel = endpoint.connect().await?;
        ShapesClient::new(channel).unary(Ask::default()).await?;
        let channel = endpoint.connect_lazy();
        ShapesClient::new(channel).unary(Ask::default()).await?;
        let mut client = ShapesClient::connect(endpoint).await?;
        client.unary(Ask::default()).await?;
        Ok(())
    }
}

#[tokio::test]
async fn the_pool_of_the_process_is_the_default() {
    let host = Host::start().await;
    for _ in 0..10 {
        of_the_process(&host.url()).await.unwrap();
    }
    assert_eq!((host.accepted(), host.answered()), (1, 10));
    assert!(pool::set_default(Pool::builder().build().unwrap()).is_err());
}

#[tokio::test]
async fn every_place_of_a_function_borrows() {
    let host = Host::start().await;
    for _ in 0..3 {
        in_every_place(host.url()).await.unwrap();
    }
    assert_eq!((host.accepted(), host.answered()), (1, 12));
    assert_eq!(out(&POOL), 0);
}

#[tokio::test]
async fn a_pool_of_ones_own_holds_for_an_impl_and_a_method_can_do_without() {
    let host = Host::start().await;
    let service = Service {
        pool: Pool::builder().build().unwrap(),
    };
    for _ in 0..3 {
        service.pooled(host.url()).await.unwrap();
    }
    assert_eq!(host.accepted(), 1);
    for _ in 0..3 {
        service.alone(host.url()).await.unwrap();
    }
    assert_eq!(host.accepted(), 4);
    assert_eq!(settles(|| host.connections(), 1).await, 1);
}

#[tokio::test]
async fn an_endpoint_is_borrowed_for_only_where_all_are_promised_to_be_alike() {
    let host = Host::start().await;
    let service = Service {
        pool: Pool::builder().build().unwrap(),
    };
    service.by_endpoint(host.url()).await.unwrap();
    assert_eq!((host.accepted(), host.answered()), (3, 3));
    assert_eq!(service.pool.snapshot().counts.unpooled, 3);

    let host = Host::start().await;
    let service = Service {
        pool: Pool::builder().alike_endpoints(true).build().unwrap(),
    };
    for _ in 0..3 {
        service.by_endpoint(host.url()).await.unwrap();
    }
    assert_eq!((host.accepted(), host.answered()), (1, 9));
    assert_eq!(service.pool.snapshot().counts.unpooled, 0);
}

#[tokio::test]
async fn a_pool_that_is_gone_is_told_of() {
    struct Gone;
    static KEPT: std::sync::Mutex<Option<Pool>> = std::sync::Mutex::new(None);
    #[scoped(pool = KEPT.lock().unwrap().as_ref().unwrap())]
    impl Gone {
        async fn call(&self, url: String) -> Result<(), tonic_scope::ConnectError> {
            drop(KEPT.lock().unwrap().take());
            let _client = ShapesClient::connect(url).await?;
            Ok(())
        }
    }
    *KEPT.lock().unwrap() = Some(Pool::builder().build().unwrap());
    let error = Gone.call("http://127.0.0.1:1".into()).await;
    let error = error.map_err(|it| it.lease().is_some_and(pool::LeaseError::is_closed));
    assert!(error.unwrap_err());
}
