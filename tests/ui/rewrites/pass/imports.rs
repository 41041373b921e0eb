//! An import that only rewritten code needed is still in use.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

mod spawns {
    use tokio::task;

    #[tonic_scope::scoped]
    pub(super) async fn spawns() -> anyhow::Result<()> {
        task::spawn(async {}).await?;
        Ok(())
    }
}

mod spawns_by_name {
    use tokio::task;

    #[tonic_scope::scoped]
    pub(super) async fn spawns() -> anyhow::Result<()> {
        if let Some(task) = Some(async {}).map(task::spawn) {
            task.await?;
        }
        Ok(())
    }
}

mod balances {
    use tonic::transport::Channel;

    #[tonic_scope::scoped]
    pub(super) async fn balances() -> anyhow::Result<()> {
        drop(Channel::balance_list([].into_iter()));
        Ok(())
    }
}

mod connects {
    use tonic::transport::Channel;
    use tonic_scope_tests::shapes::shapes_client::ShapesClient;

    #[tonic_scope::scoped]
    pub(super) async fn connects() -> anyhow::Result<()> {
        ShapesClient::<Channel>::connect("http://localhost:1").await?;
        Ok(())
    }
}

mod makes {
    use tonic::transport::{Channel, Endpoint};
    use tonic_scope_tests::shapes::shapes_client::ShapesClient;

    #[tonic_scope::scoped]
    pub(super) async fn makes(endpoint: Endpoint) -> anyhow::Result<()> {
        drop(<ShapesClient<Channel>>::new(endpoint.connect_lazy()));
        drop(ShapesClient::<_>::new(endpoint.connect_lazy()));
        Ok(())
    }
}

#[tokio::main]
async fn main() {
    spawns::spawns().await.unwrap();
    spawns_by_name::spawns().await.unwrap();
    balances::balances().await.unwrap();
    assert!(connects::connects().await.is_err());
    makes::makes(tonic::transport::Endpoint::from_static("http://a")).await.unwrap();
}
