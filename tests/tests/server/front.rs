//! A server with a layer, and what one asks of it.

use std::sync::{Arc, atomic::AtomicUsize};

use bytes::Bytes;
use http::Request as HttpRequest;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Code,
    transport::{Channel, Server},
};
use tonic_scope::{Scope, ServerScopeLayer};
use tonic_scope_tests::{
    channel,
    shapes::{shapes_client::ShapesClient, shapes_server::ShapesServer},
};

use super::handlers::Handlers;

/// What a handler reports.
#[derive(Debug)]
pub(super) enum Event {
    Began(Scope),
    /// How the upload ended: complete, or with a status.
    Uploaded(Result<(), Code>),
}

pub(super) struct Front {
    pub(super) address: String,
    pub(super) handlers: Arc<AtomicUsize>,
    pub(super) events: UnboundedReceiver<Event>,
}

impl Front {
    pub(super) async fn start(layer: ServerScopeLayer) -> Self {
        let (sender, events) = unbounded_channel();
        let handlers = Arc::new(AtomicUsize::new(0));
        let service = Handlers {
            began: Arc::clone(&handlers),
            events: sender,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = Server::builder()
            .layer(layer)
            .add_service(ShapesServer::new(service));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        Self {
            address,
            handlers,
            events,
        }
    }

    pub(super) async fn client(&self) -> ShapesClient<Channel> {
        ShapesClient::new(channel(format!("http://{}", self.address)).await)
    }

    /// The scope of the handler that began.
    pub(super) async fn scope(&mut self) -> Scope {
        match self.events.recv().await {
            Some(Event::Began(scope)) => scope,
            other => panic!("{other:?}"),
        }
    }

    /// Sends the headers of a unary call, and nothing more.
    pub(super) async fn headers(
        &self,
        timeout: Option<&str>,
    ) -> (h2::client::ResponseFuture, h2::SendStream<Bytes>) {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        let (mut sender, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let mut request = HttpRequest::post(format!(
            "http://{}/tonic_scope.tests.Shapes/Unary",
            self.address
        ))
        .header("content-type", "application/grpc");
        if let Some(timeout) = timeout {
            request = request.header("grpc-timeout", timeout);
        }
        futures::future::poll_fn(|cx| sender.poll_ready(cx))
            .await
            .unwrap();
        sender
            .send_request(request.body(()).unwrap(), false)
            .unwrap()
    }
}
