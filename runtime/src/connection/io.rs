//! The bytes of a connection.

use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper::rt::{Read, ReadBufCursor, Write};

use crate::channels::Open;

/// Something that HTTP/2 can be spoken over.
pub(crate) trait Stream: Read + Write + Send + Unpin {}

impl<T: Read + Write + Send + Unpin> Stream for T {}

/// A connected socket.
///
/// For an `https` address it refuses to carry plain HTTP/2. Without one of its
/// `tls-*` features tonic does not look at the scheme, and would send a call,
/// tokens and all, for everybody to read.
pub(crate) struct Io {
    stream: Box<dyn Stream>,
    /// Nothing has been written yet, and what will be must be TLS.
    must_be_tls: bool,
    // Dropped when the stream is, and so closed.
    _listed: Option<Arc<Open>>,
}

/// How HTTP/2 begins ([RFC 9113, section 3.4](https://www.rfc-editor.org/rfc/rfc9113#section-3.4)).
const PREFACE: &[u8] = b"PRI ";

impl Io {
    pub(super) fn new(stream: impl Stream + 'static, must_be_tls: bool) -> Self {
        Self {
            stream: Box::new(stream),
            must_be_tls,
            _listed: None,
        }
    }

    /// With its entry in the list of open sockets.
    pub(super) fn listed(self, entry: Option<Arc<Open>>) -> Self {
        Self {
            _listed: entry,
            ..self
        }
    }

    fn look_at(&mut self, first: &[u8]) -> io::Result<()> {
        if self.must_be_tls && first.starts_with(PREFACE) {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "the address says `https`, and tonic was built without TLS: enable `tls-ring` or \
                 `tls-aws-lc` and a source of root certificates in its features, or say `http`",
            ));
        }
        self.must_be_tls &= first.is_empty();
        Ok(())
    }
}

impl Read for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for Io {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.look_at(buf)?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = bufs.iter().find(|buf| !buf.is_empty());
        self.look_at(first.map_or(&[], |buf| buf))?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl fmt::Debug for Io {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Io").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http2_is_refused_where_tls_is_said() {
        let io = |must_be_tls| {
            let stream = hyper_util::rt::TokioIo::new(tokio::io::duplex(1).0);
            Io::new(stream, must_be_tls)
        };
        assert!(io(true).look_at(b"PRI * HTTP/2.0").is_err());
        assert!(io(true).look_at(&[22, 3, 1]).is_ok());
        assert!(io(false).look_at(b"PRI * HTTP/2.0").is_ok());
    }
}
