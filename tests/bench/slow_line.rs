//! A day's registrations over a line of 256 kbit/s, 600 ms there and back and every fiftieth packet lost: how long that takes
//! beside others that carry records, and what is sent again after the line was cut in the middle. And an attachment over a good
//! line with a long way, beside its bare bytes.
//!
//! Real TCP between two network namespaces (`slow_line.py`), which takes root; elsewhere the figures are left out. Whoever is
//! at one of its ends is this program once more, in a role of its own, so that it can be killed as a power cut would.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use intake_model::Visit;
use serde::Deserialize;
use serde_json::{Value, json};
use testkit::LocalDistrict;
use testkit::district::CENTRE;
use testkit::visits::{self, PNG};
use tokio::runtime::Runtime;

use crate::exchange::{characters, fastest};
use crate::ledger::{self, LAST_MORNING_MS, Told};
use crate::peers::{Atuin, Place, Pouch};
use crate::{Figure, growth, register, root};

const DAY: u64 = 200;
const TURNS: usize = 3;
/// More: what a cut costs depends on where it falls.
const CUTS: usize = 9;
const NEAR: &str = "intake-near";
const FAR: Place = Place { host: "10.77.0.2", namespace: Some("intake-far") };
/// Which part this program plays, where it was started by itself.
const ROLE: &str = "INTAKE_BENCH_ROLE";
/// The most that may be sent again after a cut at half, in bytes.
const AGAIN: f64 = 24_000.0;
/// In kbit/s, milliseconds there and back, and packets lost of a hundred.
type Line = [&'static str; 3];
const POOR: Line = ["256", "600", "2"];
const LONG: Line = ["20000", "40", "0"];
/// What a desk may have on its way at once there, where it is not what a district has unless set.
const WIRE_KIB: &str = "INTAKE_BENCH_WIRE_KIB";
/// A scan of some pages.
const FILE: usize = 4 << 20;
/// After a cut, until somebody tries again.
const PAUSE: Duration = Duration::from_secs(5);

/// This program in a part, in a namespace.
fn part(role: &str, namespace: &str, arguments: &[&Path]) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace]).arg(std::env::current_exe().unwrap()).args(arguments);
    command.env(ROLE, role);
    command
}

/// A child that is told lines and answers with lines.
struct Teller {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Teller {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn part(role: &str, namespace: &str, arguments: &[&Path]) -> Self {
        Self::start(part(role, namespace, arguments))
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line; empty where it has ended.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        // Each ends with its input, and has then put away what it made.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

#[derive(Deserialize)]
struct Count {
    up: u64,
    up_through: u64,
}

/// The line and the district at its far end, with a desk that is enrolled there.
struct Slow {
    // In the order in which they must end.
    _district: Teller,
    shaper: Teller,
    told: Told,
    characters: Vec<char>,
    postgres: String,
    home: tempfile::TempDir,
    _office: tempfile::TempDir,
}

impl Slow {
    fn new(folder: &Path, line: Line) -> Option<Self> {
        Self::with(folder, line, None)
    }

    fn with(folder: &Path, line: Line, wire_kib: Option<&str>) -> Option<Self> {
        let mut command = Command::new("python3");
        command.arg(root().join("tests/bench/slow_line.py")).args([NEAR, FAR.namespace?]).args(line).arg("20261124");
        command.stderr(Stdio::null());
        let mut shaper = Teller::start(command);
        if shaper.line() != "ready" {
            println!("no slow line can be made here (it takes root and TUN devices): left out");
            return None;
        }
        let (home, office) = (tempfile::tempdir_in(folder).ok()?, tempfile::tempdir_in(folder).ok()?);
        let mut district = part("district", FAR.namespace?, &[office.path(), home.path()]);
        district.envs(wire_kib.map(|kib| (WIRE_KIB, kib)));
        let mut district = Teller::start(district);
        let postgres = district.line();
        let slow = Self {
            _district: district,
            shaper,
            told: Told(20_261_124),
            characters: characters(),
            postgres,
            home,
            _office: office,
        };
        Some(slow)
    }

    fn count(&mut self) -> Count {
        self.shaper.tell("count");
        serde_json::from_str(&self.shaper.line()).unwrap()
    }

    /// Registers a day at the desk; gives the JSON of each.
    fn day(&mut self) -> Vec<String> {
        let (_locked, db) = ledger::store(self.home.path());
        let (told, characters) = (&mut self.told, &self.characters);
        db.write::<_, intake_store::Error>(|tx| {
            (0..DAY)
                .map(|_| Ok(ledger::register(tx, &told.at_length(characters).normalised(), LAST_MORNING_MS)?.1))
                .collect()
        })
        .unwrap()
    }

    /// Registers one visit at the desk, with a file.
    fn attach(&self) {
        let visit = Visit { passed_because: "来访人自述".into(), ..visits::property_fee() };
        let desk = growth::signed_in(self.home.path());
        let number = desk.register(&visit).unwrap().number;
        // It travels encrypted: what stands in it does not make it shorter.
        let mut bytes = PNG.to_vec();
        bytes.resize(FILE, 0);
        desk.attach(&number, "扫描件.png", &bytes).unwrap();
    }

    /// The desk at the near end, signed in, about to exchange.
    fn desk(&self) -> Teller {
        let mut desk = Teller::part("desk", NEAR, &[self.home.path()]);
        assert_eq!(desk.line(), "ready");
        desk
    }

    fn exchange(&self) -> Duration {
        let mut desk = self.desk();
        desk.tell("go");
        let said: Value = serde_json::from_str(&desk.line()).unwrap();
        assert_eq!(said["in_step"], true, "{said}");
        Duration::from_secs_f64(said["seconds"].as_f64().unwrap())
    }
}

/// A day's registrations against the faster of two programs that carry records too.
pub(crate) fn against_peers(folder: &Path) -> Option<Figure> {
    let mut slow = Slow::new(folder, POOR)?;
    let home = tempfile::tempdir_in(folder).unwrap();
    let runtime = Runtime::new().unwrap();
    let atuin = Atuin::start(home.path(), &slow.postgres, &runtime, FAR);
    let mut pouch = Pouch::start(home.path(), FAR, Some(NEAR));
    let (mut ours, mut by_atuin, mut by_pouch) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let rows = slow.day();
        ours.push(slow.exchange());
        if let Some(atuin) = &atuin {
            let file = home.path().join("pages.json");
            std::fs::write(&file, serde_json::to_vec(&Atuin::pages(&rows)).unwrap()).unwrap();
            let mut client = Teller::part("atuin", NEAR, &[Path::new(&atuin.address.to_string()), &file]);
            by_atuin.push(Duration::from_secs_f64(client.line().parse().unwrap()));
        }
        if let Some(pouch) = &mut pouch {
            by_pouch.push(pouch.send(home.path(), &rows));
        }
    }
    fastest("slow-line-vs-peers", "200 registrations on 256 kbit/s, 600 ms, 2 % loss", ours, by_atuin, by_pouch)
}

/// What goes up the line once more where it was cut after half of a day, and the desk killed with it.
pub(crate) fn cut(folder: &Path) -> Option<Figure> {
    let mut slow = Slow::new(folder, POOR)?;
    let mut again = Vec::new();
    for _ in 0..CUTS {
        slow.day();
        slow.count();
        slow.exchange();
        let whole = slow.count();
        slow.day();
        slow.shaper.tell(&format!("cut {}", whole.up_through / 2));
        let mut desk = slow.desk();
        desk.tell("go");
        assert_eq!(slow.shaper.line(), "cut");
        desk.child.kill().unwrap();
        drop(desk);
        std::thread::sleep(PAUSE);
        slow.shaper.tell("mend");
        slow.exchange();
        let both = slow.count();
        again.push(both.up.saturating_sub(whole.up));
    }
    again.sort_unstable();
    let ours = f64::from(u32::try_from(again[CUTS / 2]).unwrap());
    Some(Figure {
        name: "slow-line-again",
        what: "bytes sent again after a cut at half of 200 registrations",
        ours,
        other: AGAIN,
        other_name: "the most it may be",
        ratio: ours / AGAIN,
        unit: "B",
        n: CUTS,
    })
}

/// An attachment with its registration, from the press of the key until the district has it whole.
pub(crate) fn attachment(folder: &Path) -> Option<Figure> {
    scan(folder, "attachment-vs-bare", None)
}

/// The same at a district that leaves to its system what a desk has on its way.
pub(crate) fn attachment_free(folder: &Path) -> Option<Figure> {
    scan(folder, "attachment-free", Some("0"))
}

fn scan(folder: &Path, name: &'static str, wire_kib: Option<&str>) -> Option<Figure> {
    let slow = Slow::with(folder, LONG, wire_kib)?;
    let mut sink = Teller::part("sink", FAR.namespace?, &[]);
    let address = sink.line();
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        slow.attach();
        let ours = slow.exchange();
        let mut bare = Teller::part("bare", NEAR, &[Path::new(&address)]);
        pairs.push((ours, Duration::from_secs_f64(bare.line().parse().unwrap())));
    }
    let what = "4 MiB attached, on 20 Mbit/s and 40 ms, until the district has it";
    Some(Figure::of(name, what, "as many bare bytes by TCP", pairs))
}

/// Plays a part where this program was started for one. Gives whether it was.
pub(crate) fn played() -> bool {
    let Ok(role) = std::env::var(ROLE) else { return false };
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    match (role.as_str(), arguments.as_slice()) {
        ("district", [office, home]) => district(office, home, &runtime),
        ("desk", [home]) => desk(home, &runtime),
        ("sink", []) => sink(),
        ("bare", [address]) => bare(&address.display().to_string()),
        ("atuin", [address, file]) => atuin(&address.display().to_string(), file, &runtime),
        other => panic!("no such part: {other:?}"),
    }
    true
}

fn said(line: &str) {
    println!("{line}");
    std::io::stdout().flush().unwrap();
}

/// Waits for the next line, or the end.
fn heard() -> bool {
    std::io::stdin().read_line(&mut String::new()).unwrap() > 0
}

/// A district at the far end, and the desk of the near end enrolled with it before anything is measured.
fn district(office: &Path, home: &Path, runtime: &Runtime) {
    let clock = Arc::new(|| LAST_MORNING_MS);
    let far = |config: &mut district_server::Config| {
        config.listen = format!("{}:0", FAR.host).parse().unwrap();
        config.names.push(FAR.host.to_owned());
        config.wire_kib = std::env::var(WIRE_KIB).map_or(config.wire_kib, |kib| kib.parse().unwrap());
    };
    let district = LocalDistrict::start_as(office, clock, far).unwrap();
    let desk = register::desk(home, false);
    let code = district.enrolment_code(CENTRE, 1).unwrap();
    runtime.block_on(desk.enrol(&district.address(), &code)).unwrap();
    runtime.block_on(desk.exchange(|_| {})).unwrap();
    drop(desk);
    said(&district.postgres_url());
    while heard() {}
}

fn desk(home: &Path, runtime: &Runtime) {
    let desk = growth::signed_in(home);
    said("ready");
    if heard() {
        let began = Instant::now();
        let result = runtime.block_on(desk.exchange(|_| {}));
        let (in_step, error) =
            (result.as_ref().is_ok_and(|one| one.in_step), result.err().map(|error| error.to_string()));
        said(&json!({ "in_step": in_step, "seconds": began.elapsed().as_secs_f64(), "error": error }).to_string());
    }
}

/// Takes what it is sent, and says a byte at the end of each.
fn sink() {
    let listener = TcpListener::bind((FAR.host, 0)).unwrap();
    said(&listener.local_addr().unwrap().to_string());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::io::copy(&mut (&mut stream).take(FILE as u64), &mut std::io::sink()).unwrap();
            stream.write_all(b".").unwrap();
        }
    });
    while heard() {}
}

fn bare(address: &str) {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&vec![0; FILE]).unwrap();
    stream.read_exact(&mut [0]).unwrap();
    said(&began.elapsed().as_secs_f64().to_string());
}

fn atuin(address: &str, file: &Path, runtime: &Runtime) {
    let pages: Vec<Vec<u8>> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let at = address.parse().unwrap();
    let took = runtime.block_on(async {
        let token = Atuin::user(at).await;
        Atuin::send(at, &token, pages).await
    });
    said(&took.as_secs_f64().to_string());
}
