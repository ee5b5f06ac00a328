//! The WebDriver that presses the keys, the program it opens, and where pictures are left.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use testkit::screen::{Running, Screen, at_home};

/// A WebDriver on a screen, with a bus and a home of its own for every window it opens.
pub(crate) struct Driver {
    pub(crate) url: String,
    /// The screen its windows stand on.
    pub(crate) display: String,
    _running: Running,
}

impl Driver {
    pub(crate) fn start(screen: &Screen, home: &Path) -> Self {
        let (port, native) = (free_port(), free_port());
        let mut command = Command::new("dbus-run-session");
        command.arg("--").arg(tauri_driver());
        command.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        at_home(&mut command, screen, home);
        let driver = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null())).unwrap();
        let start = Instant::now();
        // Both: tauri-driver answers before the WebDriver behind it does.
        let answers = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        while !(answers(port) && answers(native)) {
            assert!(
                start.elapsed() < Duration::from_secs(15),
                "tauri-driver did not start: is WebKitWebDriver installed?"
            );
            std::thread::sleep(Duration::from_millis(30));
        }
        Self { url: format!("http://127.0.0.1:{port}"), display: screen.display.clone(), _running: driver }
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn tauri_driver() -> PathBuf {
    let own = root().join(".tools/bin/tauri-driver");
    if own.exists() { own } else { PathBuf::from("tauri-driver") }
}

/// The program itself, beside this test in the target folder. `make test` builds it first: a build from in here would wait
/// for the lock of the very cargo that runs the test.
pub(crate) fn application() -> PathBuf {
    // target/<profile>/deps/journeys-…
    let profile = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    let program = profile.join("intake-desk");
    assert!(program.exists(), "the window's program is not built: run `make test`, or `cargo build --all-targets`");
    program
}

/// Where pictures and papers of the journeys are left for people.
pub(crate) fn pictures() -> PathBuf {
    let folder = std::env::var_os("INTAKE_DEMO_DIR").map_or_else(|| root().join("target/screens"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
