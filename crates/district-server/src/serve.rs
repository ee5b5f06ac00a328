//! Listens with TLS until told to stop; requests under way are let finish.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::RustlsConfig;
use socket2::SockRef;
use tokio::task::JoinHandle;

use crate::{District, Error, Result, http, metrics};

/// How long requests under way may still take after a stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long a new connection may take to send its first request.
const FIRST_REQUEST: Duration = Duration::from_secs(20);

/// Serves the district at the configured address; calls `ready` with the address once it listens; ends after `stop`.
///
/// # Errors
/// [`Error::Config`] where no certificate can be made for the configured names, [`Error::Listen`].
pub async fn serve(
    district: Arc<District>,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    serve_with_grace(district, GRACE, ready, stop).await
}

/// The same, with another time for requests under way after a stop.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with_grace(
    district: Arc<District>,
    grace: Duration,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let tls = RustlsConfig::from_config(district.keys.tls(&district.config.names)?);
    let listener = TcpListener::bind(district.config.listen).map_err(Error::Listen)?;
    if district.config.wire_kib > 0 {
        // Connections have it from the listener.
        let bytes = usize::from(district.config.wire_kib) << 10;
        SockRef::from(&listener).set_recv_buffer_size(bytes).map_err(Error::Listen)?;
    }
    let address = listener.local_addr().map_err(Error::Listen)?;
    let figures = district.config.metrics.map(|address| tell_figures(&district, address)).transpose()?;
    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop.await;
        tracing::info!("stopping: requests under way are let finish");
        stopping.graceful_shutdown(Some(grace));
    });
    let server = axum_server::from_tcp_rustls(listener, tls).map_err(Error::Listen)?.handle(handle);
    // An answer would wait for the acknowledgement of what TLS sent before it: once more there and back.
    let server = server.map(|tls| tls.acceptor(NoDelayAcceptor)).first_request_timeout(FIRST_REQUEST);
    ready(address);
    let desks = http::router(district).into_make_service_with_connect_info::<SocketAddr>();
    let ended = server.serve(desks).await.map_err(Error::Listen);
    if let Some(figures) = figures {
        figures.abort();
    }
    ended
}

/// Tells figures at an address of this machine until the task is ended.
fn tell_figures(district: &Arc<District>, address: SocketAddr) -> Result<JoinHandle<()>> {
    let listener = TcpListener::bind(address).map_err(Error::Listen)?;
    let server = axum_server::from_tcp(listener).map_err(Error::Listen)?;
    let figures = metrics::router(Arc::clone(district)).into_make_service();
    Ok(tokio::spawn(async move {
        if let Err(error) = server.serve(figures).await {
            tracing::error!(%error, "figures are not told any more");
        }
    }))
}
