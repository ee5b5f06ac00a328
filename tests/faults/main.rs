//! What a disk and a power cut can do to a desk, shown on the real programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod full_disk;
mod power;
mod stranger;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use intake_app::{CreateDesk, Desk, Setup, SystemClock};

const CLERK: &str = "王芳";
const PASSWORD: &str = "窗口上午九点开门";

/// The desk in `home/desk`, closed.
fn open(home: &Path) -> intake_app::Result<Desk> {
    let clock = Arc::new(SystemClock::default());
    Desk::open(Setup { folder: home.join("desk"), practice: false, pdf_folder: home.join("pdf"), clock })
}

/// Makes the desk; its administrator is left signed in.
fn created(home: &Path) -> Desk {
    let desk = open(home).unwrap();
    desk.create_desk(&CreateDesk {
        centre_code: "120110005".into(),
        centre_name: "天津市东丽区新立街道矛调中心".into(),
        office_phone: "022-24990000".into(),
        office_address: "先锋路1号".into(),
        desk: 1,
        administrator: "周建国".into(),
        administrator_password: "管理员好记的一句话".into(),
        clerk: CLERK.into(),
        clerk_password: PASSWORD.into(),
        recovery_folder: home.join("usb").display().to_string(),
    })
    .unwrap();
    desk
}

/// A program of the project, beside this test in the target folder; `make test` builds them first.
fn program(name: &str) -> PathBuf {
    let profile = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    let program = profile.join(name);
    assert!(program.exists(), "{name} is not built: run `make test`, or `cargo build --all-targets`");
    program
}
