//! The rules while somebody speaks, and light records of one line.

use intake_app::{Desk, DeskState, OfficeSettings};
use intake_model::{Advice, Filed, Found, IdFacts, Identity, TableId, Visit};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn advise(desk: State<'_, Desk>, visit: Visit) -> Answer<Option<Advice>> {
    blocking("advise", &desk, move |desk| desk.advise(&visit)).await
}

#[tauri::command]
pub(crate) async fn find_code(desk: State<'_, Desk>, table: TableId, typed: String) -> Answer<Vec<Found>> {
    blocking("find_code", &desk, move |desk| Ok(desk.find_code(table, &typed))).await
}

#[tauri::command]
pub(crate) async fn filed(desk: State<'_, Desk>, table: TableId, filed: Filed) -> Answer<Option<String>> {
    blocking("filed", &desk, move |desk| Ok(desk.filed(table, &filed))).await
}

#[tauri::command]
pub(crate) async fn id_facts(desk: State<'_, Desk>, paper: Identity) -> Answer<Option<IdFacts>> {
    blocking("id_facts", &desk, move |desk| Ok(desk.id_facts(&paper))).await
}

#[tauri::command]
pub(crate) async fn office(desk: State<'_, Desk>) -> Answer<OfficeSettings> {
    blocking("office", &desk, Desk::office).await
}

#[tauri::command]
pub(crate) async fn set_office(desk: State<'_, Desk>, office: OfficeSettings) -> Answer<DeskState> {
    blocking("set_office", &desk, move |desk| desk.set_office(&office)).await
}

#[tauri::command]
pub(crate) async fn note_advice(desk: State<'_, Desk>, line: String) -> Answer<()> {
    blocking("note_advice", &desk, move |desk| desk.note_advice(&line)).await
}

#[tauri::command]
pub(crate) async fn note_progress(desk: State<'_, Desk>, number: String) -> Answer<()> {
    blocking("note_progress", &desk, move |desk| desk.note_progress(&number)).await
}
