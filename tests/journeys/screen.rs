//! What the real window needs around it: a virtual display, a WebDriver, and programs that end with the test.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program of ours with everything it started, ended when dropped.
pub struct Running(Child);

impl Running {
    /// Starts a program in a process group of its own.
    pub fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        Self(command.process_group(0).spawn().unwrap_or_else(|error| panic!("{name}: {error}")))
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The exit code of a program that should end by itself within `patience`.
    pub fn ended(&mut self, patience: Duration) -> Option<i32> {
        let start = Instant::now();
        while start.elapsed() < patience {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("process {} did not end within {patience:?}", self.id());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The group is ours; that some of it has ended already is no matter.
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.id())]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

/// A virtual display of an office's smallest screen.
pub struct Screen {
    pub display: String,
    _server: Running,
}

impl Screen {
    pub fn start() -> Self {
        // The server picks a free number itself and writes it to the descriptor named here.
        let mut server = Running::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let mut number = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { display: format!(":{}", number.trim()), _server: server }
    }
}

/// A WebDriver on a screen, with a bus and a home of its own for every window it opens.
pub struct Driver {
    pub url: String,
    /// The screen its windows stand on.
    pub display: String,
    _driver: Running,
}

impl Driver {
    pub fn start(screen: &Screen, home: &Path) -> Self {
        let (port, native) = (free_port(), free_port());
        let mut command = Command::new("dbus-run-session");
        command.arg("--").arg(tauri_driver());
        command.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        at_home(&mut command, screen, home);
        let driver = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(15),
                "tauri-driver did not start: is WebKitWebDriver installed?"
            );
            std::thread::sleep(Duration::from_millis(30));
        }
        Self { url: format!("http://127.0.0.1:{port}"), display: screen.display.clone(), _driver: driver }
    }
}

/// A clerk's own surroundings: nothing of this machine's home is read or written.
pub fn at_home(command: &mut Command, screen: &Screen, home: &Path) {
    command.env("DISPLAY", &screen.display).env("HOME", home).env("NO_AT_BRIDGE", "1").env("GDK_BACKEND", "x11");
    for name in ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
        command.env_remove(name);
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn tauri_driver() -> PathBuf {
    let own = root().join(".tools/bin/tauri-driver");
    if own.exists() { own } else { PathBuf::from("tauri-driver") }
}

/// The program itself, beside this test in the target folder. `make test` builds it first: a build from in here would wait
/// for the lock of the very cargo that runs the test.
pub fn application() -> PathBuf {
    // target/<profile>/deps/journeys-…
    let profile = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    let program = profile.join("intake-desk");
    assert!(program.exists(), "the window's program is not built: run `make test`, or `cargo build --all-targets`");
    program
}

/// Where pictures and papers of the journeys are left for people.
pub fn pictures() -> PathBuf {
    let folder = std::env::var_os("INTAKE_DEMO_DIR").map_or_else(|| root().join("target/screens"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
