//! The day of a desk on paper (当日汇总): matters are counted and listed, never people. Its entry is that of a period that
//! was written out, and the paper tells the day as it stood then.

use chrono::NaiveDate;
use intake_model::{Code, DeskNumber, Outcome, Paper, Visit, Way, civil_date, civil_time};
use intake_paper::{DayLine, DayReport, Document, Tally};
use intake_store::{Db, MatterRecord, PrintJob, Reader, Version, Writer};
use intake_wire::{Kind, Moment, Record};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::prints::{Printable, enqueue, pictures};
use crate::times::date_is_certain;
use crate::view::SlipView;
use crate::visits::{due, parsed, profile_of};
use crate::{Error, Result};

impl Desk {
    /// Prints the day so far. Where no printer is set for its paper, the PDF is written instead.
    ///
    /// # Errors
    /// [`Code::ClockBehind`] or [`Code::ClockAhead`] until [`Desk::confirm_clock`], [`Code::DeskLocked`],
    /// [`Code::PdfFolderUnwritable`], and those of layout.
    pub fn print_day(&self) -> Result<SlipView> {
        let (db, clerk) = self.at_work()?;
        let moment = self.now();
        let day = civil_date(moment.at_ms);
        let job = db.write::<_, Error>(|tx| issue_day(tx, clerk.id, moment))?;
        self.hurry_printing();
        let document = self.day(&db, clerk.id, moment.at_ms)?;
        let file = if job.is_some() {
            None
        } else {
            let settings = db.read::<_, Error>(|r| Ok(r.settings()?))?;
            Some(self.save_pdf(&settings, &day_file(day), &document)?.display().to_string())
        };
        let pictures = pictures(&document)?;
        Ok(SlipView {
            number: day.to_string(),
            pages: pictures.pages,
            copy: 1,
            file,
            job,
            undrawable: pictures.undrawable,
        })
    }

    /// The day as the entry at a place told it.
    pub(crate) fn day_at(&self, db: &Db, job: &PrintJob) -> Result<Document> {
        let (clerk, at_ms) = db.read::<_, Error>(|r| Ok(r.journal().written(job.epoch, job.seq)?))?;
        self.day(db, clerk, at_ms)
    }

    fn day(&self, db: &Db, clerk: u32, at_ms: i64) -> Result<Document> {
        let report = db.read(|r| report(r, clerk, at_ms))?;
        Ok(self.papers()?.day_report(&report)?)
    }
}

/// What a day's file is called.
pub(crate) fn day_file(day: NaiveDate) -> String {
    format!("{}-{day}.pdf", Paper::DayReport.label())
}

/// Journals that a day was written out, with its place in the print queue.
pub(crate) fn issue_day(tx: &Writer<'_>, clerk: u32, moment: Moment) -> Result<Option<i64>> {
    date_is_certain(&tx.times(), moment)?;
    let day = civil_date(moment.at_ms);
    let rows = tx.matters().on(day)?.len();
    let open = json!({ "from": day, "to": day, "rows": rows, "masked": true });
    let seq = tx.append(draft(Kind::period_exported(), &open, &json!({ "reason": "" }))?, clerk, moment)?;
    let paper = Paper::DayReport;
    enqueue(tx, &Printable { paper, sheet: paper.sheet(), number: "", seq, copy: 1, copies: 1 }, moment)
}

/// One registration with its versions as they stood, the newest first.
struct Told {
    matter: MatterRecord,
    versions: Vec<Version>,
}

impl Told {
    fn visit(&self) -> Option<&Visit> {
        match &self.versions.first()?.record {
            Record::Told(told) => Some(&told.visit),
            Record::Sealed(_) | Record::Erased => None,
        }
    }

    fn outcome(&self) -> Option<Outcome> {
        self.visit()?.decision.as_ref().map(|decision| decision.outcome)
    }
}

fn report(r: &Reader<'_>, clerk: u32, at_ms: i64) -> Result<DayReport> {
    let (desk, settings) = (r.desk()?, r.settings()?);
    let (profile, day) = (profile_of(&desk, &settings), civil_date(at_ms));
    let mut all = Vec::new();
    let mut papers = Vec::new();
    // The list has the newest first, the paper the first.
    for matter in r.matters().on(day)?.into_iter().rev().filter(|matter| matter.registered_ms <= at_ms) {
        let mut versions = r.matters().versions(&matter.number)?;
        versions.retain(|one| one.at_ms <= at_ms);
        let issued = r.documents().of(&matter.number)?;
        papers.extend(
            issued.into_iter().filter(|one| one.void.is_none() && one.at_ms <= at_ms).map(|one| one.issued.paper),
        );
        all.push(Told { matter, versions });
    }
    let standing = || all.iter().filter(|one| !one.matter.void);
    let ways: Vec<Way> = standing().filter_map(Told::visit).map(|visit| visit.way).collect();
    let outcomes: Vec<Outcome> = standing().filter_map(Told::outcome).collect();
    let line = |one: &Told| {
        Ok::<_, Error>(DayLine {
            number: parsed(&one.matter.number)?.short(),
            at: civil_time(one.matter.registered_ms),
            // Of a sealed matter that it was registered.
            title: one.visit().map(|visit| visit.open_title(&profile).to_owned()).unwrap_or_default(),
            outcome: one.outcome().map(|outcome| outcome.label().to_owned()).unwrap_or_default(),
            due: due(&one.versions, &profile),
            void: one.matter.void,
        })
    };
    let tallies = vec![
        tally("来源", Way::ALL, &ways, Way::label),
        tally("办理", Outcome::ALL, &outcomes, Outcome::label),
        tally("文书", Paper::ALL, &papers, Paper::label),
    ];
    Ok(DayReport {
        office: profile.office_name(&desk.centre_name),
        seal: profile.seal_name(&desk.centre_name),
        desk: DeskNumber::new(desk.number).map_err(|_| Error::Refused(Code::DeskNumberUnusable))?,
        day,
        tallies: tallies.into_iter().filter(|tally| !tally.counts.is_empty()).collect(),
        lines: all.iter().map(line).collect::<Result<_>>()?,
        made_at: civil_time(at_ms),
        clerk,
        practice: desk.practice,
    })
}

/// How often each word was found, in the order of the words.
fn tally<T: Copy + PartialEq>(heading: &str, words: &[T], found: &[T], label: impl Fn(T) -> &'static str) -> Tally {
    let count = |word: &T| u32::try_from(found.iter().filter(|one| *one == word).count()).unwrap_or(u32::MAX);
    let counts = words.iter().map(|word| (label(*word).to_owned(), count(word))).filter(|(_, count)| *count > 0);
    Tally { heading: heading.to_owned(), counts: counts.collect() }
}
