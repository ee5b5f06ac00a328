//! The close of a day: looked at before, closed, its sheet printed again.

use chrono::NaiveDate;
use intake_app::{ClosingDay, DayClosing, Desk, Discard, Progress, SlipView};
use tauri::State;
use tauri::ipc::Channel;

use super::{Answer, answered, blocking};

#[tauri::command]
pub(crate) async fn closing_day(desk: State<'_, Desk>, day: Option<NaiveDate>) -> Answer<ClosingDay> {
    blocking("closing_day", &desk, move |desk| desk.closing_day(day)).await
}

#[tauri::command]
pub(crate) async fn close_day(
    desk: State<'_, Desk>,
    day: NaiveDate,
    discards: Vec<Discard>,
    progress: Channel<Progress>,
) -> Answer<DayClosing> {
    // A window that is gone hears no progress; the close goes on.
    let report = move |step: Progress| drop(progress.send(step));
    answered("close_day", &desk, desk.close_day(day, discards, report).await)
}

#[tauri::command]
pub(crate) async fn show_day(desk: State<'_, Desk>, day: NaiveDate) -> Answer<SlipView> {
    blocking("show_day", &desk, move |desk| desk.show_day(day)).await
}

#[tauri::command]
pub(crate) async fn reprint_day(desk: State<'_, Desk>, day: NaiveDate) -> Answer<SlipView> {
    blocking("reprint_day", &desk, move |desk| desk.reprint_day(day)).await
}
