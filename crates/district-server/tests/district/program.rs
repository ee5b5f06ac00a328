//! The program itself: its configuration, its log, its start and its end.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use intake_model::Visit;
use intake_wire::{EnrolAnswer, EnrolRequest, EnrolmentCode, JournalId, PageAnswer, SigningKey, decode, encode};
use testkit::PrivatePostgres;
use testkit::desk::{CLERK, PASSWORD};
use testkit::district::CENTRE;

use crate::world::{Desk, client};

/// How long the program may take to tell of something.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_district-server"));
    command.arg("--config").arg(folder.join("district.toml"));
    command
}

/// The server as an administrator starts it, with everything in its log that can be asked for.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    pub(crate) fn start(folder: &Path, postgres: &str) -> Self {
        let keys = folder.join("keys");
        let keys = keys.display();
        let text = format!("name = \"区\"\nfolder = \"{keys}\"\nlisten = \"127.0.0.1:0\"\npostgres = \"{postgres}\"\n");
        fs::write(folder.join("district.toml"), text).unwrap();
        let log = folder.join("log");
        let out = fs::File::create(&log).unwrap();
        let child = program(folder).arg("serve").env("RUST_LOG", "trace").stderr(out).spawn().unwrap();
        Self { child, log }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits for a line of the log that tells of something.
    fn tells(&mut self, of: &str) -> serde_json::Value {
        let begin = Instant::now();
        loop {
            if let Some(line) = self.log().lines().find(|line| line.contains(of)) {
                return serde_json::from_str(line).unwrap();
            }
            assert!(self.child.try_wait().unwrap().is_none(), "it ended: {}", self.log());
            assert!(begin.elapsed() < PATIENCE, "it never told of {of}: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn address(&mut self) -> String {
        format!("https://{}", self.tells("\"serving\"")["fields"]["address"].as_str().unwrap())
    }

    pub(crate) fn ask_to_stop(&self) {
        let sent = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        (self.child.wait().unwrap(), self.log())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended by itself, or a test broke off.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn told(mut command: Command) -> String {
    let done = command.stderr(Stdio::null()).output().unwrap();
    assert!(done.status.success());
    String::from_utf8(done.stdout).unwrap()
}

pub(crate) fn enrolment_code(folder: &Path) -> String {
    let mut command = program(folder);
    command.args(["enrol", "--centre", CENTRE, "--desk", "1"]);
    told(command).trim().to_owned()
}

/// What of a visit is nobody's business but the desk's and the district's.
fn words(visit: &Visit) -> Vec<String> {
    let of = |text: Option<&str>| text.map(str::to_owned);
    let mut words: Vec<String> = [of(visit.name.text()), of(visit.address.text()), visit.phone.clone()]
        .into_iter()
        .chain(visit.people.iter().map(|person| Some(person.name.clone())))
        .chain([visit.identity.as_ref().map(|identity| identity.number.clone())])
        .flatten()
        .collect();
    words.push(visit.demand.chars().take(8).collect());
    words.push(visit.complained_of.clone());
    words.retain(|word| !word.is_empty());
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_whole_exchange_holds_no_word_of_a_visitor_however_much_is_asked_of_it() {
    let (folder, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let postgres = PrivatePostgres::start(&folder.path().join("postgres")).unwrap();
    let mut server = Running::start(folder.path(), &postgres.url());
    let address = server.address();
    let desk = testkit::desk::made(home.path()).unwrap();
    let code = enrolment_code(folder.path());
    desk.enrol(&address, &code).await.unwrap();
    let mut numbers = Vec::new();
    for visit in testkit::visits::day() {
        let visit = Visit { passed_because: "来访人自述".into(), ..visit };
        numbers.push(desk.register(&visit).unwrap().number);
    }
    desk.void_matter(&numbers[0], "来访人撤回").unwrap();
    let result = desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step, "{result:?}");
    let mut status = program(folder.path());
    status.arg("status");
    let status = told(status);
    server.ask_to_stop();
    let (ended, log) = server.ended();
    assert!(ended.success());
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered = |path: &str| lines.iter().filter(|line| line["fields"]["path"] == path).count();
    assert!(answered("/v1/enrol") == 1 && answered("/v1/pages") > 0 && answered("/v1/heads") > 1, "{log}");
    let mut secret = vec![CLERK.to_owned(), PASSWORD.into(), "来访人撤回".into(), "来访人自述".into(), code];
    secret.extend(testkit::visits::day().iter().flat_map(words));
    secret.extend(numbers.iter().map(|number| desk.matter(number).unwrap().query_code));
    for word in secret {
        assert!(!log.contains(&word), "{word} is in the log");
        assert!(!status.contains(&word), "{word} is in the status");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_under_way_is_finished_before_the_server_ends() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = PrivatePostgres::start(&folder.path().join("postgres")).unwrap();
    let mut server = Running::start(folder.path(), &postgres.url());
    let address = server.address();
    let http = client(&fs::read(folder.path().join("keys/ca.der")).unwrap());
    let (key, journal) = (SigningKey::generate().unwrap(), JournalId([1; 16]));
    let code: EnrolmentCode = enrolment_code(folder.path()).parse().unwrap();
    let request = encode(&EnrolRequest::new(code.secret(), CENTRE.into(), 1, journal, &key).unwrap()).unwrap();
    let answer = http.post(format!("{address}/v1/enrol")).body(request).send().await.unwrap();
    let answer: EnrolAnswer = decode(&answer.bytes().await.unwrap()).unwrap();
    let mut desk = Desk::new(1, key, answer.certificate);
    desk.day();
    let (page, ends) = desk.page(0, 2);
    let (first, rest) = (page[..ends[0]].to_vec(), page[ends[0]..].to_vec());
    let (go_on, waits) = tokio::sync::oneshot::channel::<()>();
    let rest = futures_util::stream::once(async move {
        waits.await.unwrap();
        Ok::<_, std::io::Error>(rest)
    });
    let body = futures_util::stream::once(async { Ok(first) }).chain(rest);
    let sending = http.post(format!("{address}/v1/pages")).body(reqwest::Body::wrap_stream(body)).send();
    let sending = tokio::spawn(sending);
    let database = testkit::postgres::connect(&postgres.url()).await.unwrap();
    // The first block is stored: the page is under way.
    let count = "SELECT count(*) FROM entries";
    while database.query_one(count, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.ask_to_stop();
    server.tells("stopping");
    go_on.send(()).unwrap();
    let answer = sending.await.unwrap().unwrap();
    let answer: PageAnswer = decode(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(answer.head, desk.head());
    let (ended, log) = server.ended();
    assert!(ended.success(), "{log}");
}

#[test]
fn without_its_database_the_server_waits_with_a_sentence_and_starts_when_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("socket");
    let url = format!("postgres://district@{}/postgres", link.to_str().unwrap().replace('/', "%2F"));
    // Asked to stop while it waits, it does.
    let mut waits = Running::start(folder.path(), &url);
    waits.tells("PostgreSQL does not answer; the district waits for it");
    waits.ask_to_stop();
    assert!(waits.ended().0.success());
    let mut server = Running::start(folder.path(), &url);
    server.tells("PostgreSQL does not answer; the district waits for it");
    let postgres = PrivatePostgres::start(&folder.path().join("postgres")).unwrap();
    let there = postgres.url();
    let socket = there.split(['@', '/']).find(|part| part.starts_with("%2F")).unwrap().replace("%2F", "/");
    std::os::unix::fs::symlink(socket, &link).unwrap();
    server.address();
    server.ask_to_stop();
    assert!(server.ended().0.success());
}

#[test]
fn staff_are_added_with_a_password_from_standard_input_and_nobody_is_with_a_short_one() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = PrivatePostgres::start(&folder.path().join("postgres")).unwrap();
    let (keys, url) = (folder.path().join("keys"), postgres.url());
    let text = format!("name = \"区\"\nfolder = \"{}\"\npostgres = \"{url}\"\n", keys.display());
    fs::write(folder.path().join("district.toml"), text).unwrap();
    let staff = |words: &[&str], password: &str| {
        let mut command = program(folder.path());
        command.arg("staff").args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may have ended before it read.
        let _ = child.stdin.take().unwrap().write_all(password.as_bytes());
        let done = child.wait_with_output().unwrap();
        let told = if done.status.success() { done.stdout } else { done.stderr };
        (done.status.success(), String::from_utf8(told).unwrap())
    };
    let short = staff(&["add", "王芳", "--role", "officer"], "太短\n");
    assert!(!short.0 && short.1.contains("12 to 128 characters"), "{short:?}");
    assert!(!staff(&["add", "王芳", "--role", "king"], "口令一二三四五六七八九十一二\n").0);
    assert!(staff(&["add", "王芳", "--role", "officer"], "口令一二三四五六七八九十一二\n").0);
    assert!(staff(&["add", "王芳", "--role", "viewer"], "口令一二三四五六七八九十一二\n").1.contains("taken"));
    assert!(staff(&["disable", "李"], "").1.contains("nobody has that name"));
    assert!(staff(&["disable", "王芳"], "").0);
    let (_, listed) = staff(&["list"], "");
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&listed[0]["name"], &listed[0]["role"]), (&"王芳".into(), &"officer".into()));
    assert!(listed[0]["disabled_ms"].is_i64());
}

#[test]
fn every_mistake_of_the_configuration_is_said_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let text = "name = \"区\"\nlisten = \"here\"\ncolour = \"red\"\n";
    fs::write(folder.path().join("district.toml"), text).unwrap();
    let done = program(folder.path()).arg("serve").env_remove("RUST_LOG").output().unwrap();
    assert!(!done.status.success());
    let said = String::from_utf8(done.stderr).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 4, "{said}");
    assert!(lines[0].starts_with("line 2: listen ") && lines[1].starts_with("line 3: colour "), "{said}");
    assert!(lines[2..].iter().all(|line| line.contains(" is missing: ")), "{said}");
}

#[test]
fn a_file_that_no_desk_wrote_is_refused_with_one_sentence_beside_a_server_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = PrivatePostgres::start(&folder.path().join("postgres")).unwrap();
    let mut server = Running::start(folder.path(), &postgres.url());
    server.address();
    let file = folder.path().join("上报-120110005-01.age");
    let import = || program(folder.path()).arg("import-usb").arg(&file).env("RUST_LOG", "off").output().unwrap();
    let refused = |sentence: &str| {
        let done = import();
        assert!(!done.status.success() && done.stdout.is_empty());
        assert_eq!(String::from_utf8(done.stderr).unwrap().trim_end(), sentence);
    };
    refused("the file: it cannot be read");
    fs::write(&file, "来访登记").unwrap();
    refused("the file: it is cut short or was changed, or is no file of a desk");
    server.ask_to_stop();
    assert!(server.ended().0.success());
}
