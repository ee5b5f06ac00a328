//! A desk in a folder of its own, as its administrator leaves it.

use std::path::Path;
use std::sync::Arc;

use intake_app::{Clock, CreateDesk, Desk, Result, Setup, SystemClock, machine_id};

/// The clerk's name.
pub const CLERK: &str = "王芳";
/// The clerk's number.
pub const CLERK_ID: u32 = 2;
/// The clerk's password.
pub const PASSWORD: &str = "窗口上午九点开门";

/// What the desk is made with; its recovery key goes to `home/usb`.
pub fn form(home: &Path) -> CreateDesk {
    CreateDesk {
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
    }
}

/// Opens `home/desk` on the machine's clock; PDF files go to `home/pdf`.
///
/// # Errors
/// Those of [`Desk::open`].
pub fn open(home: &Path) -> Result<Desk> {
    open_at(home, Arc::new(SystemClock::default()))
}

/// Opens `home/desk` on a clock of one's own.
///
/// # Errors
/// Those of [`Desk::open`].
pub fn open_at(home: &Path, clock: Arc<dyn Clock>) -> Result<Desk> {
    Desk::open(setup(home, clock))
}

/// What `home/desk` is opened with, on this machine; its marker lies in `home/state`.
pub fn setup(home: &Path, clock: Arc<dyn Clock>) -> Setup {
    Setup {
        folder: home.join("desk"),
        practice: false,
        pdf_folder: home.join("pdf"),
        clock,
        machine: machine_id(),
        marker: Some(home.join("state")),
        mends: true,
    }
}

/// Makes the desk and leaves its administrator signed in.
///
/// # Errors
/// Those of [`Desk::open`] and [`Desk::create_desk`].
pub fn made(home: &Path) -> Result<Desk> {
    let desk = open(home)?;
    desk.create_desk(&form(home))?;
    Ok(desk)
}
