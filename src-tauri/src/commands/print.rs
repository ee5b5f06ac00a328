//! The print queue, and which paper lies in which printer.

use intake_app::{Desk, PaperPictures, PrintQueue, PrinterSettings, SlipView};
use intake_model::Sheet;
use tauri::State;

use super::{Answer, answered, blocking, opened_elsewhere};

#[tauri::command]
pub(crate) async fn print_queue(desk: State<'_, Desk>) -> Answer<PrintQueue> {
    blocking("print_queue", &desk, Desk::print_queue).await
}

#[tauri::command]
pub(crate) async fn retry_print(desk: State<'_, Desk>, id: i64) -> Answer<PrintQueue> {
    blocking("retry_print", &desk, move |desk| desk.retry_print(id)).await
}

#[tauri::command]
pub(crate) async fn redirect_print(desk: State<'_, Desk>, id: i64, address: String) -> Answer<PrintQueue> {
    answered("redirect_print", &desk, desk.redirect_print(id, &address).await)
}

#[tauri::command]
pub(crate) async fn give_up_print(desk: State<'_, Desk>, id: i64) -> Answer<PrintQueue> {
    answered("give_up_print", &desk, desk.give_up_print(id).await)
}

#[tauri::command]
pub(crate) async fn answer_print(desk: State<'_, Desk>, id: i64, came_out: bool) -> Answer<PrintQueue> {
    blocking("answer_print", &desk, move |desk| desk.answer_print(id, came_out)).await
}

#[tauri::command]
pub(crate) async fn save_print(desk: State<'_, Desk>, id: i64) -> Answer<PaperPictures> {
    blocking("save_print", &desk, move |desk| desk.save_print(id)).await
}

#[tauri::command]
pub(crate) async fn open_print(desk: State<'_, Desk>, id: i64) -> Answer<PaperPictures> {
    blocking("open_print", &desk, move |desk| {
        let saved = desk.save_print(id)?;
        opened_elsewhere(saved.file.as_deref())?;
        Ok(saved)
    })
    .await
}

#[tauri::command]
pub(crate) async fn show_print(desk: State<'_, Desk>, id: i64) -> Answer<PaperPictures> {
    blocking("show_print", &desk, move |desk| desk.show_print(id)).await
}

#[tauri::command]
pub(crate) async fn print_test_page(desk: State<'_, Desk>, sheet: Sheet) -> Answer<PrintQueue> {
    blocking("print_test_page", &desk, move |desk| desk.print_test_page(sheet)).await
}

#[tauri::command]
pub(crate) async fn printers(desk: State<'_, Desk>) -> Answer<PrinterSettings> {
    answered("printers", &desk, desk.printers().await)
}

#[tauri::command]
pub(crate) async fn set_sheet_printer(
    desk: State<'_, Desk>,
    sheet: Sheet,
    address: String,
    media: String,
) -> Answer<PrinterSettings> {
    answered("set_sheet_printer", &desk, desk.set_sheet_printer(sheet, &address, &media).await)
}

#[tauri::command]
pub(crate) async fn set_slip_sheet(desk: State<'_, Desk>, sheet: Sheet) -> Answer<PrinterSettings> {
    answered("set_slip_sheet", &desk, desk.set_slip_sheet(sheet).await)
}

#[tauri::command]
pub(crate) async fn print_day(desk: State<'_, Desk>) -> Answer<SlipView> {
    blocking("print_day", &desk, Desk::print_day).await
}
