//! What becomes of a desk's history when a disk, a stick or a machine fails: backups, epochs and repair, on real files.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod backups;
mod by_stick;
mod closing;
mod damage;
mod drafts;
mod epochs;
mod keyring;
mod steps;
mod together;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use intake_app::{Desk, ExchangeResult, Setup, restore};
use intake_model::{Stated, Visit};
use testkit::FixedMoments;
use testkit::desk::{CLERK_ID, PASSWORD, form, setup};
use testkit::district::{CENTRE, LocalDistrict};

const HOUR: i64 = 3_600_000;

/// A desk's machine: its folder, its marker and its clock.
struct World {
    home: tempfile::TempDir,
    clock: FixedMoments,
    numbers: BTreeSet<String>,
}

impl World {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), clock: FixedMoments::default(), numbers: BTreeSet::new() }
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("desk")
    }

    fn stick(&self) -> PathBuf {
        self.home.path().join("stick")
    }

    fn setup(&self) -> Setup {
        Setup { machine: "0".repeat(32), ..setup(self.home.path(), Arc::new(self.clock.clone())) }
    }

    /// A new desk with a stick for its backups, the administrator at work.
    fn made(&self) -> Desk {
        let desk = Desk::open(self.setup()).unwrap();
        desk.create_desk(&form(self.home.path())).unwrap();
        desk.set_backup_folder(&self.stick().display().to_string()).unwrap();
        desk
    }

    /// A new desk in a district of its own.
    fn enrolled(&self) -> (Office, Desk) {
        let (district, desk) = (Office::start(), self.made());
        enrol(&desk, &district);
        (district, desk)
    }

    fn open(&self) -> Desk {
        signed_in(self.setup())
    }

    /// The machine's whole disk, marker and all, as a snapshot of a virtual machine keeps it.
    fn snapshot(&self) -> tempfile::TempDir {
        let snapshot = tempfile::tempdir().unwrap();
        copy(self.home.path(), snapshot.path());
        snapshot
    }

    /// Rolls the whole machine back: folder and marker.
    fn roll_back(&self, snapshot: &tempfile::TempDir) {
        for name in ["desk", "state"] {
            std::fs::remove_dir_all(self.home.path().join(name)).unwrap();
            copy(&snapshot.path().join(name), &self.home.path().join(name));
        }
    }

    /// Registers so many visits and sees that no number was ever given before.
    fn register(&mut self, desk: &Desk, count: usize) -> Vec<String> {
        let mut given = Vec::new();
        for _ in 0..count {
            self.clock.pass_ms(60_000);
            let number = desk.register(&visit()).unwrap().number;
            assert!(self.numbers.insert(number.clone()), "{number} was given twice");
            given.push(number);
        }
        given
    }

    fn restore(&self, source: &Path) -> PathBuf {
        restore(&self.setup(), source, CLERK_ID, PASSWORD, true).unwrap().aside.into()
    }
}

/// A district with the folder that it lies in.
struct Office {
    district: LocalDistrict,
    _folder: tempfile::TempDir,
}

impl Office {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { district: LocalDistrict::start(folder.path()).unwrap(), _folder: folder }
    }
}

impl std::ops::Deref for Office {
    type Target = LocalDistrict;

    fn deref(&self) -> &LocalDistrict {
        &self.district
    }
}

fn signed_in(setup: Setup) -> Desk {
    let desk = Desk::open(setup).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk
}

fn visit() -> Visit {
    Visit {
        name: Stated::Stated("张伟".into()),
        address: Stated::Stated("新立街道1号楼".into()),
        demand: "楼上漏水，多次协商未果。".into(),
        ..Visit::default()
    }
}

fn mark(number: &str) -> String {
    number.split('-').nth(2).unwrap().chars().skip(2).collect()
}

fn enrol(desk: &Desk, district: &LocalDistrict) {
    let code = district.enrolment_code(CENTRE, 1).unwrap();
    wait(desk.enrol(&district.address(), &code)).unwrap();
}

fn exchange(desk: &Desk) -> ExchangeResult {
    wait(desk.exchange(|_| {})).unwrap()
}

fn in_step(desk: &Desk) {
    let result = exchange(desk);
    assert!(result.in_step, "{result:?}");
    desk.verify().unwrap();
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            assert!(std::fs::copy(entry.path(), target).is_ok());
        }
    }
}

/// The registrations that the district holds, with their versions and whether they are void.
fn at_district(district: &LocalDistrict) -> Vec<(String, i32, bool)> {
    let url = district.postgres_url();
    district
        .wait(async move {
            let client = testkit::postgres::connect(&url).await.unwrap();
            let rows = client.query("SELECT number, version, void FROM matters ORDER BY number", &[]).await.unwrap();
            rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
        })
        .unwrap()
}
