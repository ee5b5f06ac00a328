//! The commands of the window, one file per feature. Names and types are the contract with `ui/src/ipc/call.ts`.

mod attachment;
mod backup;
mod clerks;
mod clock;
mod day;
mod desk;
mod draft;
mod erase;
mod exchange;
mod export;
mod papers;
mod print;
mod rules;
mod sealed;
mod search;
mod slip;
mod steps;
mod visit;
mod window;

use intake_app::{Desk, Error, Failure};
use intake_model::Code;
use tauri::ipc::Invoke;

/// What every command answers.
type Answer<T> = Result<T, Failure>;

#[allow(clippy::too_many_lines, reason = "a line for each command")]
pub(crate) fn handler() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        desk::desk_state,
        desk::create_desk,
        desk::sign_in,
        desk::lock,
        desk::sign_out,
        desk::enrol,
        desk::set_printer,
        desk::set_pdf_folder,
        visit::check_visit,
        visit::register,
        visit::today,
        visit::matter,
        visit::correct,
        visit::void_matter,
        visit::versions,
        visit::seen_twins,
        visit::district_acts,
        visit::seen_acts,
        search::search,
        search::look_up_earlier,
        search::earlier_told,
        rules::advise,
        rules::find_code,
        rules::filed,
        rules::id_facts,
        rules::office,
        rules::set_office,
        rules::note_advice,
        rules::note_progress,
        papers::papers_for,
        papers::preview_paper,
        papers::issue_paper,
        papers::issue_service_record,
        papers::reprint_paper,
        papers::show_paper,
        papers::save_paper,
        papers::void_paper,
        papers::deliver_papers,
        papers::deliver_for,
        steps::steps_of,
        steps::take_step,
        steps::withdraw_step,
        steps::owed,
        slip::slip,
        slip::print_form,
        slip::preview_slip,
        slip::save_slip,
        slip::open_slip,
        print::print_queue,
        print::retry_print,
        print::redirect_print,
        print::give_up_print,
        print::answer_print,
        print::save_print,
        print::open_print,
        print::show_print,
        print::print_test_page,
        print::printers,
        print::set_sheet_printer,
        print::set_slip_sheet,
        print::print_day,
        day::closing_day,
        day::close_day,
        day::show_day,
        day::reprint_day,
        draft::drafts,
        draft::save_draft,
        draft::open_draft,
        draft::discard_draft,
        attachment::attachments,
        attachment::attach,
        attachment::detach,
        attachment::attachment_page,
        export::export_matter,
        export::export_period,
        exchange::outlook,
        exchange::exchange,
        exchange::set_line,
        exchange::export_pages,
        exchange::take_answer,
        backup::backup_state,
        backup::back_up_now,
        backup::set_backup_folder,
        backup::seen_repaired,
        backup::seen_keyring_back,
        clerks::clerks,
        clerks::add_clerk,
        clerks::set_clerk_password,
        clerks::set_sealed_reader,
        clerks::disable_clerk,
        clerks::change_password,
        clerks::recover,
        clerks::set_lock_minutes,
        sealed::open_sealed,
        sealed::seal_to_readers,
        clock::clock_state,
        clock::confirm_clock,
        erase::erasable,
        erase::erase,
        window::close_window,
        window::stay_open,
    ]
}

/// Runs a use case that waits for the disk or for Argon2 where it holds nothing else up.
async fn blocking<T, F>(name: &'static str, desk: &Desk, use_case: F) -> Answer<T>
where
    T: Send + 'static,
    F: FnOnce(&Desk) -> Result<T, Error> + Send + 'static,
{
    let working = desk.clone();
    match tauri::async_runtime::spawn_blocking(move || use_case(&working)).await {
        Ok(answer) => answered(name, desk, answer),
        Err(error) => {
            // A panic in a use case: our own mistake, and one that a clerk can report.
            tracing::error!(command = name, %error, "broke off");
            answered(name, desk, Err(Error::internal()))
        }
    }
}

/// Hands a PDF that was written to the program that the system opens such files with: the way to paper without a printer here.
fn opened_elsewhere(file: Option<&str>) -> Result<(), Error> {
    file.map(open::that_detached).transpose().map(drop).map_err(|_| Error::refused(Code::PdfViewerMissing))
}

/// An answer as the window gets it; a failure is logged with the reference that the window shows.
fn answered<T>(name: &'static str, desk: &Desk, answer: Result<T, Error>) -> Answer<T> {
    answer.map_err(|error| desk.failed(name, &error))
}
