//! Opening a sealed matter, for one of its readers.

use intake_app::{Desk, Opened};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn open_sealed(desk: State<'_, Desk>, number: String) -> Answer<Opened> {
    blocking("open_sealed", &desk, move |desk| desk.open_sealed(&number)).await
}

/// Seals it once more to whoever is to read such matters today; without a number every one that the clerk can open.
#[tauri::command]
pub(crate) async fn seal_to_readers(desk: State<'_, Desk>, number: Option<String>) -> Answer<u32> {
    blocking("seal_to_readers", &desk, move |desk| desk.seal_to_readers(number.as_deref())).await
}
