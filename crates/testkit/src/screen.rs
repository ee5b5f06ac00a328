//! What the real window needs around it: a virtual display, a bus, a home of its own, and programs that end with the test.

use std::io::{BufRead as _, BufReader, Error, ErrorKind, Result};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program with everything it started, ended when dropped.
pub struct Running(Child);

impl Running {
    /// Starts a program in a process group of its own.
    ///
    /// # Errors
    /// Where it cannot be started; the error names it.
    pub fn start(command: &mut Command) -> Result<Self> {
        let started = command.process_group(0).spawn();
        started
            .map(Self)
            .map_err(|error| Error::new(error.kind(), format!("{}: {error}", command.get_program().to_string_lossy())))
    }

    /// The process number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The first line that a program started with a piped standard output says there.
    ///
    /// # Errors
    /// Where its output is not piped or cannot be read.
    pub fn says(&mut self) -> Result<String> {
        let out = self.0.stdout.take().ok_or(ErrorKind::BrokenPipe)?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// The exit code of a program that should end by itself within `patience`; none where a signal ended it.
    ///
    /// # Errors
    /// [`ErrorKind::TimedOut`].
    pub fn ended(&mut self, patience: Duration) -> Result<Option<i32>> {
        let start = Instant::now();
        while start.elapsed() < patience {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status.code());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(ErrorKind::TimedOut.into())
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
    /// What `DISPLAY` must say.
    pub display: String,
    _server: Running,
}

impl Screen {
    /// Starts the display. Its memory is kept as a file `Xvfb_screen0` in `memory`, where that is given.
    ///
    /// # Errors
    /// Where Xvfb is not installed.
    pub fn start(memory: Option<&Path>) -> Result<Self> {
        let mut command = Command::new("Xvfb");
        // The server picks a free number itself and writes it to the descriptor named here.
        command.args(["-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"]);
        if let Some(folder) = memory {
            command.arg("-fbdir").arg(folder);
        }
        let mut server = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let number = server.says()?;
        Ok(Self { display: format!(":{number}"), _server: server })
    }
}

/// The bus of a session, which tells a second start of the first.
pub struct Bus {
    /// What `DBUS_SESSION_BUS_ADDRESS` must say.
    pub address: String,
    _daemon: Running,
}

impl Bus {
    /// Starts the bus.
    ///
    /// # Errors
    /// Where dbus is not installed.
    pub fn start() -> Result<Self> {
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--print-address"]);
        let mut daemon = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let address = daemon.says()?;
        Ok(Self { address, _daemon: daemon })
    }
}

/// A clerk's own surroundings: nothing of this machine's home is read or written, and temporary files lie in it too.
pub fn at_home(command: &mut Command, screen: &Screen, home: &Path) {
    command.env("DISPLAY", &screen.display).env("HOME", home).env("NO_AT_BRIDGE", "1").env("GDK_BACKEND", "x11");
    command.env("TMPDIR", home);
    for name in ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
        command.env_remove(name);
    }
}
