//! A kill does not prove what a power cut takes: what was written survives a kill in the system's cache. So the real
//! programs run under strace, and the order of what they synced, renamed and said is read from its record.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use testkit::screen::{Running, Screen, at_home};

use testkit::desk::{CLERK, PASSWORD, made};

use crate::program;

const CALLS: &str = "trace=fsync,fdatasync,rename,renameat,renameat2,write,pwrite64";

#[test]
fn wal_keyring_and_folder_are_synced_before_the_number_is_told() {
    let home = tempfile::tempdir().unwrap();
    drop(made(home.path()).unwrap());
    let (visits, trace) = (home.path().join("visits.ndjson"), home.path().join("trace"));
    let visit = r#"{"name":{"stated":"张伟"},"address":"declined","demand":"楼上漏水三个月，物业不修。"}"#;
    std::fs::write(&visits, visit).unwrap();
    let mut command = traced(&trace);
    command.arg(program("deskctl")).arg("import").arg(&visits).arg("--folder").arg(home.path().join("desk"));
    command.args(["--clerk", CLERK, "--password-stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("strace");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{PASSWORD}\n").as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    assert!(said.status.success());
    let said = String::from_utf8(said.stdout).unwrap();
    let said: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    let number = said["number"].as_str().unwrap();

    let trace = Trace::read(&trace);
    let told = trace.last(|line| line.contains("write(1<") && line.contains(number));
    let wrote = trace.last_before(told, |line| line.contains("pwrite64(") && line.contains("/desk.db-wal>"));
    let synced = trace.last_before(told, |line| synced(line, "/desk.db-wal>"));
    assert!(synced > wrote, "the WAL was written after its last sync\n{}", trace.0.join("\n"));
    // The desk's own mark of what it told follows the sync and precedes the number.
    let head = trace.last_before(told, |line| line.contains("write(") && line.contains("/desk/head>"));
    assert!(head > synced, "the head was noted before the WAL was safe");
    // The WAL's name in the folder, and the keyring that counted the try.
    trace.last_before(told, |line| self::synced(line, "/desk>"));
    trace.whole(told, "/desk/keyring.new", "/desk/keyring.json", "/desk>");
}

#[test]
fn a_new_desk_is_synced_whole_before_its_keyring_says_that_it_is_there() {
    let (screen, home) = (Screen::start(None).unwrap(), tempfile::tempdir().unwrap());
    let (folder, trace) = (home.path().join("desk"), home.path().join("trace"));
    let mut command = traced(&trace);
    command.arg(program("intake-desk")).args(["--practice", "--demo-desk", "--folder"]).arg(&folder);
    at_home(&mut command, &screen, home.path());
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    let running = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null())).unwrap();
    let begin = Instant::now();
    let told =
        |trace: &Trace| trace.0.iter().position(|line| line.contains("rename") && line.contains("keyring.json\""));
    while told(&Trace::read(&trace)).is_none() {
        assert!(begin.elapsed() < Duration::from_mins(1), "the desk was not made");
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(running);

    let trace = Trace::read(&trace);
    let there = told(&trace).unwrap();
    let key = trace.last_before(there, |line| synced(line, "恢复密钥-120110005-01.new>"));
    trace.last_before(there, |line| synced(line, "/练习恢复密钥>"));
    let wal = trace.last_before(there, |line| synced(line, "/desk.db-wal>"));
    let wrote = trace.last_before(there, |line| line.contains("pwrite64(") && line.contains("/desk.db-wal>"));
    assert!(key < wal && wrote < wal, "key {key}, written {wrote}, synced {wal}\n{}", trace.0.join("\n"));
    trace.last_before(there, |line| synced(line, "/keyring.new>"));
    // The folder's own name, in the folder above.
    let above = format!("<{}>", home.path().display());
    trace.last_before(there, |line| synced(line, &above));
}

pub(crate) fn traced(trace: &Path) -> Command {
    let mut command = Command::new("strace");
    // -xx is off and -yy too: file names stay readable, and long enough strings to find a number in.
    command.args(["-f", "-y", "-s", "400", "--seccomp-bpf", "-e", CALLS, "-e", "signal=none", "-o"]).arg(trace);
    command
}

pub(crate) fn synced(line: &str, file: &str) -> bool {
    (line.contains("fdatasync(") || line.contains("fsync(")) && line.contains(file) && line.ends_with("= 0")
}

/// What strace wrote, a call a line. A call that another thread interrupted stands where it ended.
pub(crate) struct Trace(Vec<String>);

impl Trace {
    pub(crate) fn read(path: &Path) -> Self {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
        let mut open: Vec<(String, String)> = Vec::new();
        let mut lines = Vec::new();
        for line in text.lines() {
            let (thread, call) = line.split_once(' ').unwrap_or((line, ""));
            if let Some(begun) = call.strip_suffix(" <unfinished ...>") {
                open.push((thread.to_owned(), begun.to_owned()));
            } else if let Some((_, rest)) = call.split_once(" resumed>") {
                let begun = open.iter().position(|(one, _)| one == thread).map(|at| open.remove(at).1);
                lines.push(unescaped(&(begun.unwrap_or_default() + rest)));
            } else {
                lines.push(unescaped(call));
            }
        }
        Self(lines)
    }

    pub(crate) fn last(&self, wanted: impl Fn(&str) -> bool) -> usize {
        self.last_before(self.0.len(), wanted)
    }

    pub(crate) fn last_before(&self, end: usize, wanted: impl Fn(&str) -> bool) -> usize {
        let found = self.0[..end].iter().rposition(|line| wanted(line));
        found.unwrap_or_else(|| panic!("no such call before line {end}:\n{}", self.0.join("\n")))
    }

    /// A file written so that the old or the new one is there: synced, then renamed, then its folder synced.
    pub(crate) fn whole(&self, end: usize, new: &str, name: &str, folder: &str) {
        let at = self.last_before(end, |line| synced(line, folder));
        let renamed = self.last_before(at, |line| line.contains("rename") && line.contains(&format!("{name}\"")));
        self.last_before(renamed, |line| synced(line, &format!("{new}>")));
    }
}

/// strace writes bytes beyond ASCII as `\345`.
fn unescaped(line: &str) -> String {
    let (bytes, mut out, mut at) = (line.as_bytes(), Vec::new(), 0);
    while let Some(&byte) = bytes.get(at) {
        let octal = bytes.get(at + 1..at + 4).and_then(|three| std::str::from_utf8(three).ok());
        match octal.and_then(|three| u8::from_str_radix(three, 8).ok()) {
            Some(value) if byte == b'\\' => {
                out.push(value);
                at += 4;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
