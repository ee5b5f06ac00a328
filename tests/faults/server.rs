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
pub(crate) struct Site {
    folder: tempfile::TempDir,
    postgres: Option<PrivatePostgres>,
    server: Option<Child>,
    address: String,
}

impl Site {
    fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    /// In a folder where the database's place may be a disk of its own.
    pub(crate) fn start_in(folder: tempfile::TempDir) -> Self {
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

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// SIGKILL.
    fn kill_server(&mut self) {
        let mut server = self.server.take().unwrap();
        server.kill().unwrap();
        server.wait().unwrap();
    }

    /// Its socket lies elsewhere at each start, and the server looks at one place.
    pub(crate) fn start_database(&mut self) {
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

    pub(crate) async fn desk(&self) -> LineDesk {
        let enrol = self.command(&["enrol", "--centre", CENTRE, "--desk", "1"]).stderr(Stdio::null()).output();
        let code = String::from_utf8(enrol.unwrap().stdout).unwrap();
        let address = format!("https://{}", self.address);
        LineDesk::enrolled(&self.folder.path().join("desk"), &address, code.trim()).await.unwrap()
    }

    /// Whether PostgreSQL gave up; it may go on after a failure by itself.
    pub(crate) fn database_ended(&mut self) -> bool {
        self.postgres.as_mut().unwrap().has_ended()
    }

    async fn count(&self, sql: &str) -> i64 {
        let url = self.postgres.as_ref().unwrap().url();
        let client = testkit::postgres::connect(&url).await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Whether all is stored that the desk takes for stored, and then both ends are equal, each entry once.
    pub(crate) async fn comes_into_step(&self, desk: &LineDesk, written: i64) {
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

/// Kills of which so many have to fall in the middle of an exchange; the others come after it, and are checked as well.
struct Kills {
    wanted: u64,
    chance: Chance,
    /// How long the last exchange took that came to its end: the next kill falls within it.
    whole: Duration,
    tried: u64,
    in_the_middle: u64,
}

impl Kills {
    async fn new(wanted: u64, chance: Chance, desk: &LineDesk) -> Self {
        desk.writes(AT_ONCE, line_desk::noise).unwrap();
        let began = Instant::now();
        assert!(desk.exchange().await.unwrap().in_step);
        Self { wanted, chance, whole: began.elapsed(), tried: 0, in_the_middle: 0 }
    }

    /// False when there were enough.
    fn go_on(&self) -> bool {
        // A kill falls in the middle as soon as the length of an exchange is known; so many misses in a row are a mistake.
        assert!(self.tried < self.wanted * 10, "{} of {} kills came in the middle", self.in_the_middle, self.tried);
        self.in_the_middle < self.wanted
    }

    /// Entries the desk has written.
    fn written(&self) -> i64 {
        i64::from(AT_ONCE) * i64::try_from(self.tried + 1).unwrap()
    }

    /// An exchange under way and a kill within it; the code it was broken off with.
    async fn one(&mut self, desk: &LineDesk, kill: impl FnOnce()) -> Option<Code> {
        desk.writes(AT_ONCE, line_desk::noise).unwrap();
        let moment = Duration::from_micros(self.chance.below(u64::try_from(self.whole.as_micros()).unwrap()));
        let exchanging = async {
            let began = Instant::now();
            desk.exchange().await.map(|_| began.elapsed()).map_err(|error| error.code())
        };
        let killing = async {
            tokio::time::sleep(moment).await;
            tokio::task::block_in_place(kill);
        };
        self.tried += 1;
        match tokio::join!(exchanging, killing).0 {
            Ok(took) => {
                self.whole = took;
                None
            }
            Err(code) => {
                self.in_the_middle += 1;
                Some(code)
            }
        }
    }

    fn report(&self, name: &str, seed: u64) {
        let found = json!({ "seed": seed, "kills": self.tried, "in_the_middle": self.in_the_middle,
            "entries": self.written(), "lost": 0, "twice": 0 });
        report(name, found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_at_any_moment_of_an_exchange_loses_nothing_and_takes_nothing_twice() {
    let seed = seed();
    println!("seed {seed}");
    let mut site = Site::start();
    let desk = site.desk().await;
    let mut kills = Kills::new(cases(12, 300), Chance(seed), &desk).await;
    while kills.go_on() {
        let code = kills.one(&desk, || site.kill_server()).await;
        assert!(code.is_none_or(|code| code == Code::DistrictUnreachable), "{code:?}");
        site.start_server();
        site.comes_into_step(&desk, kills.written()).await;
    }
    kills.report("server_killed", seed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_killed_at_any_moment_of_an_exchange_loses_nothing_and_the_server_goes_on_when_it_is_back() {
    let seed = seed();
    println!("seed {seed}");
    let mut site = Site::start();
    let desk = site.desk().await;
    let mut kills = Kills::new(cases(4, 40), Chance(seed.rotate_left(7)), &desk).await;
    while kills.go_on() {
        let code = kills.one(&desk, || site.kill_database()).await;
        assert!(code.is_none_or(|code| code == Code::DistrictBusy), "{code:?}: {}", site.log());
        // Away: the desk is told so, and keeps what it has.
        let unsent = desk.unsent().unwrap();
        assert_eq!(desk.exchange().await.unwrap_err().code(), Code::DistrictBusy);
        assert_eq!(desk.unsent().unwrap(), unsent);
        // The same server, which was never told.
        site.start_database();
        site.comes_into_step(&desk, kills.written()).await;
    }
    kills.report("database_killed", seed);
}
