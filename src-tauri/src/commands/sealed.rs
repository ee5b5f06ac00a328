//! Opening a sealed matter, for one of its readers.

use intake_app::{Desk, Opened};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn open_sealed(desk: State<'_, Desk>, number: String) -> Answer<Opened> {
    blocking("open_sealed", &desk, move |desk| desk.open_sealed(&number)).await
}
