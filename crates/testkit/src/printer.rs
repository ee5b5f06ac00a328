//! A real IPP printer without paper: CUPS' own `ippeveprinter`, which keeps what it was sent.
//!
//! It announces itself by Avahi and stops without it, so a D-Bus and an Avahi of our own are started where the machine
//! runs none, bound to the loopback. All that was started here is ended here, by its process number.
//! Needs the Debian packages `cups-ipp-utils`, `dbus` and `avahi-daemon`, and for Avahi the rights of root.

use std::fs::{self, File};
use std::io::{Error, Result};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long each daemon may take to start.
const START: Duration = Duration::from_secs(15);

/// A bus on which everybody may do everything: only the two daemons started here know its address.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/>
<allow send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="method_return"/>
<allow receive_type="error"/><allow receive_type="signal"/></policy></busconfig>
"#;

const AVAHI: &str = "[server]
host-name=private-printer
allow-interfaces=lo
use-ipv6=no
[publish]
publish-workstation=no
";

/// What the printer does with each document: says that paper has run out while `{out}` is there, and waits for it to go.
const PAPER: &str = r#"#!/bin/sh
if [ -e "{out}" ]; then
    echo "STATE: +media-empty-error" >&2
    while [ -e "{out}" ]; do sleep 0.05; done
    echo "STATE: -media-empty-error" >&2
fi
"#;

/// A printer for one test. Ends, with all that it needed, when dropped.
pub struct PrivatePrinter {
    /// Its address, such as `ipp://127.0.0.1:40123/ipp/print`.
    pub uri: String,
    /// The folder where it keeps each document that it received.
    pub dir: PathBuf,
    port: u16,
    bus_address: Option<String>,
    // Dropped from the top: the printer before what it stands on, the lock last.
    printer: Option<Daemon>,
    _avahi: Option<Daemon>,
    _bus: Option<Daemon>,
    folder: TempDir,
    _only_one: File,
}

impl PrivatePrinter {
    /// Starts a printer and waits until it listens.
    ///
    /// One at a time on a machine: a second Avahi does not start beside the first. Others wait here.
    ///
    /// # Errors
    /// When a program is missing, or does not start within 15 s.
    pub fn start() -> Result<Self> {
        let only_one = File::create(std::env::temp_dir().join("testkit-printer.lock"))?;
        only_one.lock()?;
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);

        let (mut bus, mut avahi, mut address) = (None, None, None);
        if !avahi_runs() {
            let socket = at("bus");
            fs::write(at("bus.conf"), BUS.replace("{socket}", &socket.display().to_string()))?;
            let mut command = Command::new("dbus-daemon");
            command.args(["--nofork", "--nopidfile", "--config-file"]).arg(at("bus.conf"));
            let mut daemon = Daemon::start("dbus", command, &at("bus.log"))?;
            daemon.wait_until(|| UnixStream::connect(&socket).is_ok())?;
            bus = Some(daemon);
            let on = format!("unix:path={}", socket.display());

            fs::write(at("avahi.conf"), AVAHI)?;
            let mut command = Command::new("avahi-daemon");
            command.env("DBUS_SYSTEM_BUS_ADDRESS", &on);
            command.args(["--no-drop-root", "--no-chroot", "--no-rlimits", "--no-proc-title", "--file"]);
            command.arg(at("avahi.conf"));
            let log = at("avahi.log");
            let mut daemon = Daemon::start("avahi-daemon", command, &log)?;
            daemon.wait_until(|| fs::read_to_string(&log).is_ok_and(|log| log.contains("Server startup complete")))?;
            avahi = Some(daemon);
            address = Some(on);
        }

        let dir = at("received");
        fs::create_dir(&dir)?;
        let command = at("paper");
        fs::write(&command, PAPER.replace("{out}", &at("out-of-paper").display().to_string()))?;
        fs::set_permissions(&command, fs::Permissions::from_mode(0o700))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut printer = Self {
            uri: format!("ipp://127.0.0.1:{port}/ipp/print"),
            dir,
            port,
            bus_address: address,
            printer: None,
            _avahi: avahi,
            _bus: bus,
            folder,
            _only_one: only_one,
        };
        printer.switch_on()?;
        Ok(printer)
    }

    /// Switches it on again, at the same address and with what it received before; it has forgotten its jobs.
    ///
    /// # Errors
    /// When it does not start within 15 s.
    pub fn switch_on(&mut self) -> Result<()> {
        let mut command = Command::new("ippeveprinter");
        if let Some(address) = &self.bus_address {
            command.env("DBUS_SYSTEM_BUS_ADDRESS", address);
        }
        // With a command of its own it does not play the seconds that real printing takes.
        command.arg("-c").arg(self.folder.path().join("paper"));
        command.args(["-k", "-f", "application/pdf", "-n", "localhost", "-p", &self.port.to_string()]);
        // Job numbers begin anew: a folder each time, or a document would lie over one from before.
        let times = fs::read_dir(&self.dir)?.count();
        let received = self.dir.join(format!("{times:03}"));
        fs::create_dir(&received)?;
        command.arg("-d").arg(received).arg("Private printer");
        let mut printer = Daemon::start("cups-ipp-utils", command, &self.folder.path().join("printer.log"))?;
        printer.wait_until(|| TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok())?;
        self.printer = Some(printer);
        Ok(())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Switches it off: nothing answers at its address.
    pub fn switch_off(&mut self) {
        self.printer = None;
    }

    /// Takes the paper out, or puts it in: without, it keeps the document that it is given next in hand and says so.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn has_paper(&self, has: bool) -> Result<()> {
        let out = self.folder.path().join("out-of-paper");
        if has { fs::remove_file(out) } else { fs::write(out, "") }
    }

    /// The documents it received, in the order in which they came.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn received(&self) -> Result<Vec<Vec<u8>>> {
        let mut paths = Vec::new();
        for folder in fs::read_dir(&self.dir)? {
            for file in fs::read_dir(folder?.path())? {
                paths.push(file?.path());
            }
        }
        paths.retain(|path| path.extension().is_some_and(|end| end == "pdf"));
        // Named `<job number>-<job name>.pdf`.
        paths.sort_by_key(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let job = name.split_once('-').and_then(|(job, _)| job.parse::<u32>().ok());
            (path.parent().map(Path::to_owned), job)
        });
        paths.iter().map(fs::read).collect()
    }
}

/// Whether this machine has an Avahi already: then it is used, and only then can no second one start.
fn avahi_runs() -> bool {
    let check = Command::new("avahi-daemon").arg("--check").stdout(Stdio::null()).stderr(Stdio::null()).status();
    check.is_ok_and(|status| status.success())
}

/// A started program, ended politely when dropped: Avahi takes its own marks in /run away.
struct Daemon {
    package: &'static str,
    child: Child,
}

impl Daemon {
    fn start(package: &'static str, mut command: Command, log: &Path) -> Result<Self> {
        let log = File::create(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| Error::new(error.kind(), format!("install {package}: {error}")))?;
        Ok(Self { package, child })
    }

    fn wait_until(&mut self, ready: impl Fn() -> bool) -> Result<()> {
        let start = Instant::now();
        while !ready() {
            if let Some(status) = self.child.try_wait()? {
                return Err(Error::other(format!("{} ended at once: {status}", self.package)));
            }
            if start.elapsed() > START {
                return Err(Error::other(format!("{} did not start in time", self.package)));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        let start = Instant::now();
        while asked.as_ref().is_ok_and(std::process::ExitStatus::success) && start.elapsed() < Duration::from_secs(3) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // Ended already, or deaf: either way nothing of it may stay, and a drop has nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
