//! A proxy that is HTTP/2 and nothing more, and writes down what passes.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use bytes::{Bytes, BytesMut};
use h2::{Reason, RecvStream, SendStream, client, server};
use http::HeaderMap;
use tokio::net::{TcpListener, TcpStream};

/// What crosses the wire, in one direction of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A header list, and whether it ends the stream.
    Head(Vec<(String, Bytes)>, bool),
    /// A frame of data, and whether it ends the stream.
    Data(Bytes, bool),
    Trailers(Vec<(String, Bytes)>),
    Reset(Option<Reason>),
}

/// What crossed the wire in one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) up: Vec<Seen>,
    pub(crate) down: Vec<Seen>,
}

impl Record {
    /// The same, where an upload whose end has a frame of its own ends with its data:
    /// that is how a scoped one of a single frame ends.
    pub(crate) fn ends_with_data(mut self) -> Self {
        if let [.., Seen::Data(_, end), Seen::Data(last, true)] = &mut *self.up
            && last.is_empty()
        {
            *end = true;
            self.up.pop();
        }
        self
    }

    /// The same, whatever the frames that its data came in: those of large messages
    /// depend on how much a socket takes at a time.
    pub(crate) fn whole(self) -> Self {
        Self {
            up: whole(self.up),
            down: whole(self.down),
        }
    }
}

fn whole(seen: Vec<Seen>) -> Vec<Seen> {
    let mut data = BytesMut::new();
    let mut ended = false;
    let mut whole = Vec::new();
    for seen in seen {
        match seen {
            Seen::Data(frame, end) => {
                data.extend_from_slice(&frame);
                ended = end;
            }
            seen => {
                if !data.is_empty() {
                    whole.push(Seen::Data(data.split().freeze(), ended));
                }
                whole.push(seen);
            }
        }
    }
    if !data.is_empty() {
        whole.push(Seen::Data(data.freeze(), ended));
    }
    whole
}

#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) address: SocketAddr,
    record: Arc<Mutex<Record>>,
}

/// Large enough that flow control cuts nothing.
const WINDOW: u32 = 64 << 20;

/// The documented additions, and what tells the time.
const LEFT_OUT: [&str; 2] = ["grpc-timeout", "date"];

impl Recorder {
    /// Starts a proxy of the server at `target`.
    pub(crate) async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::new(Mutex::new(Record::default()));
        let written = Arc::clone(&record);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(connection(socket, target, Arc::clone(&written)));
            }
        });
        Self { address, record }
    }

    /// Whether each direction of what was recorded has come to its end.
    pub(crate) fn is_complete(&self) -> bool {
        let record = self.record.lock().unwrap();
        let ended = |seen: &[Seen]| match seen.last() {
            Some(Seen::Head(_, end) | Seen::Data(_, end)) => *end,
            Some(Seen::Trailers(_) | Seen::Reset(_)) => true,
            None => false,
        };
        ended(&record.up) && ended(&record.down)
    }

    /// What was recorded since it was asked last.
    pub(crate) fn take(&self) -> Record {
        std::mem::take(&mut self.record.lock().unwrap())
    }
}

async fn connection(socket: TcpStream, target: SocketAddr, record: Arc<Mutex<Record>>) {
    socket.set_nodelay(true).unwrap();
    let mut downstream = server::Builder::new()
        .initial_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .handshake::<_, Bytes>(socket)
        .await
        .unwrap();
    let socket = TcpStream::connect(target).await.unwrap();
    socket.set_nodelay(true).unwrap();
    let (upstream, driver) = client::Builder::new()
        .initial_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .handshake::<_, Bytes>(socket)
        .await
        .unwrap();
    tokio::spawn(driver);
    while let Some(Ok((request, respond))) = downstream.accept().await {
        let upstream = upstream.clone().ready().await.unwrap();
        tokio::spawn(call(request, respond, upstream, Arc::clone(&record)));
    }
}

async fn call(
    request: http::Request<RecvStream>,
    mut respond: server::SendResponse<Bytes>,
    mut upstream: client::SendRequest<Bytes>,
    record: Arc<Mutex<Record>>,
) {
    let up = {
        let record = Arc::clone(&record);
        move |seen| record.lock().unwrap().up.push(seen)
    };
    let down = move |seen| record.lock().unwrap().down.push(seen);

    let (head, body) = request.into_parts();
    let ended = body.is_end_stream();
    let mut fields = vec![
        (":method".to_owned(), head.method.to_string().into()),
        (":path".to_owned(), head.uri.to_string().into()),
    ];
    fields.extend(listed(&head.headers));
    up(Seen::Head(fields, ended));
    let request = http::Request::from_parts(head, ());
    let (response, sender) = upstream.send_request(request, ended).unwrap();
    if !ended {
        tokio::spawn(pass(body, sender, up));
    }
    let response = match response.await {
        Ok(response) => response,
        Err(error) => {
            down(Seen::Reset(error.reason()));
            return respond.send_reset(error.reason().unwrap_or(Reason::INTERNAL_ERROR));
        }
    };
    let (head, body) = response.into_parts();
    let ended = body.is_end_stream();
    let mut fields = vec![(":status".to_owned(), head.status.to_string().into())];
    fields.extend(listed(&head.headers));
    down(Seen::Head(fields, ended));
    let response = http::Response::from_parts(head, ());
    let sender = respond.send_response(response, ended).unwrap();
    if !ended {
        pass(body, sender, down).await;
    }
}

/// Passes a body on, frame by frame, as it comes.
async fn pass(mut body: RecvStream, mut sender: SendStream<Bytes>, note: impl Fn(Seen)) {
    while let Some(data) = body.data().await {
        match data {
            Ok(data) => {
                let ended = body.is_end_stream();
                let _ = body.flow_control().release_capacity(data.len());
                note(Seen::Data(data.clone(), ended));
                // Fails where the other side has let go of the stream.
                let _ = sender.send_data(data, ended);
                if ended {
                    return;
                }
            }
            Err(error) => {
                note(Seen::Reset(error.reason()));
                return sender.send_reset(error.reason().unwrap_or(Reason::INTERNAL_ERROR));
            }
        }
    }
    if let Ok(Some(trailers)) = body.trailers().await {
        note(Seen::Trailers(listed(&trailers)));
        let _ = sender.send_trailers(trailers);
    }
}

/// Header fields in the order of the wire.
pub(crate) fn listed(headers: &HeaderMap) -> Vec<(String, Bytes)> {
    headers
        .iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .map(|(name, value)| {
            let value = Bytes::copy_from_slice(value.as_bytes());
            (name.as_str().to_owned(), value)
        })
        .collect()
}
