//! The district's server killed, and its database under it, at random moments of an exchange: after a restart both ends
//! are equal, what the desk was told is stored is stored, and nothing is there twice.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use intake_model::Code;
use serde_json::json;
use testkit::district::CENTRE;
use testkit::{LineDesk, PrivatePostgres, line_desk};

use crate::day::Chance;
use crate::program;
use crate::report::{cases, report, seed};

/// Entries before each kill: one page, in so many blocks that most kills fall among them.
const AT_ONCE: u32 = 200;
/// How long the server may take until it listens.
const PATIENCE: Duration = Duration::from_mins(2);

/// A folder with the server's configuration, its database and the server, each of which can be killed.
struct Site {
    folder: tempfile::TempDir,
    postgres: Option<PrivatePostgres>,
    server: Option<Child>,
    address: String,
}

impl Site {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Free a moment ago, as good as any; the desk comes back to it.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let keys = folder.path().join("keys").display().to_string();
        let postgres = format!("postgres://district@{}/postgres", encoded(&folder.path().join("socket")));
        let text = format!(
            "name = \"区\"\nfolder = \"{keys}\"\nlisten = \"{address}\"\npostgres = \"{postgres}\"\n\
             desk_requests = 1000000\naddress_requests = 1000000\n"
        );
        std::fs::write(folder.path().join("district.toml"), text).unwrap();
        let mut site = Self { folder, postgres: None, server: None, address };
        site.start_database();
        site.start_server();
        site
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("district-server"));
        command.arg("--config").arg(self.folder.path().join("district.toml")).args(arguments);
        command
    }

    fn start_server(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        self.server = Some(self.command(&["serve"]).stderr(log).spawn().unwrap());
        let begin = Instant::now();
        while !self.log().contains("\"serving\"") {
            assert!(begin.elapsed() < PATIENCE, "it does not listen: {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// SIGKILL.
    fn kill_server(&mut self) {
        let mut server = self.server.take().unwrap();
        server.kill().unwrap();
        server.wait().unwrap();
    }

    /// Its socket lies elsewhere at each start, and the server looks at one place.
    fn start_database(&mut self) {
        let postgres = PrivatePostgres::start(&self.folder.path().join("postgres")).unwrap();
        let url = postgres.url();
        let socket = url.split(['@', '/']).find(|part| part.starts_with("%2F")).unwrap().replace("%2F", "/");
        let link = self.folder.path().join("socket");
        // Missing at the first start.
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(socket, &link).unwrap();
        self.postgres = Some(postgres);
    }

    /// As `pg_ctl -m immediate` does.
    fn kill_database(&mut self) {
        self.postgres.as_mut().unwrap().kill_immediate().unwrap();
    }

    async fn desk(&self) -> LineDesk {
        let enrol = self.command(&["enrol", "--centre", CENTRE, "--desk", "1"]).stderr(Stdio::null()).output();
        let code = String::from_utf8(enrol.unwrap().stdout).unwrap();
        let address = format!("https://{}", self.address);
        LineDesk::enrolled(&self.folder.path().join("desk"), &address, code.trim()).await.unwrap()
    }

    async fn count(&self, sql: &str) -> i64 {
        let url = self.postgres.as_ref().unwrap().url();
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        let talking = tokio::spawn(connection);
        let count = client.query_one(sql, &[]).await.unwrap().get(0);
        talking.abort();
        count
    }

    /// Whether all is stored that the desk takes for stored, and then both ends are equal, each entry once.
    async fn comes_into_step(&self, desk: &LineDesk, written: i64) {
        let held = self.count("SELECT count(*) FROM entries").await;
        let unsent = i64::try_from(desk.unsent().unwrap()).unwrap();
        assert!(held <= written && held + unsent >= written, "{held} held, {unsent} unsent of {written}");
        let outcome = desk.exchange().await.unwrap();
        assert!(outcome.in_step, "{outcome:?}");
        assert_eq!(self.count("SELECT count(*) FROM entries").await, written);
        assert_eq!(self.count("SELECT count(*) FROM entries WHERE verdict <> 'stored'").await, 0);
        assert_eq!(self.count("SELECT count(*) FROM forks").await, 0);
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // It may have ended by itself; then the test has said so.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn encoded(path: &Path) -> String {
    path.display().to_string().replace('/', "%2F")
}

/// How long an exchange takes here and now, in microseconds.
async fn whole(desk: &LineDesk) -> u64 {
    desk.writes(AT_ONCE, line_desk::noise).unwrap();
    let began = Instant::now();
    assert!(desk.exchange().await.unwrap().in_step);
    u64::try_from(began.elapsed().as_micros()).unwrap()
}

/// An exchange under way, and where it is broken off.
async fn broken_off_by(desk: &LineDesk, moment: Duration, kill: impl FnOnce()) -> Option<Code> {
    desk.writes(AT_ONCE, line_desk::noise).unwrap();
    let exchanging = async { desk.exchange().await.err().map(|error| error.code()) };
    let killing = async {
        tokio::time::sleep(moment).await;
        tokio::task::block_in_place(kill);
    };
    tokio::join!(exchanging, killing).0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_at_any_moment_of_an_exchange_loses_nothing_and_takes_nothing_twice() {
    let (kills, seed) = (cases(12, 300), seed());
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let mut site = Site::start();
    let desk = site.desk().await;
    let whole = whole(&desk).await;
    let (mut written, mut broken_off) = (i64::from(AT_ONCE), 0);
    for _ in 0..kills {
        let moment = Duration::from_micros(chance.below(whole));
        let code = broken_off_by(&desk, moment, || site.kill_server()).await;
        assert!(code.is_none_or(|code| code == Code::DistrictUnreachable), "{code:?}");
        broken_off += u64::from(code.is_some());
        written += i64::from(AT_ONCE);
        site.start_server();
        site.comes_into_step(&desk, written).await;
    }
    // Otherwise the kills came after the exchange was over.
    assert!(broken_off * 2 > kills, "{broken_off} of {kills} kills came in the middle of an exchange");
    let found = json!({ "seed": seed, "kills": kills, "in_the_middle": broken_off, "entries": written,
        "lost": 0, "twice": 0 });
    report("server_killed", found);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_killed_at_any_moment_of_an_exchange_loses_nothing_and_the_server_goes_on_when_it_is_back() {
    let (kills, seed) = (cases(4, 40), seed());
    println!("seed {seed}");
    let mut chance = Chance(seed.rotate_left(7));
    let mut site = Site::start();
    let desk = site.desk().await;
    let whole = whole(&desk).await;
    let (mut written, mut broken_off) = (i64::from(AT_ONCE), 0);
    for _ in 0..kills {
        let moment = Duration::from_micros(chance.below(whole));
        let code = broken_off_by(&desk, moment, || site.kill_database()).await;
        assert!(code.is_none_or(|code| code == Code::DistrictBusy), "{code:?}: {}", site.log());
        broken_off += u64::from(code.is_some());
        written += i64::from(AT_ONCE);
        // Away: the desk is told so, and keeps what it has.
        let unsent = desk.unsent().unwrap();
        assert_eq!(desk.exchange().await.unwrap_err().code(), Code::DistrictBusy);
        assert_eq!(desk.unsent().unwrap(), unsent);
        // The same server, which was never told.
        site.start_database();
        site.comes_into_step(&desk, written).await;
    }
    assert!(broken_off * 2 > kills, "{broken_off} of {kills} kills came in the middle of an exchange");
    let found = json!({ "seed": seed, "kills": kills, "in_the_middle": broken_off, "entries": written,
        "lost": 0, "twice": 0 });
    report("database_killed", found);
}
