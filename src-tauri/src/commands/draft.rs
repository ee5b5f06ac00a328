//! Drafts: kept as typed, listed, opened again, thrown away.

use intake_app::{Desk, DraftLine, DraftText};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn drafts(desk: State<'_, Desk>) -> Answer<Vec<DraftLine>> {
    blocking("drafts", &desk, Desk::drafts).await
}

#[tauri::command]
pub(crate) async fn save_draft(desk: State<'_, Desk>, id: Option<String>, text: DraftText) -> Answer<String> {
    blocking("save_draft", &desk, move |desk| desk.save_draft(id.as_deref(), &text)).await
}

#[tauri::command]
pub(crate) async fn open_draft(desk: State<'_, Desk>, id: String) -> Answer<DraftText> {
    blocking("open_draft", &desk, move |desk| desk.open_draft(&id)).await
}

#[tauri::command]
pub(crate) async fn discard_draft(desk: State<'_, Desk>, id: String) -> Answer<()> {
    blocking("discard_draft", &desk, move |desk| desk.discard_draft(&id)).await
}
