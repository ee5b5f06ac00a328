//! The papers of a matter: offered, looked at before, issued, printed again, voided, delivered.

use intake_app::{Desk, MatterPapers, PaperIssued, SharedMatter, SlipView};
use intake_model::{Delivery, Filling, Paper};
use tauri::State;

use super::{Answer, answered, blocking};

#[tauri::command]
pub(crate) async fn papers_for(desk: State<'_, Desk>, number: String) -> Answer<MatterPapers> {
    blocking("papers_for", &desk, move |desk| desk.papers_for(&number)).await
}

#[tauri::command]
pub(crate) async fn preview_paper(
    desk: State<'_, Desk>,
    number: String,
    paper: Paper,
    filling: Filling,
) -> Answer<Vec<String>> {
    blocking("preview_paper", &desk, move |desk| desk.preview_paper(&number, paper, &filling)).await
}

#[tauri::command]
pub(crate) async fn issue_paper(
    desk: State<'_, Desk>,
    number: String,
    paper: Paper,
    filling: Filling,
) -> Answer<PaperIssued> {
    answered("issue_paper", &desk, desk.issue_paper(&number, paper, filling).await)
}

#[tauri::command]
pub(crate) async fn issue_service_record(
    desk: State<'_, Desk>,
    number: String,
    documents: Vec<String>,
) -> Answer<PaperIssued> {
    answered("issue_service_record", &desk, desk.issue_service_record(&number, documents).await)
}

#[tauri::command]
pub(crate) async fn reprint_paper(desk: State<'_, Desk>, number: String, document: String) -> Answer<PaperIssued> {
    answered("reprint_paper", &desk, desk.reprint_paper(&number, document).await)
}

#[tauri::command]
pub(crate) async fn show_paper(desk: State<'_, Desk>, number: String, document: String) -> Answer<SlipView> {
    blocking("show_paper", &desk, move |desk| desk.show_paper(&number, &document)).await
}

#[tauri::command]
pub(crate) async fn save_paper(desk: State<'_, Desk>, number: String, document: String) -> Answer<SlipView> {
    blocking("save_paper", &desk, move |desk| desk.save_paper(&number, &document)).await
}

#[tauri::command]
pub(crate) async fn void_paper(
    desk: State<'_, Desk>,
    number: String,
    document: String,
    reason: String,
) -> Answer<MatterPapers> {
    blocking("void_paper", &desk, move |desk| desk.void_paper(&number, &document, &reason)).await
}

#[tauri::command]
pub(crate) async fn deliver_papers(
    desk: State<'_, Desk>,
    number: String,
    documents: Vec<String>,
    delivery: Delivery,
) -> Answer<MatterPapers> {
    blocking("deliver_papers", &desk, move |desk| desk.deliver(&number, &documents, &delivery)).await
}

#[tauri::command]
pub(crate) async fn deliver_for(
    desk: State<'_, Desk>,
    number: String,
    documents: Vec<String>,
    delivery: Delivery,
) -> Answer<SharedMatter> {
    blocking("deliver_for", &desk, move |desk| desk.deliver_for(&number, &documents, &delivery)).await
}
