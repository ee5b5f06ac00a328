//! Erasing what was told, at the end of its retention.

use chrono::NaiveDate;
use intake_app::{Desk, Erasure};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn erasable(desk: State<'_, Desk>, before: NaiveDate) -> Answer<Erasure> {
    blocking("erasable", &desk, move |desk| desk.erasable(before)).await
}

#[tauri::command]
pub(crate) async fn erase(desk: State<'_, Desk>, before: NaiveDate, count: u64, why: String) -> Answer<Erasure> {
    blocking("erase", &desk, move |desk| desk.erase(before, count, &why)).await
}
