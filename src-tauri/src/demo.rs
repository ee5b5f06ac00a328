//! The demo desk of practice mode: what `--demo-desk` finds ready, so that a newcomer only has to sign in.

use intake_app::Desk;
use intake_model::Code;

/// Creates the demo desk where the folder holds none, and enrols it where the environment names a practice district.
///
/// Goes on without where something refuses: the window then shows the page on which it can be done by hand.
pub(crate) fn furnish(desk: &Desk) {
    if let Err(error) = create(desk) {
        tracing::warn!(code = ?error.code(), "the demo desk was not made");
    }
}

fn create(desk: &Desk) -> Result<(), intake_app::Error> {
    let Some(form) = desk.state()?.defaults else { return Ok(()) };
    match desk.create_desk(&form) {
        Err(error) if error.code() == Code::DeskExists => return Ok(()),
        made => made.map(drop)?,
    }
    let district = (std::env::var("INTAKE_PRACTICE_DISTRICT"), std::env::var("INTAKE_PRACTICE_CODE"));
    let enrolled = match district {
        (Ok(address), Ok(code)) => tauri::async_runtime::block_on(desk.enrol(&address, &code)).map(drop),
        _ => Ok(()),
    };
    // Whatever became of that: nobody has signed in yet.
    desk.sign_out()?;
    enrolled
}
