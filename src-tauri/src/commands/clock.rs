//! The computer's clock: how it stands, and a clerk's word that it is right.

use intake_app::{ClockState, Desk};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn clock_state(desk: State<'_, Desk>) -> Answer<ClockState> {
    blocking("clock_state", &desk, Desk::clock_state).await
}

#[tauri::command]
pub(crate) async fn confirm_clock(desk: State<'_, Desk>) -> Answer<ClockState> {
    blocking("confirm_clock", &desk, Desk::confirm_clock).await
}
