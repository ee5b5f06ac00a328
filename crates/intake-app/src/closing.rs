//! The close of a day (收工): what is still to be settled, the exchange, the closing sheet, and a backup.
//!
//! The day is closed by one entry, with its place in the print queue and the drafts that were thrown away, in one
//! transaction; or it is refused with the numbers that do not fit. That it is confirmed is read from the district's heads
//! each time. Deliberately absent: any stop for a visitor. After the close a visit is registered as before.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use intake_model::{
    Code, DayClosed as Known, DayState, DeskNumber, DiscardReason, Outcome, Paper, ReplyWay, StepKind, StillOpen,
    civil_date, civil_time, day_state, differences, left_open, ranges,
};
use intake_paper::{ClosingSheet, Document};
use intake_store::{Closing, ClosingSheetRow, Db, DocumentRecord, PrintJob, Reader, StepRecord, Writer};
use intake_wire::{DayClosed, DayReprinted, Kind, LastKnown, Moment, Record};
use serde::Deserialize;
use serde_json::json;
use ts_rs::TS;

use crate::closing_view::{ClosedDay, ClosingDay, DayClosing, DayRow, OpenNotice, VoidNumber};
use crate::desk::{Desk, draft};
use crate::line_view::{ExchangeResult, Progress};
use crate::prints::{Printable, enqueue, pictures};
use crate::times::date_is_certain;
use crate::view::SlipView;
use crate::visits::{due, minute, open_title, parsed, profile_of};
use crate::{Error, Result};

/// As many days back as a first answer is looked for, and a day that was left open.
const DAYS: usize = 31;
/// As many notices as a clerk can look through.
const NOTICES: usize = 100;

/// A draft that goes with the close, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[ts(export)]
pub struct Discard {
    /// The draft's name.
    pub draft: String,
    /// Counted, and kept with nothing else of it.
    pub reason: DiscardReason,
}

impl Desk {
    /// A day, today where none is named, with all that is to be settled before it is closed.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn closing_day(&self, day: Option<NaiveDate>) -> Result<ClosingDay> {
        let (db, _) = self.at_work()?;
        let today = civil_date(self.now().at_ms);
        let day = day.unwrap_or(today);
        let prints = self.print_queue()?.rows.into_iter().filter(|row| !row.state.is_over()).collect();
        let (drafts, trouble) = (self.drafts()?, self.backup_trouble());
        db.read(|r| {
            let closings = r.closings();
            let (closing, numbers) = (closings.of(day)?, closings.numbers(day)?);
            let (unsent, unsent_registrations, _) = r.line().unsent()?;
            let (stands, closed) = match &closing {
                None => (None, None),
                Some(closing) => {
                    let (copies, job) = closings.copies(closing)?;
                    let last = r.last_backup()?;
                    let closed = ClosedDay {
                        at: minute(closing.at_ms),
                        clerk: closing.clerk,
                        closing: closing.told.closing,
                        copies,
                        job,
                        head: closing.told.head.hash.short(),
                        backed_up: r.is_backed_up(closing.epoch, closing.seq)?,
                        last_backup: last.map(|last| minute(last.at_ms)),
                        backup_trouble: trouble,
                    };
                    (Some(known(r, closing)?), Some(closed))
                }
            };
            Ok(ClosingDay {
                day: day.to_string(),
                is_today: day == today,
                state: day_state(stands),
                since: stands.map_or(0, |stands| stands.since),
                ranges: ranges(&numbers),
                differences: differences(&numbers),
                drafts,
                unanswered: unanswered(r, day)?,
                undelivered: undelivered(r, day)?,
                voids: voids(r, day)?,
                prints,
                unsent,
                unsent_registrations,
                unsent_files: r.unsent_blobs()?.0,
                set_aside: closings.set_aside(day)?,
                enrolled: r.line().admission()?.is_some(),
                closed,
                left_open: open_before(r, today)?.filter(|row| row.day != day.to_string()),
            })
        })
    }

    /// The newest days on which something was registered or that were closed, the newest first.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn days(&self, limit: usize) -> Result<Vec<DayRow>> {
        let (db, _) = self.at_work()?;
        let today = civil_date(self.now().at_ms);
        db.read(|r| r.closings().days(today, limit)?.into_iter().map(|day| day_row(r, day)).collect())
    }

    /// Closes a day: exchanges with the district, writes the closing with its sheet, sends that too, and makes a backup.
    /// Without a connection the day is closed all the same, and confirms itself later.
    ///
    /// # Errors
    /// [`Code::DayDiffers`] where slips, records and journal do not fit, [`Code::DraftsOpen`], [`Code::DayNotClosable`] for
    /// a day that has not come, [`Code::ClockBehind`] or [`Code::ClockAhead`] until [`Desk::confirm_clock`],
    /// [`Code::DeskLocked`], or those of the disk. Nothing is closed then. What goes wrong on the line stands in the answer.
    pub async fn close_day(
        &self,
        day: NaiveDate,
        discards: Vec<Discard>,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<DayClosing> {
        let (db, clerk) = self.at_work()?;
        let progress = Arc::new(progress);
        let (looked, wanted, by) = (db.clone(), discards.clone(), clerk.id);
        // Before anything is sent: a refusal should not wait for the line.
        self.apart(move |desk| looked.read(|r| closable(r, by, desk.now(), day, &wanted))).await?;
        let first = self.exchange_for(&db, &progress).await?;
        let (written, by) = (db.clone(), clerk.id);
        let job = self.apart(move |desk| {
            let moment = desk.now();
            written.write::<_, Error>(|tx| close(tx, by, moment, day, &discards))
        });
        let job = job.await?;
        self.hurry_printing();
        let exchange = match first {
            // The closing itself, on a line that works.
            Some(first) if first.trouble.is_none() => match self.exchange_for(&db, &progress).await {
                Ok(second) => second,
                Err(error) => {
                    tracing::warn!(code = ?error.code(), %error, "the closing goes with the next exchange");
                    Some(first)
                }
            },
            other => other,
        };
        self.apart(move |desk| {
            // Its outcome is shown with the day; the close stands without it.
            if let Err(error) = desk.back_up_into_place(&db) {
                tracing::warn!(code = ?error.code(), %error, "no backup after the close");
            }
            // What is committed is never answered with an error: somebody would close it once more.
            let (sheet, sheet_trouble) = match desk.sheet_view(&db, day, job) {
                Ok(sheet) => (Some(sheet), None),
                Err(error) => (None, Some(error.told("close_day"))),
            };
            Ok(DayClosing { day: desk.closing_day(Some(day))?, exchange, sheet, sheet_trouble })
        })
        .await
    }

    /// Prints a day's closing sheet again: 补打, with the district's confirmation where it has come.
    ///
    /// # Errors
    /// [`Code::DayNotClosable`] where the day was never closed, [`Code::DeskLocked`], and those of the disk and of layout.
    pub fn reprint_day(&self, day: NaiveDate) -> Result<SlipView> {
        let (db, clerk) = self.at_work()?;
        let moment = self.now();
        let job = db.write::<_, Error>(|tx| reprint_day(tx, day, clerk.id, moment))?;
        self.hurry_printing();
        self.sheet_view(&db, day, job)
    }

    /// The last copy of a day's sheet, as it looks.
    ///
    /// # Errors
    /// As [`Desk::reprint_day`].
    pub fn show_day(&self, day: NaiveDate) -> Result<SlipView> {
        let (db, _) = self.at_work()?;
        let job = db.read::<_, Error>(|r| {
            let closing = r.closings().of(day)?.ok_or(Error::Refused(Code::DayNotClosable))?;
            Ok(r.closings().copies(&closing)?.1)
        })?;
        let view = self.last_sheet(&db, day)?;
        Ok(SlipView { job, ..view })
    }

    /// An exchange, where there is a district.
    async fn exchange_for<P: Fn(Progress) + Send + Sync + 'static>(
        &self,
        db: &Db,
        progress: &Arc<P>,
    ) -> Result<Option<ExchangeResult>> {
        if db.read::<_, Error>(|r| Ok(r.line().admission()?))?.is_none() {
            return Ok(None);
        }
        let progress = Arc::clone(progress);
        self.exchange_of(db, move |step| progress(step)).await.map(Some)
    }

    /// The copy that was just issued; without a printer for it written as a PDF.
    fn sheet_view(&self, db: &Db, day: NaiveDate, job: Option<i64>) -> Result<SlipView> {
        let view = self.last_sheet(db, day)?;
        if job.is_some() {
            return Ok(SlipView { job, ..view });
        }
        let settings = db.read::<_, Error>(|r| Ok(r.settings()?))?;
        let document = self.draw_last_sheet(db, day)?.0;
        let file = self.save_pdf(&settings, &sheet_file(day), &document)?;
        Ok(SlipView { file: Some(file.display().to_string()), ..view })
    }

    fn last_sheet(&self, db: &Db, day: NaiveDate) -> Result<SlipView> {
        let (document, copy) = self.draw_last_sheet(db, day)?;
        let pictures = pictures(&document)?;
        Ok(SlipView {
            number: day.to_string(),
            pages: pictures.pages,
            copy,
            file: None,
            job: None,
            undrawable: pictures.undrawable,
        })
    }

    fn draw_last_sheet(&self, db: &Db, day: NaiveDate) -> Result<(Document, u32)> {
        let (sheet, copy) = db.read(|r| {
            let row = r.closings().last_sheet(day)?.ok_or(Error::Refused(Code::DayNotClosable))?;
            Ok::<_, Error>((sheet(r, &row)?, row.copy))
        })?;
        Ok((self.papers()?.closing_sheet(&sheet)?, copy))
    }

    /// The sheet that the entry at a place brought out.
    pub(crate) fn sheet_at(&self, db: &Db, job: &PrintJob) -> Result<Document> {
        let sheet = db.read(|r| sheet(r, &printed(r, job)?))?;
        Ok(self.papers()?.closing_sheet(&sheet)?)
    }

    /// The day that a print of a closing sheet is about.
    pub(crate) fn closed_day(db: &Db, job: &PrintJob) -> Result<NaiveDate> {
        db.read(|r| Ok(printed(r, job)?.closing.told.day))
    }
}

/// The copy that a print brings out.
pub(crate) fn printed(r: &Reader<'_>, job: &PrintJob) -> Result<ClosingSheetRow> {
    r.closings().sheet_at(job.epoch, job.seq)?.ok_or(Error::Refused(Code::DayNotClosable))
}

/// What a day's file is called.
pub(crate) fn sheet_file(day: NaiveDate) -> String {
    format!("{}-{day}.pdf", Paper::ClosingSheet.label())
}

/// The next copy of a day's sheet, with its place in the print queue.
pub(crate) fn reprint_day(tx: &Writer<'_>, day: NaiveDate, clerk: u32, moment: Moment) -> Result<Option<i64>> {
    let look = tx.look();
    let closing = look.closings().of(day)?.ok_or(Error::Refused(Code::DayNotClosable))?;
    let (copies, _) = look.closings().copies(&closing)?;
    let confirmed = look.closings().is_settled(&closing)?;
    let open = DayReprinted { day, closing: closing.told.closing, copy: copies + 1, confirmed };
    let seq = tx.append(draft(Kind::day_reprinted(), &open, &json!({}))?, clerk, moment)?;
    tx.insert_closing(day, open.copy, seq)?;
    queued(tx, seq, open.copy, moment)
}

fn queued(tx: &Writer<'_>, seq: u64, copy: u32, moment: Moment) -> Result<Option<i64>> {
    let paper = Paper::ClosingSheet;
    enqueue(tx, &Printable { paper, sheet: paper.sheet(), number: "", seq, copy, copies: 1 }, moment)
}

/// Refuses a day that cannot be closed as things stand.
fn closable(r: &Reader<'_>, clerk: u32, moment: Moment, day: NaiveDate, discards: &[Discard]) -> Result<()> {
    date_is_certain(&r.times(), moment)?;
    if day > civil_date(moment.at_ms) {
        return Err(Error::Refused(Code::DayNotClosable));
    }
    let goes = |id: &str| discards.iter().any(|one| one.draft == id);
    if r.drafts()?.iter().any(|draft| draft.clerk == clerk && !goes(&draft.id)) {
        return Err(Error::Refused(Code::DraftsOpen));
    }
    if differences(&r.closings().numbers(day)?).is_empty() { Ok(()) } else { Err(Error::Refused(Code::DayDiffers)) }
}

/// Journals that a day was closed, with its place in the print queue.
fn close(tx: &Writer<'_>, clerk: u32, moment: Moment, day: NaiveDate, discards: &[Discard]) -> Result<Option<i64>> {
    closable(&tx.look(), clerk, moment, day, discards)?;
    let before = tx.look().closings().of(day)?.map(|closing| closing.told);
    let (earlier, mut discarded) = before.map_or((0, BTreeMap::new()), |told| (told.closing, told.discarded));
    for one in discards {
        if tx.delete_draft(&one.draft, clerk)? {
            *discarded.entry(one.reason.word().to_owned()).or_default() += 1;
        }
    }
    let look = tx.look();
    let numbers = look.closings().numbers(day)?;
    let void = numbers.iter().filter(|one| one.void).map(|one| one.number.to_string()).collect();
    let head = look.line().epochs()?.pop().ok_or(Error::Refused(Code::NoDesk))?;
    let open = DayClosed {
        day,
        closing: earlier + 1,
        head: LastKnown { journal: head.journal, seq: head.head.seq, hash: head.head.hash },
        ranges: ranges(&numbers),
        void,
        discarded,
        open: still_open(&look, day)?,
    };
    let seq = tx.append(draft(Kind::day_closed(), &open, &json!({}))?, clerk, moment)?;
    tx.insert_closing(day, 1, seq)?;
    queued(tx, seq, 1, moment)
}

fn count(all: usize) -> u32 {
    u32::try_from(all).unwrap_or(u32::MAX)
}

fn still_open(r: &Reader<'_>, day: NaiveDate) -> Result<StillOpen> {
    let prints = r.print_jobs(i64::MAX)?;
    Ok(StillOpen {
        // The clerk's own are settled.
        drafts: count(r.drafts()?.len()),
        undelivered: count(undelivered(r, day)?.len()),
        unanswered: count(unanswered(r, day)?.len()),
        prints: count(prints.iter().filter(|job| !job.state.is_over()).count()),
        unsent: r.line().unsent()?.0,
        set_aside: r.closings().set_aside(day)?,
    })
}

/// Notices up to a day without a delivery written down, the oldest first.
fn undelivered(r: &Reader<'_>, day: NaiveDate) -> Result<Vec<OpenNotice>> {
    let profile = profile_of(&r.desk()?, &r.settings()?);
    let mut found = Vec::new();
    for one in r.documents().undelivered(NOTICES)?.into_iter().rev().filter(|one| one.issued.issued_on <= day) {
        let Some(matter) = r.matters().find(&one.issued.number)?.filter(|matter| !matter.void) else { continue };
        found.push(OpenNotice {
            short: parsed(&matter.number)?.short(),
            title: open_title(&matter.record, &profile).to_owned(),
            number: matter.number,
            paper: Some(one.issued.paper),
            document: one.document,
            day: one.issued.issued_on.to_string(),
        });
    }
    Ok(found)
}

/// Matters of the last month whose first answer was due by a day, and that have none.
fn unanswered(r: &Reader<'_>, day: NaiveDate) -> Result<Vec<OpenNotice>> {
    let profile = profile_of(&r.desk()?, &r.settings()?);
    let from = day - Days::new(DAYS as u64);
    let mut found = Vec::new();
    for on in r.closings().days(day, DAYS)?.into_iter().rev().filter(|on| *on >= from) {
        for matter in r.matters().on(on)?.into_iter().rev().filter(|matter| !matter.void) {
            let Some(last) = due(&r.matters().versions(&matter.number)?, &profile).filter(|last| *last <= day) else {
                continue;
            };
            let decided = matter.record.visit().and_then(|visit| visit.decision.as_ref()).map(|made| made.outcome);
            let tells = |papers: &[DocumentRecord]| {
                papers.iter().any(|one| one.void.is_none() && one.issued.paper.is_first_answer())
            };
            if decided == Some(Outcome::AnsweredAtOnce)
                || tells(&r.documents().of(&matter.number)?)
                || answered(&r.matters().steps(&matter.number)?)
            {
                continue;
            }
            found.push(OpenNotice {
                short: parsed(&matter.number)?.short(),
                title: open_title(&matter.record, &profile).to_owned(),
                number: matter.number,
                paper: None,
                document: String::new(),
                day: last.to_string(),
            });
        }
    }
    Ok(found)
}

/// Whether a step that stands told the visitor in writing, or ended the matter.
fn answered(steps: &[StepRecord]) -> bool {
    let mut facts = steps.iter().filter_map(StepRecord::standing);
    facts.any(|step| step.kind == StepKind::Closed || step.way == Some(ReplyWay::Written))
}

fn voids(r: &Reader<'_>, day: NaiveDate) -> Result<Vec<VoidNumber>> {
    let matters = r.matters().between(day, day)?.into_iter().filter(|matter| matter.void);
    matters.map(|matter| void_number(r, &matter.number)).collect()
}

/// A voided number with its reason; what was said of a sealed matter is on no list and no paper.
fn void_number(r: &Reader<'_>, number: &str) -> Result<VoidNumber> {
    let matter = r.matters().find(number)?.ok_or(Error::Refused(Code::NumberUnknown))?;
    let profile = profile_of(&r.desk()?, &r.settings()?);
    let reason = match &matter.record {
        Record::Told(_) => matter.void_reason,
        Record::Sealed(_) | Record::Erased => open_title(&matter.record, &profile).to_owned(),
    };
    Ok(VoidNumber { short: parsed(number)?.short(), number: matter.number, reason })
}

/// How a day's last closing stands.
fn known(r: &Reader<'_>, closing: &Closing) -> Result<Known> {
    let closings = r.closings();
    Ok(Known { since: closings.registered_since(closing)?, settled: closings.is_settled(closing)? })
}

fn day_row(r: &Reader<'_>, day: NaiveDate) -> Result<DayRow> {
    let closing = r.closings().of(day)?;
    let known = closing.as_ref().map(|closing| known(r, closing)).transpose()?;
    Ok(DayRow {
        day: day.to_string(),
        state: day_state(known),
        registered: r.closings().registered(day)?,
        since: known.map_or(0, |known| known.since),
        closed: closing.as_ref().map(|closing| minute(closing.at_ms)),
        closings: closing.map_or(0, |closing| closing.told.closing),
    })
}

/// How far a day is, the district left out: asked each time the window looks.
fn state_here(r: &Reader<'_>, day: NaiveDate) -> Result<DayState> {
    let since = r.closings().of(day)?.map(|closing| r.closings().registered_since(&closing)).transpose()?;
    Ok(day_state(since.map(|since| Known { since, settled: false })))
}

/// The newest day before today that should still be closed.
pub(crate) fn open_before(r: &Reader<'_>, today: NaiveDate) -> Result<Option<DayRow>> {
    let Some(yesterday) = today.pred_opt() else { return Ok(None) };
    let mut states = Vec::new();
    for day in r.closings().days(yesterday, DAYS)? {
        states.push((day, state_here(r, day)?));
    }
    left_open(&states).map(|day| day_row(r, day)).transpose()
}

/// Whether visits of today are registered and the day is not closed over them.
pub(crate) fn is_due(r: &Reader<'_>, today: NaiveDate) -> Result<bool> {
    Ok(r.closings().registered(today)? > 0 && state_here(r, today)?.is_due())
}

/// A copy of a sheet, all of it from its entry; the reasons of voided numbers from theirs.
fn sheet(r: &Reader<'_>, row: &ClosingSheetRow) -> Result<ClosingSheet> {
    let (desk, settings) = (r.desk()?, r.settings()?);
    let profile = profile_of(&desk, &settings);
    let told = &row.closing.told;
    let (mut ranges, mut open) = (told.ranges.clone(), told.open);
    if row.confirmed {
        for range in &mut ranges {
            range.confirmed = range.kept;
        }
        (open.unsent, open.set_aside) = (0, 0);
    }
    let void = |number: &String| void_number(r, number).map(|one| (one.short, one.reason));
    let reason =
        |word: &str| DiscardReason::from_word(word).map_or_else(|| word.to_owned(), |one| one.label().to_owned());
    Ok(ClosingSheet {
        office: profile.office_name(&desk.centre_name),
        seal: profile.seal_name(&desk.centre_name),
        desk: DeskNumber::new(desk.number).map_err(|_| Error::Refused(Code::DeskNumberUnusable))?,
        day: told.day,
        closing: told.closing,
        ranges,
        voids: told.void.iter().map(void).collect::<Result<_>>()?,
        discarded: told.discarded.iter().map(|(word, count)| (reason(word), *count)).collect(),
        open,
        state: if row.confirmed { DayState::Confirmed } else { DayState::Closed },
        head: told.head.hash.short(),
        closed_at: civil_time(row.closing.at_ms),
        copy: row.copy,
        printed_at: civil_time(row.printed_ms),
        clerk: row.closing.clerk,
        practice: desk.practice,
    })
}
