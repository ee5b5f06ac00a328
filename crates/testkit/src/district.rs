//! A whole district for tests and practice: a private PostgreSQL and the real server with TLS, in this process.
//!
//! It runs on a thread of its own, so that tests with and without a runtime can use it alike.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use district_server::{Clock, Config, District};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::postgres::PrivatePostgres;

/// What people call it.
pub const NAME: &str = "天津市东丽区矛调中心";
/// The centre of practice mode and of tests: 天津市东丽区新立街道.
pub const CENTRE: &str = "120110005";

/// Why a local district does not start, or does not do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// PostgreSQL, or a file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The server.
    #[error(transparent)]
    District(#[from] district_server::Error),
    /// A statement, or who was to answer it.
    #[error(transparent)]
    Database(#[from] tokio_postgres::Error),
    /// Its thread ended.
    #[error("the district's thread ended")]
    Ended,
}

/// The result of this module's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// A running district. Stops when dropped; its folder keeps what it holds, and a second start goes on with it.
pub struct LocalDistrict {
    // In the order in which they must end.
    running: Running,
    postgres: PrivatePostgres,
    folder: PathBuf,
    clock: Clock,
    settings: fn(&mut Config),
}

impl LocalDistrict {
    /// Starts a district in a folder, at the port it had there before if that is still free.
    ///
    /// # Errors
    /// Where PostgreSQL or the server does not start.
    #[expect(clippy::disallowed_methods, reason = "in place of the server's main, which reads the clock")]
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_at(folder, Arc::new(|| chrono::Utc::now().timestamp_millis()))
    }

    /// The same, with a clock of the caller's.
    ///
    /// # Errors
    /// As [`LocalDistrict::start`].
    pub fn start_at(folder: &Path, clock: Clock) -> Result<Self> {
        Self::start_as(folder, clock, |_| {})
    }

    /// The same, with settings of the caller's.
    ///
    /// # Errors
    /// As [`LocalDistrict::start`].
    pub fn start_as(folder: &Path, clock: Clock, settings: fn(&mut Config)) -> Result<Self> {
        let postgres = PrivatePostgres::start(&folder.join("postgres"))?;
        let running = Running::start(folder, &postgres.url(), &clock, settings)?;
        Ok(Self { running, postgres, folder: folder.to_owned(), clock, settings })
    }

    /// `https://127.0.0.1:port`.
    pub fn address(&self) -> String {
        format!("https://{}", self.running.address)
    }

    /// Where it tells its figures.
    pub fn figures_address(&self) -> Option<SocketAddr> {
        self.running.figures
    }

    /// The CA certificate, DER.
    pub fn ca_der(&self) -> &[u8] {
        self.running.district.ca_der()
    }

    /// How to connect to its PostgreSQL.
    pub fn postgres_url(&self) -> String {
        self.postgres.url()
    }

    /// Its PostgreSQL.
    pub fn postgres(&self) -> &PrivatePostgres {
        &self.postgres
    }

    /// The server itself.
    pub fn district(&self) -> &Arc<District> {
        &self.running.district
    }

    /// A new one-time code for a desk.
    ///
    /// # Errors
    /// Where the database is away.
    pub fn enrolment_code(&self, centre: &str, desk: u8) -> Result<String> {
        let (district, centre) = (Arc::clone(&self.running.district), centre.to_owned());
        let code = self.running.wait(async move { district.new_code(&centre, desk).await })??;
        Ok(code.to_string())
    }

    /// Runs work on the district's own thread, from a test with or without a runtime.
    ///
    /// # Errors
    /// [`Error::Ended`] if the thread is gone.
    pub fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T> {
        self.running.wait(work)
    }

    /// Runs statements in its database, without its knowledge.
    ///
    /// # Errors
    /// Where one of them fails.
    pub fn execute(&self, sql: &str) -> Result<()> {
        let (url, sql) = (self.postgres_url(), sql.to_owned());
        let done = self.wait(async move { crate::postgres::connect(&url).await?.batch_execute(&sql).await })?;
        Ok(done?)
    }

    /// Takes the database away as a power cut would; the server goes on and answers 503.
    ///
    /// # Errors
    /// Where the signal cannot be sent.
    pub fn cut_database(&mut self) -> Result<()> {
        Ok(self.postgres.kill_immediate()?)
    }

    /// Ends the server, then starts PostgreSQL and the server again, on the same port where it is free.
    ///
    /// # Errors
    /// As [`LocalDistrict::start`].
    pub fn restart(&mut self) -> Result<()> {
        self.running.stop();
        self.postgres = PrivatePostgres::start(&self.folder.join("postgres"))?;
        self.running = Running::start(&self.folder, &self.postgres.url(), &self.clock, self.settings)?;
        Ok(())
    }

    /// Ends the server and PostgreSQL.
    pub fn stop(self) {
        drop(self);
    }
}

struct Running {
    district: Arc<District>,
    address: SocketAddr,
    figures: Option<SocketAddr>,
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(folder: &Path, postgres: &str, clock: &Clock, settings: fn(&mut Config)) -> Result<Self> {
        let port_file = folder.join("port");
        let before = std::fs::read_to_string(&port_file).ok().and_then(|text| text.trim().parse().ok());
        let port: u16 = before.filter(|&port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok()).unwrap_or(0);
        let mut config = Config::new(NAME, &folder.join("district"), postgres);
        config.listen = SocketAddr::from(([127, 0, 0, 1], port));
        settings(&mut config);
        let figures = config.metrics;
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let clock = Arc::clone(clock);
        let thread = std::thread::spawn(move || run(config, clock, stopped, &tell));
        let (district, address, handle) = told.recv().map_err(|_| Error::Ended)??;
        std::fs::write(&port_file, address.port().to_string())?;
        Ok(Self { district, address, figures, handle, stop: Some(stop), thread: Some(thread) })
    }

    fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T> {
        let (tell, told) = mpsc::channel();
        self.handle.spawn(async move {
            // The asker may have given up.
            let _ = tell.send(work.await);
        });
        told.recv().map_err(|_| Error::Ended)
    }

    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Its thread may have ended by itself.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

type Told = Result<(Arc<District>, SocketAddr, Handle)>;

fn run(config: Config, clock: Clock, stopped: oneshot::Receiver<()>, tell: &mpsc::Sender<Told>) {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(tell.send(Err(error.into()))),
    };
    let failed = runtime.block_on(async {
        let district = District::open(config, clock).await?;
        let (open, handle) = (Arc::clone(&district), Handle::current());
        let ready = |address| drop(tell.send(Ok((open, address, handle))));
        // Desks keep connections open; tests do not wait for them to end.
        let stopped = async { drop(stopped.await) };
        district_server::serve_with_grace(district, std::time::Duration::from_millis(300), ready, stopped).await
    });
    if let Err(error) = failed {
        drop(tell.send(Err(error.into())));
    }
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
}
