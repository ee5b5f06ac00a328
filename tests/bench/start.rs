//! `start`: from starting the program to a sign-in field that takes keys, against a bare Tauri window with one field.
//!
//! Both stand on a virtual display whose memory is a file. A page is there from the first picture on which nothing
//! follows but the blinking caret; a key pressed afterwards must change the picture, or the page was not usable.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use testkit::screen::{Bus, Running, Screen, at_home};

use crate::{Figure, register, root};

const TURNS: usize = 11;
/// How long nothing may change before a page counts as drawn.
const STILL: Duration = Duration::from_millis(1200);
const PATIENCE: Duration = Duration::from_mins(1);
/// A blinking caret, in pixels.
const CARET: usize = 120;

pub(crate) fn figure(folder: &Path) -> Figure {
    let home = tempfile::tempdir_in(folder).unwrap();
    drop(register::desk(home.path(), false));
    let display = Display::start(home.path());
    let release = root().join("target/release");
    let (ours, bare) = (release.join("intake-desk"), release.join("examples/bare"));
    let desk = ["--folder".to_owned(), home.path().join("desk").display().to_string()];
    let mut pairs = Vec::new();
    // The first pair only warms the disk's cache.
    for turn in 0..=TURNS {
        let pair = (display.start_of(&ours, &desk), display.start_of(&bare, &[]));
        if turn > 0 {
            pairs.push(pair);
        }
    }
    Figure::of(
        "start",
        "the program started, its sign-in field takes keys",
        "a bare Tauri window with one field",
        pairs,
    )
}

/// A display whose memory is a file, and the bus of a session.
struct Display {
    home: PathBuf,
    screen: Screen,
    bus: Bus,
}

impl Display {
    fn start(home: &Path) -> Self {
        Self { home: home.to_owned(), screen: Screen::start(Some(home)).unwrap(), bus: Bus::start().unwrap() }
    }

    /// Starts the program and gives the time until its page stood; then proves that the page takes keys.
    fn start_of(&self, program: &Path, arguments: &[String]) -> Duration {
        let mut command = Command::new(program);
        command.args(arguments);
        at_home(&mut command, &self.screen, &self.home);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus.address);
        // Ours sets it itself and starts again for it; that is part of its time.
        if arguments.is_empty() {
            command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
        let empty = self.picture();
        let start = Instant::now();
        let running = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null())).unwrap();
        let mut changes: Vec<(Duration, Vec<u8>)> = Vec::new();
        loop {
            std::thread::sleep(Duration::from_millis(3));
            let (at, now) = (start.elapsed(), self.picture());
            let before = changes.last().map_or(&empty, |(_, picture)| picture);
            if differing(before, &now) > CARET {
                changes.push((at, now));
            } else if changes.last().is_some_and(|(last, _)| at > *last + STILL) {
                break;
            }
            assert!(at < PATIENCE, "{}: the picture never came to rest", program.display());
        }
        let stood = changes.last().map(|(at, _)| *at).unwrap();
        self.takes_keys(program);
        drop(running);
        // The next start begins with an empty screen again.
        let begin = Instant::now();
        while differing(&empty, &self.picture()) > 0 {
            assert!(begin.elapsed() < PATIENCE, "the window did not go");
            std::thread::sleep(Duration::from_millis(20));
        }
        stood
    }

    /// Types into the field. What a password field draws for a letter is a dot, smaller than a caret; so several.
    fn takes_keys(&self, program: &Path) {
        let before = self.picture();
        let typed = Command::new("xdotool")
            .args(["type", "--delay", "20", "xxxxxxxx"])
            .env("DISPLAY", &self.screen.display)
            .status();
        assert!(typed.expect("xdotool").success());
        let begin = Instant::now();
        while differing(&before, &self.picture()) <= CARET {
            assert!(begin.elapsed() < PATIENCE, "{}: the field takes no keys", program.display());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The pixels, four bytes each, as they stand in the display's memory: an XWD file of `header`, colours, pixels.
    fn picture(&self) -> Vec<u8> {
        let bytes = std::fs::read(self.home.join("Xvfb_screen0")).unwrap();
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let (header, colours) = (number(0), number(76));
        bytes[header + colours * 12..].to_vec()
    }
}

fn differing(one: &[u8], other: &[u8]) -> usize {
    one.chunks_exact(4).zip(other.chunks_exact(4)).filter(|(a, b)| a != b).count()
}
