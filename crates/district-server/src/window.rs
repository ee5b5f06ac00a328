//! How much a desk may have on the wire at once: as much as its line carries in 0.4 s.
//!
//! A poor line's router would queue a whole day of it, and what is queued when the line is cut is sent once more. On a good line
//! with a long way to the district the same bound would keep an attachment waiting for one acknowledgement after the other.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum_server::accept::Accept;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What every connection begins with, in bytes.
pub(crate) const FIRST: usize = 16 << 10;
/// The kernel keeps to a limit of its own where that is lower.
const MOST: usize = 1 << 20;
/// It doubles once so many times as much came within so long. Over a shorter time a poor line looks good: behind a lost packet the
/// kernel keeps what comes, and hands it all over with the packet.
const SPAN: Duration = Duration::from_secs(2);
const TIMES: usize = 5;

/// Watches how fast a line carries.
struct Window {
    bytes: usize,
    since: Instant,
    came: usize,
}

impl Window {
    fn new(now: Instant) -> Self {
        Self { bytes: FIRST, since: now, came: 0 }
    }

    /// Bytes came in; gives the new size where they were enough.
    fn came(&mut self, bytes: usize, now: Instant) -> Option<usize> {
        if now.duration_since(self.since) >= SPAN {
            (self.since, self.came) = (now, 0);
        }
        self.came += bytes;
        if self.came <= TIMES * self.bytes || self.bytes >= MOST {
            return None;
        }
        self.bytes *= 2;
        (self.since, self.came) = (now, 0);
        Some(self.bytes)
    }
}

/// A connection whose window grows with what its line carries.
pub(crate) struct Growing {
    stream: TcpStream,
    window: Window,
}

impl AsyncRead for Growing {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        if let Some(bytes) = this.window.came(buffer.filled().len() - before, Instant::now()) {
            // Where the kernel does not want to, the line carries what it carried.
            let _ = SockRef::from(&this.stream).set_recv_buffer_size(bytes);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Growing {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Takes connections in.
#[derive(Clone, Copy)]
pub(crate) struct Acceptor;

impl<S> Accept<TcpStream, S> for Acceptor {
    type Stream = Growing;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Growing, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        // An answer would wait for the acknowledgement of what TLS sent before it: once more there and back.
        let ready = stream.set_nodelay(true);
        let window = Window::new(Instant::now());
        std::future::ready(ready.map(|()| (Growing { stream, window }, service)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const PACKET: usize = 1400;

    /// The window after a line brought so many bytes a second for ten seconds, so many packets at a time.
    fn after(bytes_per_second: usize, together: usize) -> usize {
        let begin = Instant::now();
        let mut window = Window::new(begin);
        for packet in 1..=bytes_per_second * 10 / PACKET / together {
            let micros = packet * together * PACKET * 1_000_000 / bytes_per_second;
            window.came(together * PACKET, begin + Duration::from_micros(u64::try_from(micros).unwrap()));
        }
        window.bytes
    }

    #[test]
    fn a_line_may_hold_what_it_carries_in_a_moment() {
        assert_eq!(after(8_000, 1), 16 << 10);
        assert_eq!(after(32_000, 1), 16 << 10, "256 kbit/s");
        assert_eq!(after(32_000, FIRST / PACKET), 16 << 10, "behind lost packets");
        assert_eq!(after(125_000, 1), 64 << 10, "1 Mbit/s");
        assert_eq!(after(1_250_000, 1), 512 << 10);
        assert_eq!(after(100_000_000, 1), 1 << 20);
    }

    #[tokio::test]
    async fn the_kernel_takes_more_once_a_line_carried_more() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        SockRef::from(&listener).set_recv_buffer_size(FIRST).unwrap();
        let mut desk = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, ()) = Acceptor.accept(listener.accept().await.unwrap().0, ()).await.unwrap();
        let before = SockRef::from(&stream.stream).recv_buffer_size().unwrap();
        let sent = tokio::spawn(async move {
            desk.write_all(&vec![7; 4 << 20]).await.unwrap();
            desk
        });
        let mut stream = stream;
        let mut came = vec![0; 4 << 20];
        stream.read_exact(&mut came).await.unwrap();
        assert!(came.iter().all(|byte| *byte == 7));
        assert!(SockRef::from(&stream.stream).recv_buffer_size().unwrap() > before);
        drop(sent.await.unwrap());
    }
}
