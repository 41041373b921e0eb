use tonic::transport::{Channel, Endpoint};
use tonic_scope::scoped;

fn unbound(_: Channel) -> bool {
    true
}

#[scoped]
async fn f(endpoint: Endpoint) -> anyhow::Result<()> {
    tokio::join!(async { unbound(endpoint.connect_lazy()) });
    tokio::select! {
        () = async {}, if unbound(endpoint.connect_lazy()) => {}
        else => {}
    }
    drop(vec![unbound(endpoint.connect_lazy())]);
    drop(matches!(unbound(endpoint.connect_lazy()), true));
    drop(format!("{}", unbound(endpoint.connect_lazy())));
    assert!(unbound(endpoint.connect_lazy()));
    Ok(())
}

fn main() {}
