//! The centre's own steps with a matter: accepted, handed to a section, replied, closed; and what the office owes by its
//! clocks. A step is one entry and is never changed; a wrong one is taken back with its reason.
//!
//! Deliberately absent: a step that takes itself, and any list of people. What is owed is owed by the office.

use chrono::{Days, NaiveDate};
use intake_model::check::text_fault;
use intake_model::{
    Calendars, ClockCode, Code, Course, Forwarded, MatterClock, Outcome, Paper, StepFact, StepKind, StepTaken,
    civil_date,
};
use intake_store::{DocumentRecord, Journal, MatterRecord, Writer};
use intake_wire::{Kind, Moment, Record, StepOpen, StepReason, StepWithdrawn};

use crate::desk::{Desk, draft};
use crate::documents::Opened;
use crate::sealed::as_sealed;
use crate::steps_view::{MatterSteps, OwedList, OwedRow, StepOffer, returned, shown};
use crate::times::date_is_certain;
use crate::visits::{first_answer_from, open_title, parsed, profile_of, standing};
use crate::{Error, Result};

/// As many days back a matter is looked at in which no step was taken: the longest clock with its extension has long run
/// out by then, and what is older is told by the closing sheets of its time.
const DAYS: u64 = 400;

impl Desk {
    /// How a matter stands: its steps, its clocks, what fits next, what the district gave back. Of a sealed matter it is shown to
    /// its readers alone, and that is journalled as for its papers.
    ///
    /// # Errors
    /// [`Code::NumberUnknown`], [`Code::SealedNotYours`], [`Code::ContentErased`], [`Code::DeskLocked`].
    pub fn steps_of(&self, number: &str) -> Result<MatterSteps> {
        let (db, clerk) = self.at_work()?;
        let number = parsed(number)?.to_string();
        let (own, moment) = (self.own()?, self.now());
        let (sealed, steps) = db.read(|r| {
            let opened = Opened::of(&r.matters(), r.desk()?, &r.settings()?, &number, Some(&own), moment.at_ms)?;
            let steps = opened.steps_shown(&r.documents().of(&number)?, &r.journal())?;
            Ok::<_, Error>((opened.is_sealed(), steps))
        })?;
        if sealed {
            self.note_opening(&db, &clerk, &number)?;
        }
        Ok(steps)
    }

    /// Writes down a step that fits the matter as it stands.
    ///
    /// # Errors
    /// [`Code::StepNotFitting`], what [`StepTaken::check`] refuses, [`Code::ClockBehind`], [`Code::ClockAhead`],
    /// [`Code::AlreadyVoid`], and as [`Desk::steps_of`]; nothing is kept then.
    pub fn take_step(&self, number: &str, kind: StepKind, step: &StepTaken) -> Result<MatterSteps> {
        let taken = step.clone().kept(kind);
        self.go_a_step(number, |tx, opened, clerk, moment| {
            let documents = tx.documents().of(&opened.matter.number)?;
            let facts = opened.facts();
            if !opened.course(&documents, &facts).fitting().contains(&kind) {
                return Err(Error::Refused(Code::StepNotFitting));
            }
            let checked = taken.check(kind, received_on(&opened.matter), civil_date(moment.at_ms));
            checked.map_err(|(field, code)| Error::about(field, code))?;
            let (open, told) = StepOpen::of(opened.matter.number.clone(), name()?, taken);
            let personal = as_sealed(&opened.matter.record, &told)?;
            let seq = tx.append(draft(Kind::of_step(kind), &open, &personal)?, clerk, moment)?;
            Ok(tx.insert_step(kind, &open, seq)?)
        })
    }

    /// Takes a step back. Its entry stays, and with it who wrote it and when.
    ///
    /// # Errors
    /// [`Code::ReasonNeeded`] without a reason, [`Code::StepUnknown`] where it does not stand, and as [`Desk::take_step`].
    pub fn withdraw_step(&self, number: &str, step: &str, reason: &str) -> Result<MatterSteps> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            return Err(Error::about("reason", Code::ReasonNeeded));
        }
        if let Some(code) = text_fault(&reason) {
            return Err(Error::about("reason", code));
        }
        self.go_a_step(number, |tx, opened, clerk, moment| {
            let stands = |one: &&intake_store::StepRecord| one.open.step == step && one.withdrawn.is_none();
            if !opened.steps.iter().any(|one| stands(&one)) {
                return Err(Error::Refused(Code::StepUnknown));
            }
            let told = StepWithdrawn { number: opened.matter.number.clone(), step: step.to_owned() };
            let personal = as_sealed(&opened.matter.record, &StepReason { reason })?;
            let seq = tx.append(draft(Kind::step_withdrawn(), &told, &personal)?, clerk, moment)?;
            Ok(tx.set_step_withdrawn(&told, seq)?)
        })
    }

    /// What the office owes by its clocks, the nearest day first, what ran out before that. Of a sealed matter what its open
    /// days tell, under the fixed word.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn owed(&self) -> Result<OwedList> {
        let (db, _) = self.at_work()?;
        let now_ms = self.now().at_ms;
        let today = civil_date(now_ms);
        let rows = db.read::<_, Error>(|r| {
            let desk = r.desk()?;
            let profile = profile_of(&desk, &r.settings()?);
            let mut rows = Vec::new();
            for number in r.matters().unclosed(today.checked_sub_days(Days::new(DAYS)).unwrap_or(today))? {
                let Some(matter) = r.matters().find(&number)? else { continue };
                if matter.void || matches!(matter.record, Record::Erased) {
                    continue;
                }
                let opened = Opened::known(&r.matters(), desk.clone(), profile.clone(), matter, None, now_ms)?;
                let facts = opened.facts();
                let clocks = opened.course(&r.documents().of(&number)?, &facts).clocks(&profile, Calendars::known());
                let title = open_title(&opened.matter.record, &profile);
                for clock in clocks.into_iter().filter(|clock| clock.is_owed() && !is_lapsed(clock, today)) {
                    rows.push(owed_row(&number, title, clock, today)?);
                }
            }
            Ok(rows)
        });
        let mut rows = rows?;
        // What cannot be told comes last; the same day in the order of registration.
        rows.sort_by_key(|row| (row.days_left.is_none(), row.days_left));
        Ok(OwedList { today: today.to_string(), rows })
    }

    /// One change to a matter's steps, in one transaction; gives them as they are then.
    fn go_a_step(
        &self,
        number: &str,
        change: impl FnOnce(&Writer<'_>, &Opened<'_>, u32, Moment) -> Result<()>,
    ) -> Result<MatterSteps> {
        let (db, clerk) = self.at_work()?;
        let parsed = parsed(number)?;
        let number = parsed.to_string();
        let (own, moment) = (self.own()?, self.now());
        db.write(|tx| {
            let opened = |tx: &Writer<'_>| {
                Opened::of(&tx.matters(), tx.desk()?, &tx.settings()?, &number, Some(&own), moment.at_ms)
            };
            let before = opened(tx)?;
            standing(tx, &parsed)?;
            date_is_certain(&tx.times(), moment)?;
            change(tx, &before, clerk.id, moment)?;
            opened(tx)?.steps_shown(&tx.documents().of(&number)?, &tx.journal())
        })
    }
}

/// A step's name: random, so that two halves of a fork never give the same one.
fn name() -> Result<String> {
    Ok(format!("{:016x}", u64::from_be_bytes(intake_wire::random()?)))
}

/// The day on which the matter reached the office.
fn received_on(matter: &MatterRecord) -> NaiveDate {
    matter.record.received_at().map_or_else(|| civil_date(matter.registered_ms), |at| at.date())
}

/// Once five working days have passed nobody can object to what was forwarded: what is left is to tell the visitor.
fn is_lapsed(clock: &MatterClock, today: NaiveDate) -> bool {
    clock.code == Some(ClockCode::C3) && clock.stopped_on.is_none() && clock.last_day.is_some_and(|last| last < today)
}

fn owed_row(number: &str, title: &str, clock: MatterClock, today: NaiveDate) -> Result<OwedRow> {
    Ok(OwedRow {
        short: parsed(number)?.short(),
        number: number.to_owned(),
        title: title.to_owned(),
        what: clock.label,
        code: clock.code,
        days_left: clock.last_day.map(|day| (day - today).num_days()),
        day: clock.last_day.map(|day| day.to_string()),
        rolled: clock.rolled.map(|day| day.to_string()),
        article: clock.article,
    })
}

impl Opened<'_> {
    /// The steps that stand, as the clocks are counted by them.
    pub(crate) fn facts(&self) -> Vec<StepFact> {
        self.steps.iter().filter_map(intake_store::StepRecord::standing).collect()
    }

    /// What is known of how the matter went, as far as this reader sees it.
    pub(crate) fn course<'f>(&self, documents: &[DocumentRecord], facts: &'f [StepFact]) -> Course<'f> {
        let decided = self.outcome();
        let stands = |one: &&DocumentRecord| one.void.is_none();
        let notice = documents.iter().filter(stands).find(|one| one.issued.paper.is_first_answer());
        let extension = documents.iter().filter(stands).rfind(|one| one.issued.paper == Paper::ExtensionNotice);
        Course {
            void: self.matter.void,
            answer_from: first_answer_from(&self.versions, &self.profile),
            told_on: match (notice, decided) {
                (Some(notice), _) => Some(notice.issued.issued_on),
                // Told at the desk, with the slip.
                (None, Some(Outcome::AnsweredAtOnce)) => Some(received_on(&self.matter)),
                _ => None,
            },
            accepted_by_record: self.accepted_by_record(),
            extended_to: extension.and_then(|one| one.content.told()?.filling.limit),
            forwarded: self.forwarded_on.map(|received_on| Forwarded {
                received_on,
                told_on: documents
                    .iter()
                    .filter(stands)
                    .filter(|one| one.issued.paper.is_first_answer())
                    .map(|one| one.issued.issued_on)
                    .filter(|on| *on >= received_on)
                    .min(),
            }),
            steps: facts,
        }
    }

    fn steps_shown(&self, documents: &[DocumentRecord], journal: &Journal<'_>) -> Result<MatterSteps> {
        let documents = self.unsealed(documents.to_vec());
        let facts = self.facts();
        let course = self.course(&documents, &facts);
        let office = self.profile.office_name(&self.desk.centre_name);
        let (outcome, today) = (self.outcome(), civil_date(self.now_ms));
        let mut clocks = course.clocks(&self.profile, Calendars::known());
        clocks.retain(|clock| !is_lapsed(clock, today));
        let offer = |kind: StepKind| StepOffer {
            kind,
            fields: kind.fields().iter().map(|field| (*field).to_owned()).collect(),
            begun: course.begun(kind, outcome, &office, today),
        };
        Ok(MatterSteps {
            number: self.matter.number.clone(),
            stage: course.stage(),
            steps: self.steps.iter().cloned().map(shown).collect(),
            clocks,
            offers: course.fitting().into_iter().map(offer).collect(),
            returned: journal.returned(&self.matter.number)?.into_iter().filter_map(returned).collect(),
        })
    }

    fn outcome(&self) -> Option<Outcome> {
        let newest = self.versions.first()?;
        self.visit(newest)?.decision.map(|decision| decision.outcome)
    }
}
