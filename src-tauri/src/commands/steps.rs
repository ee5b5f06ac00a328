//! The centre's own steps with a matter, and what the office owes by its clocks.

use intake_app::{Desk, MatterSteps, OwedList};
use intake_model::{StepKind, StepTaken};
use tauri::State;

use super::{Answer, blocking};

#[tauri::command]
pub(crate) async fn steps_of(desk: State<'_, Desk>, number: String) -> Answer<MatterSteps> {
    blocking("steps_of", &desk, move |desk| desk.steps_of(&number)).await
}

#[tauri::command]
pub(crate) async fn take_step(
    desk: State<'_, Desk>,
    number: String,
    kind: StepKind,
    step: StepTaken,
) -> Answer<MatterSteps> {
    blocking("take_step", &desk, move |desk| desk.take_step(&number, kind, &step)).await
}

#[tauri::command]
pub(crate) async fn withdraw_step(
    desk: State<'_, Desk>,
    number: String,
    step: String,
    reason: String,
) -> Answer<MatterSteps> {
    blocking("withdraw_step", &desk, move |desk| desk.withdraw_step(&number, &step, &reason)).await
}

#[tauri::command]
pub(crate) async fn owed(desk: State<'_, Desk>) -> Answer<OwedList> {
    blocking("owed", &desk, Desk::owed).await
}
