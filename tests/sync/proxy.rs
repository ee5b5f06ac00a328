//! A line that breaks on demand: forwards bytes and cuts, stalls, slows or swallows them. TLS passes through it, so what it
//! cuts are records of the real connection. `front` breaks what is inside them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What one packet carries on a slow line.
const PACKET: usize = 512;
/// How long a lost packet takes to come again.
const AGAIN: Duration = Duration::from_millis(200);

/// What the line does. `None` forwards everything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    /// Forwards everything.
    None,
    /// Takes no connection: it closes each as soon as it is made.
    Drops,
    /// Takes connections, and passes nothing either way.
    Swallows,
    /// Answers in words of its own, which are not TLS.
    Babbles,
    /// Closes the connection once so many bytes have gone up in it.
    CutUp(u64),
    /// Forwards what goes up, and closes the connection instead of passing on what comes down past so many bytes.
    CutDown(u64),
    /// Passes nothing down past so many bytes, and stays open.
    StallDown(u64),
    /// Passes every packet after a pause.
    Delays(Duration),
    /// Passes so many bytes a second, and loses one packet of fifty, which comes again later.
    Throttles(u32),
    /// Passes one byte at a time.
    Drips,
}

/// The line.
pub(crate) struct Proxy {
    address: SocketAddr,
    far: Arc<Mutex<String>>,
    fault: Arc<Mutex<Fault>>,
    up: Arc<AtomicU64>,
    down: Arc<AtomicU64>,
}

impl Proxy {
    /// A line to the district at `host:port`.
    pub(crate) async fn to(district: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (fault, far) = (Arc::new(Mutex::new(Fault::None)), Arc::new(Mutex::new(district)));
        let (up, down) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let line = Self { address, far, fault, up, down };
        let (far, fault) = (Arc::clone(&line.far), Arc::clone(&line.fault));
        let (up, down) = (Arc::clone(&line.up), Arc::clone(&line.down));
        tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                let fault = *fault.lock().expect("no panic holds it");
                let far = far.lock().expect("no panic holds it").clone();
                tokio::spawn(carry(desk, far, fault, Arc::clone(&up), Arc::clone(&down)));
            }
        });
        line
    }

    /// `https://127.0.0.1:port`.
    pub(crate) fn address(&self) -> String {
        format!("https://{}", self.address)
    }

    /// What connections from now on suffer.
    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().expect("no panic holds it") = fault;
    }

    /// Where connections from now on lead, `host:port`.
    pub(crate) fn lead_to(&self, far: String) {
        *self.far.lock().expect("no panic holds it") = far;
    }

    /// Bytes that went up and came down since the last look.
    pub(crate) fn taken(&self) -> (u64, u64) {
        (self.up.swap(0, Ordering::SeqCst), self.down.swap(0, Ordering::SeqCst))
    }
}

async fn carry(mut desk: TcpStream, far: String, fault: Fault, went_up: Arc<AtomicU64>, came_down: Arc<AtomicU64>) {
    match fault {
        Fault::Drops => return,
        Fault::Swallows => {
            let mut nowhere = Vec::new();
            // Until the desk gives up.
            let _ = desk.read_to_end(&mut nowhere).await;
            return;
        }
        Fault::Babbles => {
            let _ = desk.read(&mut [0; 1024]).await;
            let _ = desk.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
            return;
        }
        _ => {}
    }
    let Ok(far) = TcpStream::connect(&far).await else { return };
    for end in [&desk, &far] {
        let _ = end.set_nodelay(true);
    }
    let ((desk_in, desk_out), (far_in, far_out)) = (desk.into_split(), far.into_split());
    let (mut up, mut down) = (Pump::of(fault), Pump::of(fault));
    match fault {
        Fault::CutUp(bytes) => up.left = bytes,
        Fault::CutDown(bytes) => down.left = bytes,
        Fault::StallDown(bytes) => (down.left, down.stalls) = (bytes, true),
        _ => {}
    }
    // Whichever way ends first takes the connection with it.
    tokio::select! {
        () = up.run(desk_in, far_out, went_up) => {}
        () = down.run(far_in, desk_out, came_down) => {}
    }
}

/// One way of a connection.
struct Pump {
    /// Bytes that still pass.
    left: u64,
    /// Stays open after them.
    stalls: bool,
    packet: usize,
    pause: Duration,
    loses: bool,
}

impl Pump {
    fn of(fault: Fault) -> Self {
        let (packet, pause) = match fault {
            Fault::Delays(pause) => (4096, pause),
            Fault::Throttles(bytes) => (PACKET, Duration::from_secs_f64(512.0 / f64::from(bytes))),
            Fault::Drips => (1, Duration::ZERO),
            _ => (4096, Duration::ZERO),
        };
        Self { left: u64::MAX, stalls: false, packet, pause, loses: matches!(fault, Fault::Throttles(_)) }
    }

    async fn run(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: Arc<AtomicU64>) {
        let mut buffer = vec![0; self.packet];
        for packet in 1_u64.. {
            let Ok(read @ 1..) = from.read(&mut buffer).await else { return };
            tokio::time::sleep(self.pause).await;
            if self.loses && packet % 50 == 0 {
                tokio::time::sleep(AGAIN).await;
            }
            let pass = usize::try_from(self.left).unwrap_or(usize::MAX).min(read);
            if to.write_all(buffer.get(..pass).unwrap_or_default()).await.is_err() {
                return;
            }
            count.fetch_add(pass as u64, Ordering::SeqCst);
            self.left -= pass as u64;
            if self.left == 0 {
                if self.stalls {
                    std::future::pending::<()>().await;
                }
                return;
            }
        }
    }
}
