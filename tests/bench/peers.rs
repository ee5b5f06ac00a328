//! Programs that somebody could take instead to carry records from many places to one: the same records, the same machine,
//! in turns with ours. One that is not installed is named in a sentence and left out.
//!
//! `atuin-server` keeps opaque records in the same PostgreSQL, without TLS; `pouchdb-server` takes a replication of PouchDB.
//! Both in pages of 100, which is as they are used.

#![allow(clippy::doc_markdown, clippy::format_collect, clippy::string_slice)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::root;

/// Records in one of their pages.
const PAGE: usize = 100;
/// How long one may take until it listens, in seconds.
const PATIENCE: &str = "30";

/// Where a server stands.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) host: &'static str,
    /// A network namespace of its own, in which it has that address.
    pub(crate) namespace: Option<&'static str>,
}

/// Beside us.
pub(crate) const HERE: Place = Place { host: "127.0.0.1", namespace: None };

fn within(namespace: Option<&str>, program: &Path) -> Command {
    let Some(namespace) = namespace else { return Command::new(program) };
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace]).arg(program);
    command
}

impl Place {
    /// An address there that was free a moment ago.
    fn free(self) -> SocketAddr {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        SocketAddr::new(self.host.parse().unwrap(), port)
    }

    /// Waits until something listens at an address there.
    fn listens(self, at: SocketAddr) -> bool {
        let knock = format!("until (exec 3<>/dev/tcp/{}/{}) 2>/dev/null; do sleep 0.1; done", at.ip(), at.port());
        let mut command = within(self.namespace, Path::new("timeout"));
        command.args([PATIENCE, "bash", "-c", &knock]).status().is_ok_and(|status| status.success())
    }
}

/// A child of this bench.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    fn start(command: &mut Command) -> Option<Self> {
        Some(Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?))
    }
}

fn uuid() -> String {
    let hex: String = intake_wire::random::<16>().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// A shell's history server, which takes any record that its client encrypted.
pub(crate) struct Atuin {
    _server: Program,
    pub(crate) address: SocketAddr,
}

impl Atuin {
    /// Starts one on a database of its own in the given PostgreSQL.
    pub(crate) fn start(folder: &Path, postgres: &str, runtime: &Runtime, place: Place) -> Option<Self> {
        let program = root().join(".tools/bin/atuin-server");
        if !program.exists() {
            println!("atuin-server is not installed here (scripts/setup bench): left out");
            return None;
        }
        runtime.block_on(async {
            let client = testkit::postgres::connect(postgres).await.unwrap();
            // There already after the first figure.
            let _ = client.batch_execute("CREATE DATABASE atuin").await;
        });
        let (base, _) = postgres.rsplit_once('/').unwrap();
        let address = place.free();
        let mut command = within(place.namespace, &program);
        command.arg("start").env("ATUIN_CONFIG_DIR", folder).env("ATUIN_DB_URI", format!("{base}/atuin"));
        command.env("ATUIN_HOST", place.host).env("ATUIN_PORT", address.port().to_string());
        command.env("ATUIN_OPEN_REGISTRATION", "true");
        let server = Program::start(&mut command)?;
        if !place.listens(address) {
            println!("atuin-server did not start: left out");
            return None;
        }
        Some(Self { _server: server, address })
    }

    /// Somebody new; gives the token.
    pub(crate) async fn user(at: SocketAddr) -> String {
        let name = format!("b{}", &uuid()[..8]);
        let who =
            json!({ "username": name, "email": format!("{name}@localhost.test"), "password": format!("p-{name}") });
        let request = reqwest::Client::new().post(format!("http://{at}/register"));
        let answer = request.header("content-type", "application/json").body(who.to_string()).send().await;
        let said: serde_json::Value = serde_json::from_slice(&answer.unwrap().bytes().await.unwrap()).unwrap();
        said["session"].as_str().unwrap().to_owned()
    }

    /// Pages as its client sends them: each record a PASETO token of the record's length, which the server never opens.
    pub(crate) fn pages(rows: &[String]) -> Vec<Vec<u8>> {
        let host = uuid();
        let wrapped =
            json!({ "wpk": format!("k4.local-wrap.pie.{}", "A".repeat(128)), "kid": "B".repeat(51) }).to_string();
        let record = |(index, row): (usize, &String)| {
            let noise: Vec<u8> = (0..row.len() / 32 + 3).flat_map(|_| intake_wire::random::<32>().unwrap()).collect();
            let blob = URL_SAFE_NO_PAD.encode(&noise[..row.len() + 64]);
            json!({
                "id": uuid(), "idx": index, "host": { "id": host, "name": "" }, "timestamp": 1_795_482_300_000_000_000_i64,
                "version": "v0", "tag": "visit",
                "data": { "data": format!("v4.local.{blob}"), "content_encryption_key": wrapped },
            })
        };
        let records: Vec<_> = rows.iter().enumerate().map(record).collect();
        records.chunks(PAGE).map(|page| serde_json::to_vec(page).unwrap()).collect()
    }

    /// One page after another over one connection.
    pub(crate) async fn send(at: SocketAddr, token: &str, pages: Vec<Vec<u8>>) -> Duration {
        let client = reqwest::Client::new();
        let began = Instant::now();
        for page in pages {
            let request = client.post(format!("http://{at}/api/v0/record")).header("content-type", "application/json");
            let request = request.header("Atuin-Version", "18.24.4").header("Authorization", format!("Token {token}"));
            let answer = request.body(page).send().await.unwrap();
            assert!(answer.status().is_success(), "{}", answer.status());
            answer.bytes().await.unwrap();
        }
        began.elapsed()
    }
}

/// A CouchDB-like server, and a process with PouchDB that replicates to it.
pub(crate) struct Pouch {
    _server: Program,
    address: SocketAddr,
    client: Program,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Pouch {
    /// Starts the server in its place, and the client in a namespace.
    pub(crate) fn start(folder: &Path, place: Place, near: Option<&str>) -> Option<Self> {
        let modules = root().join("target/bench/peers/node_modules");
        let program = modules.join("pouchdb-server/bin/pouchdb-server");
        if !program.exists() {
            println!("pouchdb-server is not installed here (scripts/setup bench): left out");
            return None;
        }
        let (address, data) = (place.free(), folder.join("pouch"));
        std::fs::create_dir_all(&data).unwrap();
        let config = data.join("config.json");
        std::fs::write(&config, r#"{"log":{"level":"warning"}}"#).unwrap();
        let node = Path::new("node");
        let mut command = within(place.namespace, node);
        command.arg(program).args(["-p", &address.port().to_string(), "-o", place.host, "-n"]);
        command.arg("-d").arg(&data).arg("-c").arg(&config).current_dir(&data);
        let server = Program::start(&mut command)?;
        if !place.listens(address) {
            println!("pouchdb-server did not start: left out");
            return None;
        }
        let mut command = within(near, node);
        command.arg(root().join("tests/bench/pouch.cjs")).env("NODE_PATH", modules);
        let mut client = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let (input, output) = (client.stdin.take()?, BufReader::new(client.stdout.take()?));
        Some(Self { _server: server, address, client: Program(client), input, output })
    }

    /// How long a replication of these records takes, from a local database that holds them to a new one at the server.
    pub(crate) fn send(&mut self, folder: &Path, rows: &[String]) -> Duration {
        let file: PathBuf = folder.join("rows.jsonl");
        let lines: Vec<String> = rows.iter().map(|row| json!({ "_id": uuid(), "record": row }).to_string()).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        let asked = json!({ "base": format!("http://{}", self.address), "file": file, "page": PAGE });
        writeln!(self.input, "{asked}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let ended = self.client.0.try_wait();
            panic!("PouchDB said {line:?}, {ended:?}")
        });
        assert_eq!(said["written"].as_u64().unwrap(), u64::try_from(rows.len()).unwrap(), "{said}");
        Duration::from_secs_f64(said["seconds"].as_f64().unwrap())
    }
}
