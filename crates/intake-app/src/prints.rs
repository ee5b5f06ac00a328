//! The print queue, as a clerk sees and steers it.
//!
//! A paper is put into the queue in the transaction that journals its copy ([`enqueue`]), by the name of its entry and not
//! as bytes: it is drawn again from there whenever it is shown or sent, and is the same document each time. The background
//! sends it (`print_loop.rs`). Deliberately absent: any sending again of what may have come out. That is a clerk's word,
//! and makes a new copy that says 补打.

use std::path::PathBuf;

use base64::Engine as _;
use intake_model::{Code, Paper, PrintState, RegistrationNumber, Sheet, civil_date, civil_time};
use intake_paper::printer::{self, JobId, PrinterAddress};
use intake_paper::{Document, TestPage};
use intake_store::{Db, PrintJob, Settings, ToPrint, Writer, write_whole};
use intake_wire::{Moment, Record};

use crate::closing::{printed, reprint_day, sheet_file};
use crate::day::{day_file, issue_day};
use crate::desk::Desk;
use crate::documents::reprint;
use crate::print_view::{PaperPictures, PrintQueue, PrintRow};
use crate::printers::{tray, tray_now};
use crate::sealed::Noted;
use crate::slip::issue_slip;
use crate::visits::{minute, parsed};
use crate::{Error, Result};

/// The preview's sharpness: pixels to a point.
const PREVIEW: f32 = 2.0;
/// How long what is over stays to be seen.
const SHOWN_MS: i64 = 24 * 3600 * 1000;
/// And when it is forgotten.
const KEPT_MS: i64 = 7 * SHOWN_MS;

/// A paper that is to be printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printable<'a> {
    pub(crate) paper: Paper,
    /// On what.
    pub(crate) sheet: Sheet,
    pub(crate) number: &'a str,
    /// The entry that it is drawn from, as [`Writer::append`] placed it.
    pub(crate) seq: u64,
    /// From 2 on it says 补打.
    pub(crate) copy: u32,
    /// How many of it come out.
    pub(crate) copies: u32,
}

/// Puts a paper into the queue, in the transaction that journals it; its place, or `None` where no printer is set for its
/// paper. Whoever calls it wakes the queue once the transaction stands ([`Desk::hurry_printing`]).
pub(crate) fn enqueue(tx: &Writer<'_>, what: &Printable<'_>, moment: Moment) -> Result<Option<i64>> {
    let &Printable { paper, sheet, number, seq, copy, copies } = what;
    if tray_now(tx, sheet)?.is_none() {
        return Ok(None);
    }
    let row = ToPrint { paper: Some(paper), number, seq, copy, copies, sheet, printer: "" };
    tx.forget_prints(moment.at_ms - KEPT_MS)?;
    Ok(Some(tx.queue_print(&row, moment.at_ms)?))
}

impl Desk {
    /// The queue as it stands.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn print_queue(&self) -> Result<PrintQueue> {
        let (db, _) = self.at_work()?;
        let since = self.now().at_ms - SHOWN_MS;
        let (jobs, settings, sheets) =
            db.read::<_, Error>(|r| Ok((r.print_jobs(since)?, r.settings()?, r.sheet_printers()?)))?;
        let place = |job: &PrintJob| match job.printer.as_str() {
            "" => tray(&settings, &sheets, job.sheet).map(|tray| tray.address).unwrap_or_default(),
            set => set.to_owned(),
        };
        let (over, mut rows): (Vec<_>, Vec<_>) = jobs.iter().partition(|job| job.state.is_over());
        rows.extend(over.into_iter().rev());
        let rows: Vec<PrintRow> = rows.into_iter().map(|job| self.row(job, place(job))).collect();
        let set = Sheet::ALL.iter().filter_map(|sheet| tray(&settings, &sheets, *sheet)).map(|tray| tray.address);
        let mut named: Vec<String> = rows.iter().map(|row| row.printer.clone()).chain(set).collect();
        named.retain(|address| !address.is_empty());
        named.sort();
        named.dedup();
        Ok(PrintQueue { rows, printers: self.printer_views(&named) })
    }

    fn row(&self, job: &PrintJob, printer: String) -> PrintRow {
        let asks = match job.state {
            PrintState::Waiting => printer.is_empty() || self.is_stuck(&printer, job),
            PrintState::Sent => self.is_stuck(&printer, job),
            PrintState::Failed => true,
            // The printer is asked first; it mostly knows.
            PrintState::InDoubt => self.was_asked(job.id) || self.is_stuck(&printer, job),
            _ => false,
        };
        PrintRow {
            id: job.id,
            paper: job.paper,
            number: job.number.clone(),
            short: job.number.parse::<RegistrationNumber>().map(|number| number.short()).unwrap_or_default(),
            copy: job.copy,
            copies: job.copies,
            at: minute(job.queued_ms),
            state: job.state,
            code: serde_json::from_value(job.reason.as_str().into()).ok(),
            printer,
            unsent: job.job == 0,
            asks,
        }
    }

    /// Tries at once what waits, and puts back what failed without having reached a printer.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn retry_print(&self, id: i64) -> Result<PrintQueue> {
        self.steer(id, |job| {
            let again = job.state == PrintState::Failed && job.job == 0;
            again.then(|| PrintJob { state: PrintState::Waiting, reason: String::new(), ..job.clone() })
        })
    }

    /// Sends what has not reached a printer to another one.
    ///
    /// # Errors
    /// [`Code::DeskLocked`]; [`Code::NotAllowed`] for a printer that neither the administrator set nor this machine has.
    pub async fn redirect_print(&self, id: i64, address: &str) -> Result<PrintQueue> {
        self.may_print_at(address).await?;
        self.steer(id, |job| {
            let movable = job.job == 0 && matches!(job.state, PrintState::Waiting | PrintState::Failed);
            let (state, printer) = (PrintState::Waiting, address.to_owned());
            movable.then(|| PrintJob { state, printer, reason: String::new(), ..job.clone() })
        })
    }

    /// Gives a print up; one that the printer has already is taken back there first, if the printer is there.
    ///
    /// # Errors
    /// [`Code::DeskLocked`]; [`Code::PrinterRefused`] where it is too late.
    pub async fn give_up_print(&self, id: i64) -> Result<PrintQueue> {
        let (db, _) = self.at_work()?;
        let job = db.read::<_, Error>(|r| Ok(r.print_job(id)?))?;
        if let Some(job) = job.filter(|job| job.state == PrintState::Sent) {
            let address: PrinterAddress = job.printer.parse()?;
            match printer::cancel(&address, JobId(job.job)).await {
                // One that is gone for good must not be followed for ever.
                Ok(()) | Err(intake_paper::Error::PrinterUnreachable(_) | intake_paper::Error::PrinterForgot) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.steer(id, |job| (!job.state.is_over()).then(|| PrintJob { state: PrintState::GivenUp, ..job.clone() }))
    }

    /// A clerk looked whether a paper came out: where it did not, its next copy is issued, which says 补打.
    ///
    /// # Errors
    /// [`Code::DeskLocked`], and for a new copy those of [`Desk::slip`], a doubtful clock included.
    pub fn answer_print(&self, id: i64, came_out: bool) -> Result<PrintQueue> {
        let (db, clerk) = self.at_work()?;
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            let asked = [PrintState::InDoubt, PrintState::Sent, PrintState::Failed];
            let Some(job) = tx.print_job(id)?.filter(|job| asked.contains(&job.state)) else { return Ok(()) };
            let state = if came_out { PrintState::Printed } else { PrintState::Missing };
            if tx.move_print(&job, &PrintJob { state, ..job.clone() }, moment.at_ms)? && !came_out {
                again(tx, &job, clerk.id, moment)?;
            }
            Ok(())
        })?;
        self.hurry_printing();
        self.print_queue()
    }

    /// Writes a print as a PDF into the folder for PDF files. One that has not come out is not printed then.
    ///
    /// # Errors
    /// [`Code::DeskLocked`], [`Code::PdfFolderUnwritable`], and those of layout.
    pub fn save_print(&self, id: i64) -> Result<PaperPictures> {
        let (db, _) = self.at_work()?;
        let job = found(&db, id)?;
        let document = self.looked_at(&db, &job, Self::note_writing_out)?;
        let settings = db.read::<_, Error>(|r| Ok(r.settings()?))?;
        let file = self.save_pdf(&settings, &self.file_name(&db, &job)?, &document)?;
        let open = matches!(job.state, PrintState::Waiting | PrintState::Failed | PrintState::InDoubt);
        if open {
            self.steer(id, |job| Some(PrintJob { state: PrintState::Saved, ..job.clone() }))?;
        }
        Ok(PaperPictures { file: Some(file.display().to_string()), ..pictures(&document)? })
    }

    /// A print as it looks: the same document.
    ///
    /// # Errors
    /// [`Code::DeskLocked`], and those of layout.
    pub fn show_print(&self, id: i64) -> Result<PaperPictures> {
        let (db, _) = self.at_work()?;
        pictures(&self.looked_at(&db, &found(&db, id)?, Self::note_opening)?)
    }

    /// Puts a test page for a kind of paper into the queue.
    ///
    /// # Errors
    /// [`Code::DeskLocked`]; [`Code::PrinterAddressUnusable`] where no printer is set for that paper.
    pub fn print_test_page(&self, sheet: Sheet) -> Result<PrintQueue> {
        let (db, _) = self.at_work()?;
        let moment = self.now();
        db.write::<_, Error>(|tx| queue_test_page(tx, sheet, moment))?
            .ok_or(Error::Refused(Code::PrinterAddressUnusable))?;
        self.hurry_printing();
        self.print_queue()
    }

    /// Changes a print by a clerk's word, if `change` still wants it as it stands now.
    fn steer(&self, id: i64, change: impl FnOnce(&PrintJob) -> Option<PrintJob>) -> Result<PrintQueue> {
        let (db, _) = self.at_work()?;
        let at_ms = self.now().at_ms;
        db.write::<_, Error>(|tx| {
            if let Some(job) = tx.print_job(id)?
                && let Some(after) = change(&job)
            {
                tx.move_print(&job, &after, at_ms)?;
            }
            Ok(())
        })?;
        self.hurry_printing();
        self.print_queue()
    }

    /// The paper of a print, drawn from its entry.
    pub(crate) fn draw(&self, db: &Db, job: &PrintJob) -> Result<Document> {
        match job.paper {
            Some(Paper::Slip | Paper::RegistrationForm) => self.slip_of(db, &parsed(&job.number)?, job.epoch, job.seq),
            None => {
                let (desk, settings, sheets) =
                    db.read::<_, Error>(|r| Ok((r.desk()?, r.settings()?, r.sheet_printers()?)))?;
                let printer = tray(&settings, &sheets, job.sheet).map(|tray| tray.address).unwrap_or_default();
                let page = TestPage {
                    office: desk.centre_name,
                    printer,
                    sheet: job.sheet,
                    at: civil_time(job.queued_ms),
                    practice: desk.practice,
                };
                Ok(self.papers()?.test_page(&page)?)
            }
            Some(Paper::DayReport) => self.day_at(db, job),
            Some(Paper::ClosingSheet) => self.sheet_at(db, job),
            Some(_) => self.document_at(db, &job.number, (job.epoch, job.seq)),
        }
    }

    /// The paper of a print for who looks at it or takes it away; of a sealed matter that is journalled.
    fn looked_at(&self, db: &Db, job: &PrintJob, note: Noted) -> Result<Document> {
        let document = self.draw(db, job)?;
        // A slip and a day tell nothing of it.
        let of_day = |paper| matches!(paper, Paper::DayReport | Paper::ClosingSheet);
        let tells = job.paper.is_some_and(|paper| paper != Paper::Slip && !of_day(paper));
        let record = || db.read::<_, Error>(|r| Ok(r.matters().find(&job.number)?.map(|matter| matter.record)));
        if tells && matches!(record()?, Some(Record::Sealed(_))) {
            note(self, db, &self.at_work()?.1, &job.number)?;
        }
        Ok(document)
    }

    fn file_name(&self, db: &Db, job: &PrintJob) -> Result<String> {
        Ok(match job.paper {
            None => "打印测试页.pdf".to_owned(),
            Some(Paper::Slip) => format!("{}.pdf", job.number),
            Some(Paper::DayReport) => day_file(civil_date(job.queued_ms)),
            Some(Paper::ClosingSheet) => sheet_file(Self::closed_day(db, job)?),
            Some(Paper::RegistrationForm) => format!("{}-{}.pdf", job.number, Paper::RegistrationForm.label()),
            Some(_) => format!("{}.pdf", self.document_file(db, &job.number, (job.epoch, job.seq))?),
        })
    }

    /// Writes a PDF into the folder for them, whole or not at all: half a one would be printed by whoever finds it.
    pub(crate) fn save_pdf(&self, settings: &Settings, name: &str, document: &Document) -> Result<PathBuf> {
        let folder = match settings.pdf_folder.as_str() {
            "" => self.0.setup.pdf_folder.clone(),
            set => set.into(),
        };
        let file = folder.join(name);
        let pdf = document.pdf()?;
        std::fs::create_dir_all(&folder).map_err(Error::PdfFolder)?;
        write_whole(&file, &pdf).map_err(Error::Pdf)?;
        Ok(file)
    }
}

/// The next copy of what did not come out.
fn again(tx: &Writer<'_>, job: &PrintJob, clerk: u32, moment: Moment) -> Result<()> {
    match job.paper {
        None => queue_test_page(tx, job.sheet, moment).map(drop),
        Some(Paper::Slip | Paper::RegistrationForm) => {
            issue_slip(tx, &parsed(&job.number)?, Some(job.sheet), (clerk, moment)).map(drop)
        }
        // Another one is the day as it stands by now.
        Some(Paper::DayReport) => issue_day(tx, clerk, moment).map(drop),
        Some(Paper::ClosingSheet) => {
            let sheet = printed(&tx.look(), job)?;
            reprint_day(tx, sheet.closing.told.day, clerk, moment).map(drop)
        }
        Some(_) => {
            let one = tx.documents().copy_at(&job.number, job.epoch, job.seq)?;
            let one = one.ok_or(Error::Refused(Code::DocumentUnknown))?;
            reprint(tx, &job.number, one.document, clerk, moment).map(drop)
        }
    }
}

fn found(db: &Db, id: i64) -> Result<PrintJob> {
    db.read::<_, Error>(|r| Ok(r.print_job(id)?))?.ok_or(Error::Refused(Code::NumberUnknown))
}

fn queue_test_page(tx: &Writer<'_>, sheet: Sheet, moment: Moment) -> Result<Option<i64>> {
    if tray_now(tx, sheet)?.is_none() {
        return Ok(None);
    }
    let row = ToPrint { paper: None, number: "", seq: 0, copy: 1, copies: 1, sheet, printer: "" };
    Ok(Some(tx.queue_print(&row, moment.at_ms)?))
}

pub(crate) fn pictures(document: &Document) -> Result<PaperPictures> {
    let encode = |png| format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(png));
    Ok(PaperPictures {
        pages: document.png_pages(PREVIEW)?.into_iter().map(encode).collect(),
        undrawable: document.undrawable().iter().collect(),
        file: None,
    })
}
