//! A private PostgreSQL: its own cluster in a folder, reached by a socket that only its owner and root can enter.
//!
//! PostgreSQL refuses to run as root, so as root it runs as `postgres` (or `nobody`), with the one right to walk through
//! the folders above its own. It listens on no network. All that was started is ended by its process number.

use std::fs;
use std::io::{Error, ErrorKind, Result, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const START: Duration = Duration::from_mins(1);
const STOP: Duration = Duration::from_secs(20);
const USER: &str = "district";
const DATABASE: &str = "postgres";

/// A client of a database; its connection ends with it.
///
/// # Errors
/// Where nobody answers at that address.
pub async fn connect(url: &str) -> std::result::Result<tokio_postgres::Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// A running cluster. Stops when dropped; what it holds stays in its folder.
pub struct PrivatePostgres {
    server: Child,
    socket: TempDir,
}

impl PrivatePostgres {
    /// Starts the cluster in a folder, made at first start.
    ///
    /// # Errors
    /// Where no PostgreSQL is installed (Debian: `postgresql`), or it does not start; then its log is in the error.
    pub fn start(folder: &Path) -> Result<Self> {
        let programs = programs()?;
        let owner = Owner::find()?;
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        owner.take(&folder)?;
        let data = folder.join("data");
        if !data.join("PG_VERSION").exists() {
            let mut initdb = owner.command(&programs.join("initdb"));
            initdb.current_dir(&folder).args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
            initdb.arg("--lc-collate=C").arg(format!("--username={USER}")).arg("-D").arg(&data);
            let done = initdb.output()?;
            if !done.status.success() {
                return Err(Error::other(format!("initdb: {}", String::from_utf8_lossy(&done.stderr))));
            }
        }
        end_left_over(&data)?;
        // In /tmp: a socket's path may have 107 bytes only.
        let socket = tempfile::Builder::new().prefix("intake-pg-").tempdir_in("/tmp")?;
        owner.take(socket.path())?;
        let log = folder.join("postgres.log");
        let out = fs::File::create(&log)?;
        let mut postgres = owner.command(&programs.join("postgres"));
        postgres.current_dir(&folder).arg("-D").arg(&data).arg("-k").arg(socket.path());
        postgres.args(["-c", "listen_addresses=", "-c", "max_connections=60", "-c", "shared_buffers=32MB"]);
        let server = postgres.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).spawn()?;
        let mut started = Self { server, socket };
        let begin = Instant::now();
        while !started.answers(&programs) {
            let ended = started.server.try_wait()?.is_some();
            if ended || begin.elapsed() > START {
                return Err(Error::other(format!("postgres: {}", fs::read_to_string(&log).unwrap_or_default())));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(started)
    }

    /// How to connect.
    pub fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    fn url_of(&self, database: &str) -> String {
        let host = self.socket.path().to_string_lossy().replace('/', "%2F");
        format!("postgres://{USER}@{host}/{database}")
    }

    /// A dump, as an administrator's nightly one.
    ///
    /// # Errors
    /// Where `pg_dump` fails.
    pub fn dump(&self) -> Result<Vec<u8>> {
        self.run("pg_dump", &["--format=custom", DATABASE], &[])
    }

    /// Restores a dump into a new database of this cluster; gives how to connect to that.
    ///
    /// # Errors
    /// Where the database cannot be made, or `pg_restore` fails.
    pub fn restore(&self, dump: &[u8], database: &str) -> Result<String> {
        self.run("createdb", &[database], &[])?;
        self.run("pg_restore", &["--exit-on-error", "--dbname", database], dump)?;
        Ok(self.url_of(database))
    }

    /// Puts everything back to what a dump holds, as after the loss of the machine.
    ///
    /// # Errors
    /// Where `pg_restore` fails.
    pub fn restore_over(&self, dump: &[u8]) -> Result<()> {
        self.run("pg_restore", &["--exit-on-error", "--clean", "--if-exists", "--dbname", DATABASE], dump).map(drop)
    }

    fn run(&self, program: &str, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>> {
        let mut command = Command::new(programs()?.join(program));
        command.arg("-h").arg(self.socket.path()).args(["-U", USER]).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        // Dropped at the end of the statement: the program sees the end of its input.
        child.stdin.take().ok_or_else(|| Error::other("no input"))?.write_all(input)?;
        let done = child.wait_with_output()?;
        if done.status.success() {
            return Ok(done.stdout);
        }
        Err(Error::other(format!("{program}: {}", String::from_utf8_lossy(&done.stderr))))
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.server.try_wait(), Ok(None))
    }

    /// Ends it as a power cut would end it: nothing is finished or written.
    ///
    /// # Errors
    /// Where the signal cannot be sent.
    pub fn kill_immediate(&mut self) -> Result<()> {
        signal("-QUIT", self.server.id())?;
        self.server.wait().map(drop)
    }

    fn answers(&self, programs: &Path) -> bool {
        let mut ready = Command::new(programs.join("pg_isready"));
        ready.arg("-h").arg(self.socket.path()).args(["-q", "-U", USER, "-d", DATABASE]);
        ready.status().is_ok_and(|status| status.success())
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        // One that ended already may have given its number to another process.
        if self.has_ended() {
            return;
        }
        let begin = Instant::now();
        let mut stopping = signal("-INT", self.server.id()).is_ok();
        while stopping && begin.elapsed() < STOP {
            match self.server.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                _ => return,
            }
            stopping = begin.elapsed() < STOP;
        }
        // Nobody is left to be told; a killed server repairs itself at its next start.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The newest installed PostgreSQL.
fn programs() -> Result<PathBuf> {
    let found = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|one| one.path().join("bin"));
    let mut found: Vec<PathBuf> = found.filter(|folder| folder.join("initdb").exists()).collect();
    found.sort_by_key(|path| path.parent().and_then(Path::file_name)?.to_str()?.parse::<u32>().ok());
    found.pop().ok_or_else(|| Error::new(ErrorKind::NotFound, "no PostgreSQL under /usr/lib/postgresql"))
}

/// Who runs the server: `None` for ourselves.
struct Owner(Option<(u32, u32)>);

impl Owner {
    fn find() -> Result<Self> {
        if fs::metadata("/proc/self")?.uid() != 0 {
            return Ok(Self(None));
        }
        let users = fs::read_to_string("/etc/passwd")?;
        let ids = |name: &str| {
            let mut fields = users
                .lines()
                .map(|line| line.split(':'))
                .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
            fields.next()?;
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        let user = ids("postgres").or_else(|| ids("nobody"));
        user.map(|ids| Self(Some(ids))).ok_or_else(|| Error::other("neither a user postgres nor nobody"))
    }

    fn take(&self, folder: &Path) -> Result<()> {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        match self.0 {
            Some((user, group)) => std::os::unix::fs::chown(folder, Some(user), Some(group)),
            None => Ok(()),
        }
    }

    fn command(&self, program: &Path) -> Command {
        let Some((user, group)) = self.0 else { return Command::new(program) };
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
        command.args(["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]);
        command.arg("--").arg(program);
        command
    }
}

/// Ends a server that an earlier program, killed, left behind on the same data.
fn end_left_over(data: &Path) -> Result<()> {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else { return Ok(()) };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else { return Ok(()) };
    let process = PathBuf::from(format!("/proc/{pid}"));
    let ours = || fs::read_link(process.join("cwd")).is_ok_and(|folder| folder == data);
    if !ours() {
        return Ok(());
    }
    signal("-INT", pid)?;
    let begin = Instant::now();
    while ours() && begin.elapsed() < STOP {
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn signal(name: &str, pid: u32) -> Result<()> {
    let sent = Command::new("kill").arg(name).arg(pid.to_string()).stderr(Stdio::null()).status()?;
    if sent.success() { Ok(()) } else { Err(Error::other("the process is gone")) }
}
