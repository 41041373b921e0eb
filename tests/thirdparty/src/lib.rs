//! What the tests against etcd share: the server and what it says of itself, and
//! the way to bind the client of `etcd-client`.

mod etcd;

pub use self::etcd::{Etcd, settles};

use etcd_client::{Channel, Client, Error};
use tonic::{body::Body, transport::Channel as Transport};
use tonic_scope::Scoped;
use tower::{ServiceExt, util::BoxCloneSyncService};

/// A client of `etcd-client` on a transport that binds each call to its scope.
///
/// The crate's own `Client::connect` makes its channel where nobody else has a
/// hand in it; `from_channel` (its feature `raw-channel`) takes ours.
pub async fn client(transport: Scoped<Transport>) -> Result<Client, Error> {
    let service = transport
        .map_response(|response| response.map(Body::new))
        .map_err(Into::into);
    Client::from_channel(Channel::Custom(BoxCloneSyncService::new(service)), None).await
}
