//! A line that breaks on demand: forwards bytes to the district and cuts, stalls or swallows them. TLS passes through it,
//! so what it cuts are records of the real connection.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the line does. `None` forwards everything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    /// Forwards everything.
    None,
    /// Closes the connection once so many bytes have gone up in it.
    CutUp(u64),
    /// Forwards what goes up, and closes the connection instead of passing on what comes down past so many bytes.
    CutDown(u64),
    /// Passes nothing down past so many bytes, and stays open.
    StallDown(u64),
}

/// The line.
pub(crate) struct Proxy {
    address: SocketAddr,
    fault: Arc<Mutex<Fault>>,
    up: Arc<AtomicU64>,
    down: Arc<AtomicU64>,
}

impl Proxy {
    /// A line to the district at `host:port`.
    pub(crate) async fn to(district: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let fault = Arc::new(Mutex::new(Fault::None));
        let (up, down) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (shared, went_up, came_down) = (Arc::clone(&fault), Arc::clone(&up), Arc::clone(&down));
        tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                let fault = *shared.lock().expect("no panic holds it");
                let (district, went_up, came_down) = (district.clone(), Arc::clone(&went_up), Arc::clone(&came_down));
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(&district).await else { return };
                    let ((desk_in, desk_out), (far_in, far_out)) = (desk.into_split(), far.into_split());
                    let (limit_up, limit_down, stall) = match fault {
                        Fault::None => (u64::MAX, u64::MAX, false),
                        Fault::CutUp(bytes) => (bytes, u64::MAX, false),
                        Fault::CutDown(bytes) => (u64::MAX, bytes, false),
                        Fault::StallDown(bytes) => (u64::MAX, bytes, true),
                    };
                    let upward = pump(desk_in, far_out, limit_up, false, went_up);
                    let downward = pump(far_in, desk_out, limit_down, stall, came_down);
                    // Whichever way ends first takes the connection with it.
                    tokio::select! { () = upward => {} () = downward => {} }
                });
            }
        });
        Self { address, fault, up, down }
    }

    /// `https://127.0.0.1:port`.
    pub(crate) fn address(&self) -> String {
        format!("https://{}", self.address)
    }

    /// What connections from now on suffer.
    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().expect("no panic holds it") = fault;
    }

    /// Bytes that went up and came down since the last look.
    pub(crate) fn taken(&self) -> (u64, u64) {
        (self.up.swap(0, Ordering::SeqCst), self.down.swap(0, Ordering::SeqCst))
    }
}

async fn pump(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut left: u64,
    stall: bool,
    count: Arc<AtomicU64>,
) {
    let mut buffer = [0; 4096];
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else { return };
        let pass = usize::try_from(left).unwrap_or(usize::MAX).min(read);
        if to.write_all(buffer.get(..pass).unwrap_or_default()).await.is_err() {
            return;
        }
        count.fetch_add(pass as u64, Ordering::SeqCst);
        left -= pass as u64;
        if left == 0 {
            if stall {
                std::future::pending::<()>().await;
            }
            return;
        }
    }
}
