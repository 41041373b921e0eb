use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An answer over HTTP/1.1.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, as they came.
    head: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A header's value; empty if it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let headers = self.head.lines().skip(1);
        let mut pairs = headers.filter_map(|line| line.split_once(':'));
        let found = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.trim())
    }
}

/// Sends one request over HTTP/1.1, headers and all as they are given, and takes
/// the answer.
///
/// # Panics
///
/// If nobody answers, or not in HTTP/1.1.
pub async fn http1(address: &str, line: &str, headers: &[&str], body: &str) -> Answer {
    let mut socket = TcpStream::connect(address).await.expect("somebody listens");
    let mut request = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
    let length = format!("Content-Length: {}", body.len());
    let length = (!body.is_empty()).then_some(length.as_str());
    for header in headers.iter().copied().chain(length) {
        request += header;
        request += "\r\n";
    }
    request += "\r\n";
    request += body;
    socket
        .write_all(request.as_bytes())
        .await
        .expect("a reader");
    let mut bytes = Vec::new();
    // Not every server closes the connection because it was asked to.
    while !is_whole(&bytes) && socket.read_buf(&mut bytes).await.expect("an answer") > 0 {}
    parse(&bytes).expect("HTTP/1.1")
}

fn is_whole(bytes: &[u8]) -> bool {
    parse(bytes).is_some_and(|answer| {
        let length = answer.header("content-length").parse();
        length.is_ok_and(|length: usize| answer.body.len() >= length)
    })
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some(Answer {
        status: head.split(' ').nth(1)?.parse().ok()?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}
