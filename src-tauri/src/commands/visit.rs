//! Visits: registered, looked up, corrected, voided.

use intake_app::{Desk, DistrictActs, Matter, MatterVersion, Registered, Today};
use intake_model::{Problem, Visit};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn check_visit(desk: State<'_, Desk>, visit: Visit) -> Answer<Vec<Problem>> {
    blocking("check_visit", &desk, move |desk| desk.check_visit(&visit)).await
}

#[tauri::command]
pub(crate) async fn register(desk: State<'_, Desk>, visit: Visit, draft: Option<String>) -> Answer<Registered> {
    blocking("register", &desk, move |desk| desk.register_from(&visit, draft.as_deref())).await
}

#[tauri::command]
pub(crate) async fn today(desk: State<'_, Desk>) -> Answer<Today> {
    blocking("today", &desk, Desk::today).await
}

#[tauri::command]
pub(crate) async fn matter(desk: State<'_, Desk>, number: String) -> Answer<Matter> {
    blocking("matter", &desk, move |desk| desk.matter(&number)).await
}

#[tauri::command]
pub(crate) async fn correct(
    desk: State<'_, Desk>,
    number: String,
    visit: Visit,
    draft: Option<String>,
) -> Answer<Registered> {
    blocking("correct", &desk, move |desk| desk.correct_from(&number, &visit, draft.as_deref())).await
}

#[tauri::command]
pub(crate) async fn void_matter(desk: State<'_, Desk>, number: String, reason: String) -> Answer<Today> {
    blocking("void_matter", &desk, move |desk| desk.void_matter(&number, &reason)).await
}

#[tauri::command]
pub(crate) async fn versions(desk: State<'_, Desk>, number: String) -> Answer<Vec<MatterVersion>> {
    blocking("versions", &desk, move |desk| desk.versions(&number)).await
}

#[tauri::command]
pub(crate) async fn seen_twins(desk: State<'_, Desk>, number: String) -> Answer<Matter> {
    blocking("seen_twins", &desk, move |desk| desk.seen_twins(&number)).await
}

#[tauri::command]
pub(crate) async fn district_acts(desk: State<'_, Desk>, number: String) -> Answer<DistrictActs> {
    blocking("district_acts", &desk, move |desk| desk.district_acts(&number)).await
}

#[tauri::command]
pub(crate) async fn seen_acts(desk: State<'_, Desk>, number: String) -> Answer<DistrictActs> {
    blocking("seen_acts", &desk, move |desk| desk.seen_acts(&number)).await
}
