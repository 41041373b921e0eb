//! A call, and all that its caller sees of it.

use std::error::Error;

use bytes::Bytes;
use futures::stream;
use prost::Message as _;
use tonic::{
    Code, Request, Response, Status, Streaming, client::GrpcService, codec::CompressionEncoding,
    metadata::MetadataValue,
};
use tonic_scope_tests::shapes::{Answer, Ask, shapes_client::ShapesClient};

use crate::wire::listed;

type Fields = Vec<(String, Bytes)>;

/// A call to make. It asks as it says, or 3 MiB for `big`, and 5 MiB, which is more
/// than tonic takes, for `too big`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) shape: &'static str,
    pub(crate) asks: &'static [&'static str],
    pub(crate) compression: Option<CompressionEncoding>,
    /// The largest message that the caller takes, if not the usual.
    pub(crate) takes: Option<usize>,
}

/// What its caller sees.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    head: Option<Fields>,
    answers: Vec<Vec<u8>>,
    trailers: Option<Fields>,
    status: Option<Failure>,
    /// What a stream yields when it is asked once more.
    after: Option<String>,
}

/// A status, down to its causes.
#[derive(Debug, PartialEq, Eq)]
struct Failure {
    code: Code,
    message: String,
    details: Vec<u8>,
    metadata: Fields,
    causes: Vec<String>,
}

impl Case {
    pub(crate) const fn new(shape: &'static str, asks: &'static [&'static str]) -> Self {
        Self {
            shape,
            asks,
            compression: None,
            takes: None,
        }
    }

    /// Makes the call.
    pub(crate) async fn call<T>(self, mut client: ShapesClient<T>) -> Seen
    where
        T: GrpcService<tonic::body::Body>,
        T::Error: Into<Box<dyn Error + Send + Sync>>,
        T::ResponseBody: http_body::Body<Data = Bytes> + Send + 'static,
        <T::ResponseBody as http_body::Body>::Error: Into<Box<dyn Error + Send + Sync>> + Send,
    {
        if let Some(compression) = self.compression {
            client = client
                .send_compressed(compression)
                .accept_compressed(compression);
        }
        if let Some(limit) = self.takes {
            client = client.max_decoding_message_size(limit);
        }
        let asks = self.asks.iter().map(|text| Ask {
            text: match *text {
                "big" => "x".repeat(3 << 20),
                "too big" => "x".repeat(5 << 20),
                text => text.to_owned(),
            },
        });
        let asks: Vec<_> = asks.collect();
        let one = asks.first().cloned().unwrap_or_default();
        match self.shape {
            "Unary" => unary(client.unary(request(one)).await),
            "Upload" => unary(client.upload(request(stream::iter(asks))).await),
            "Download" => streaming(client.download(request(one)).await).await,
            "Chat" => streaming(client.chat(request(stream::iter(asks))).await).await,
            other => panic!("{other}"),
        }
    }
}

/// A message with metadata, ASCII and binary, some of it twice.
fn request<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let metadata = request.metadata_mut();
    metadata.append("x-text", MetadataValue::from_static("one"));
    metadata.append("x-text", MetadataValue::from_static("two, three"));
    metadata.append_bin("x-data-bin", MetadataValue::from_bytes(&[0, 1, 254, 255]));
    request
}

impl Seen {
    fn failed(status: &Status) -> Self {
        let mut causes = Vec::new();
        let mut next = status.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        Self {
            status: Some(Failure {
                code: status.code(),
                message: status.message().to_owned(),
                details: status.details().to_owned(),
                metadata: listed(status.metadata().as_ref()),
                causes,
            }),
            ..Self::default()
        }
    }
}

fn unary(result: Result<Response<Answer>, Status>) -> Seen {
    match result {
        Ok(response) => Seen {
            // tonic puts the trailers of a unary call there as well.
            head: Some(listed(response.metadata().as_ref())),
            answers: vec![response.get_ref().encode_to_vec()],
            ..Seen::default()
        },
        Err(status) => Seen::failed(&status),
    }
}

async fn streaming(result: Result<Response<Streaming<Answer>>, Status>) -> Seen {
    let response = match result {
        Ok(response) => response,
        Err(status) => return Seen::failed(&status),
    };
    let head = Some(listed(response.metadata().as_ref()));
    let mut stream = response.into_inner();
    let mut answers = Vec::new();
    let end = loop {
        match stream.message().await {
            Ok(Some(answer)) => answers.push(answer.encode_to_vec()),
            Ok(None) => break None,
            Err(status) => break Some(status),
        }
    };
    let trailers = stream.trailers().await.ok().flatten();
    Seen {
        head,
        answers,
        trailers: trailers.map(|trailers| listed(trailers.as_ref())),
        after: Some(format!("{:?}", stream.message().await)),
        ..end.as_ref().map_or_else(Seen::default, Seen::failed)
    }
}
