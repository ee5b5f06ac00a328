//! The scripted day (`desk-day` of the testkit) as a child process, what it was told to say, and whether the desk keeps it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use chrono::NaiveDate;
use intake_app::Desk;
use testkit::desk::{CLERK_ID, PASSWORD, open};

use crate::program;

/// The child with what it says, line by line.
pub(crate) struct Day {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Day {
    pub(crate) fn start(home: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(program("desk-day"));
        command.arg("--home").arg(home).args(arguments);
        Self::of(command)
    }

    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, input, lines }
    }

    /// The next line; `None` once the child has closed its output.
    pub(crate) fn line(&self) -> Option<String> {
        self.lines.recv_timeout(Duration::from_mins(5)).ok()
    }

    /// Lets it go on.
    pub(crate) fn go_on(&mut self) {
        self.input.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// As a power cut would, at once.
    pub(crate) fn kill(mut self) -> Vec<String> {
        // A child that has ended by itself cannot be killed, and need not be.
        let _ = self.child.kill();
        // What is started under a tracer outlives it, and ends when nobody is left to tell it to go on.
        drop(self.input.take());
        self.child.wait().unwrap();
        self.lines.iter().collect()
    }

    /// Until its end.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<String>) {
        drop(self.input.take());
        let said = self.lines.iter().collect();
        (self.child.wait().unwrap(), said)
    }
}

/// What people at the desk were shown, over all runs on one folder.
#[derive(Debug, Default, Clone)]
pub(crate) struct Shown {
    /// How often each number was given out, in the order of the first time.
    pub(crate) numbers: Vec<String>,
    /// The last copy of each slip.
    slips: BTreeMap<String, u32>,
    /// Voided, and corrected how often.
    voided: Vec<String>,
    corrected: BTreeMap<String, u32>,
    /// Papers with the matter each belongs to, in the order of the first time, and what became of some.
    papers: Vec<(String, String)>,
    spoiled: Vec<String>,
    delivered: Vec<String>,
    /// Steps with the matter each belongs to, and those that were taken back.
    steps: Vec<(String, String)>,
    taken_back: Vec<String>,
    /// How often each day was closed.
    closed: BTreeMap<NaiveDate, u32>,
}

impl Shown {
    pub(crate) fn take(&mut self, said: &[String]) {
        for line in said {
            let mut words = line.split(' ');
            match (words.next(), words.next(), words.next()) {
                (Some("told"), Some(number), _) => {
                    assert!(!self.numbers.iter().any(|one| one == number), "{number} was given out twice");
                    self.numbers.push(number.to_owned());
                }
                (Some("shown"), Some(number), Some(copy)) => {
                    let before = self.slips.insert(number.to_owned(), copy.parse().unwrap());
                    assert!(before.is_none_or(|before| before < copy.parse().unwrap()), "{number}: a copy twice");
                }
                (Some("issued"), Some(number), Some(paper)) => {
                    assert!(!self.papers.iter().any(|(_, one)| one == paper), "{paper} was issued twice");
                    self.papers.push((number.to_owned(), paper.to_owned()));
                }
                (Some("spoiled"), _, Some(paper)) => self.spoiled.push(paper.to_owned()),
                (Some("delivered"), _, Some(paper)) => self.delivered.push(paper.to_owned()),
                (Some("stepped"), Some(number), Some(step)) => self.steps.push((number.to_owned(), step.to_owned())),
                (Some("taken_back"), _, Some(step)) => self.taken_back.push(step.to_owned()),
                (Some("closed"), Some(day), _) => *self.closed.entry(day.parse().unwrap()).or_default() += 1,
                (Some("voided"), Some(number), _) => self.voided.push(number.to_owned()),
                (Some("corrected"), Some(number), _) => *self.corrected.entry(number.to_owned()).or_default() += 1,
                _ => {}
            }
        }
    }

    /// Opens the desk and compares: what was shown is there, whole, and the journal explains all of it.
    pub(crate) fn is_kept(&self, home: &Path) -> u64 {
        let desk = open(home).unwrap();
        desk.sign_in(CLERK_ID, PASSWORD).unwrap();
        self.is_in(&desk)
    }

    pub(crate) fn is_in(&self, desk: &Desk) -> u64 {
        let found = desk.verify().unwrap();
        assert!(found.matters >= self.numbers.len() as u64);
        for number in &self.numbers {
            let matter = desk.matter(number).unwrap_or_else(|error| panic!("{number} was shown and is lost: {error}"));
            assert!(!matter.words.visit().unwrap().demand.is_empty(), "{number} is there without its words");
            assert!(matter.slips >= self.slips.get(number).copied().unwrap_or(0), "{number}: a slip was shown");
            assert!(matter.version > self.corrected.get(number).copied().unwrap_or(0), "{number}: a correction");
            assert!(matter.void || !self.voided.contains(number), "{number} was voided");
        }
        self.papers_are_in(desk);
        for (number, step) in &self.steps {
            let steps = desk.steps_of(number).unwrap().steps;
            let one = steps.iter().find(|one| one.step == *step);
            let one = one.unwrap_or_else(|| panic!("a step of {number} was shown and is lost"));
            assert!(one.told, "a step of {number} is there without its words");
            assert!(one.withdrawn.is_some() || !self.taken_back.contains(step), "a step of {number} was taken back");
        }
        for (day, times) in &self.closed {
            let closed = desk.closing_day(Some(*day)).unwrap().closed;
            let closed = closed.unwrap_or_else(|| panic!("{day} was closed and is open"));
            assert!(closed.closing >= *times, "{day}: a closing is lost");
        }
        found.entries
    }

    /// Every paper that was shown is there, and each series runs from 1 without a gap, whatever was shown of it.
    fn papers_are_in(&self, desk: &Desk) {
        let mut series: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let today = desk.today().unwrap();
        let kept = today.rows.into_iter().chain(today.earlier).map(|row| row.number);
        // A clock that jumps leaves matters on other days too.
        for number in kept.chain(self.numbers.iter().cloned()).collect::<BTreeSet<_>>() {
            let issued = desk.papers_for(&number).unwrap().issued;
            for one in &issued {
                let (name, serial) = one.document.rsplit_once('-').unwrap();
                series.entry(name.to_owned()).or_default().push(serial.trim_end_matches('号').parse().unwrap());
            }
            for (_, paper) in self.papers.iter().filter(|(of, _)| *of == number) {
                let one = issued.iter().find(|one| one.document == *paper);
                let one = one.unwrap_or_else(|| panic!("{paper} was shown and is lost"));
                assert!(one.filling.is_some(), "{paper} is there without its words");
                assert!(one.voided.is_some() || !self.spoiled.contains(paper), "{paper} was spoiled");
                assert!(!one.deliveries.is_empty() || !self.delivered.contains(paper), "{paper} was delivered");
            }
        }
        for (name, mut serials) in series {
            serials.sort_unstable();
            let all: Vec<u32> = (1..).take(serials.len()).collect();
            assert_eq!(serials, all, "{name} has a gap or a number twice");
        }
    }
}

/// A small generator of one's own, so that a seed says the same on every machine (splitmix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }
}
