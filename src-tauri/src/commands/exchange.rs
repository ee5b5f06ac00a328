//! The exchange with the district. Closing the window during one is safe: each block is kept as it arrives.

use std::path::Path;

use intake_app::{Desk, DeskState, ExchangeResult, Outlook, Progress, StickWritten};
use tauri::State;
use tauri::ipc::Channel;

use super::{Answer, answered, blocking};

#[tauri::command]
pub(crate) async fn outlook(desk: State<'_, Desk>) -> Answer<Outlook> {
    blocking("outlook", &desk, Desk::outlook).await
}

#[tauri::command]
pub(crate) async fn exchange(
    desk: State<'_, Desk>,
    files: bool,
    progress: Channel<Progress>,
) -> Answer<ExchangeResult> {
    // A window that is gone hears no progress; the exchange goes on.
    let report = move |step: Progress| drop(progress.send(step));
    let ended = if files { desk.exchange_with_files(report).await } else { desk.exchange(report).await };
    answered("exchange", &desk, ended)
}

#[tauri::command]
pub(crate) async fn set_line(desk: State<'_, Desk>, by_itself: bool, metered: bool) -> Answer<DeskState> {
    blocking("set_line", &desk, move |desk| desk.set_line(by_itself, metered)).await
}

#[tauri::command]
pub(crate) async fn export_pages(desk: State<'_, Desk>, folder: String) -> Answer<StickWritten> {
    blocking("export_pages", &desk, move |desk| desk.export_pages(Path::new(folder.trim()))).await
}

#[tauri::command]
pub(crate) async fn take_answer(desk: State<'_, Desk>, place: String) -> Answer<ExchangeResult> {
    answered("take_answer", &desk, desk.take_answer(Path::new(place.trim())).await)
}
