//! How far a matter is by the steps that stand, which step fits next, and which clocks run.
//!
//! The clocks bind the office, or are a right of the visitor; none is a person's duty, and none stops a step. What starts
//! and stops each:
//!
//! | Clock | starts | stops |
//! |---|---|---|
//! | C1, C1′ | registered | the first notice, a written reply, closed |
//! | C2 | the centre received what the district forwarded to it | a notice or a written reply from then on, objected, closed |
//! | C3 | as C2 | as C2, and accepted |
//! | C4, with C5 in its place once an extension was told | accepted | a written reply, closed |
//! | the section's day | handed over | a reply, handed over again, closed |
//! | C6 | the visitor received the written reply | by itself |
//! | C10 | closed with an agreement | by itself |
//!
//! A reply by word of mouth stops neither C1 nor C4: both end with something in writing (Art. 23(2), 35) [I].
//! What was forwarded is the centre's own (C2) or it objects (C3); both are shown until it has done the one or the other, and
//! the last day of C3 only takes the objection away. Deliberately absent: C7 to C9, which are another body's.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::calendar::Calendars;
use crate::clock::{Binds, Clock, ClockCode, Due, due, first_answer, first_answer_due};
use crate::outcome::Outcome;
use crate::profile::Profile;
use crate::step::{Ending, ReplyWay, StepFact, StepKind, StepTaken};
use crate::words::words;

words! {
    /// How far a matter is at the office.
    Stage, "stages":
    /// 已登记.
    Registered = "registered",
    /// 已受理.
    Accepted = "accepted",
    /// 承办中.
    InHand = "in_hand",
    /// 已答复.
    Replied = "replied",
    /// 已办结.
    Closed = "closed",
    /// 已作废.
    Void = "void",
}

/// What is known of how a matter went.
#[derive(Debug, Clone, Copy)]
pub struct Course<'a> {
    /// Whether its registration was voided.
    pub void: bool,
    /// From when the first answer counts; `None` while that clock is suspended (Art. 23(2)).
    pub answer_from: Option<NaiveDate>,
    /// The day of the first notice that stands, or of an answer at the desk.
    pub told_on: Option<NaiveDate>,
    /// Since when the record itself says 受理; `None` where it does not.
    pub accepted_by_record: Option<NaiveDate>,
    /// Until when the visitor was told that C4 is extended.
    pub extended_to: Option<NaiveDate>,
    /// The last time that the district forwarded it to this centre.
    pub forwarded: Option<Forwarded>,
    /// The steps that stand, in the order in which they were written down.
    pub steps: &'a [StepFact],
}

/// What the district forwarded to the centre that registered it (转送, 交办).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forwarded {
    /// The day on which the centre received it (Art. 23(3): 自收到之日起).
    pub received_on: NaiveDate,
    /// The day of the first notice that stands and was issued from then on.
    pub told_on: Option<NaiveDate>,
}

/// A clock of a matter, running or stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct MatterClock {
    /// Which; `None` for the day that was set to a section.
    pub code: Option<ClockCode>,
    /// What it is about, in Chinese.
    pub label: String,
    /// For whom it runs.
    pub binds: Binds,
    /// The day that is not counted.
    #[ts(type = "string")]
    pub from: NaiveDate,
    /// The last day, by the profile; `None` where it cannot be told.
    #[ts(type = "string | null")]
    pub last_day: Option<NaiveDate>,
    /// The next working day, where that one is a day off.
    #[ts(type = "string | null")]
    pub rolled: Option<NaiveDate>,
    /// Its basis; empty for a day that the office set itself.
    pub article: String,
    /// The day on which it stopped; `None` while it runs.
    #[ts(type = "string | null")]
    pub stopped_on: Option<NaiveDate>,
}

impl MatterClock {
    /// Whether the office still owes what it is about.
    pub fn is_owed(&self) -> bool {
        self.binds == Binds::Office && self.stopped_on.is_none()
    }
}

/// What is said of the day that the centre sets to one of its sections.
const SECTION: &str = "承办科室回复本中心";

impl Course<'_> {
    /// How far the matter is.
    pub fn stage(&self) -> Stage {
        let has = |kind| self.steps.iter().any(|step| step.kind == kind);
        if self.void {
            Stage::Void
        } else if has(StepKind::Closed) {
            Stage::Closed
        } else if has(StepKind::Replied) {
            Stage::Replied
        } else if has(StepKind::HandedOver) {
            Stage::InHand
        } else if self.accepted_on().is_some() {
            Stage::Accepted
        } else {
            Stage::Registered
        }
    }

    /// Which steps fit it as it stands, in the order of a matter's way. A reply can be given again and a matter handed on;
    /// it is accepted and closed once, and objected to while it was forwarded here and nothing else was done with it since.
    pub fn fitting(&self) -> Vec<StepKind> {
        match self.stage() {
            Stage::Void | Stage::Closed => Vec::new(),
            _ => {
                let accepted = self.accepted_on().is_some();
                let fits = |kind: &StepKind| match kind {
                    StepKind::Accepted => !accepted,
                    StepKind::Objected => !accepted && self.forwarded.is_some_and(|one| self.settled_on(one).is_none()),
                    _ => true,
                };
                StepKind::ALL.iter().copied().filter(fits).collect()
            }
        }
    }

    /// The day of 受理, by the record or by a step, whichever was first.
    pub fn accepted_on(&self) -> Option<NaiveDate> {
        let step = self.of(StepKind::Accepted).map(|step| step.on).min();
        self.accepted_by_record.into_iter().chain(step).min()
    }

    /// Its clocks: first what the office owes, by the last day, then what the visitor may use, then what has stopped.
    pub fn clocks(&self, profile: &Profile, calendars: &Calendars) -> Vec<MatterClock> {
        if self.void {
            return Vec::new();
        }
        let mut clocks: Vec<MatterClock> =
            [self.first_answer(profile, calendars), self.handling(profile, calendars), self.section()]
                .into_iter()
                .chain(self.forwarded(profile, calendars))
                .chain([self.review(profile, calendars), self.confirmation(profile, calendars)])
                .flatten()
                .collect();
        clocks.sort_by_key(|one| (one.stopped_on.is_some(), one.binds != Binds::Office, one.last_day));
        clocks
    }

    /// A step as its form begins: today, with what the matter's way suggests. The clerk changes what is otherwise.
    pub fn begun(&self, kind: StepKind, outcome: Option<Outcome>, office: &str, today: NaiveDate) -> StepTaken {
        let begun = StepTaken {
            on: today,
            way: Some(ReplyWay::Written),
            by: office.to_owned(),
            ending: self.ending(outcome),
            ..StepTaken::default()
        };
        begun.kept(kind)
    }

    fn ending(&self, outcome: Option<Outcome>) -> Option<Ending> {
        if self.stage() == Stage::Replied {
            return Some(Ending::Answered);
        }
        match outcome? {
            Outcome::AnsweredAtOnce => Some(Ending::Answered),
            Outcome::Forwarded | Outcome::Assigned => Some(Ending::Forwarded),
            Outcome::Guided => Some(Ending::Guided),
            Outcome::Mediation => Some(Ending::Agreement),
            Outcome::NotAccepted | Outcome::NoLongerAccepted => Some(Ending::NotAccepted),
            Outcome::ToldLater | Outcome::Received | Outcome::Accepted => None,
        }
    }

    fn of(&self, kind: StepKind) -> impl Iterator<Item = &StepFact> {
        self.steps.iter().filter(move |step| step.kind == kind)
    }

    fn closed_on(&self) -> Option<NaiveDate> {
        self.of(StepKind::Closed).map(|step| step.on).min()
    }

    /// The day of the first written reply.
    fn written_on(&self) -> Option<NaiveDate> {
        self.of(StepKind::Replied).filter(|step| step.way == Some(ReplyWay::Written)).map(|step| step.on).min()
    }

    fn first_answer(&self, profile: &Profile, calendars: &Calendars) -> Option<MatterClock> {
        let (from, code) = (self.answer_from?, first_answer(profile.body));
        let stopped_on = [self.told_on, self.written_on(), self.closed_on()].into_iter().flatten().min();
        let told = due(code, from, profile, calendars);
        let last_day = Some(first_answer_due(from, profile, calendars));
        Some(MatterClock { last_day, ..clock(&told, stopped_on) })
    }

    fn handling(&self, profile: &Profile, calendars: &Calendars) -> Option<MatterClock> {
        let stopped_on = [self.written_on(), self.closed_on()].into_iter().flatten().min();
        let c4 = due(ClockCode::C4, self.accepted_on()?, profile, calendars);
        let handling = clock(&c4, stopped_on);
        let Some(until) = self.extended_to else { return Some(handling) };
        let c5 = Clock::of(ClockCode::C5);
        Some(MatterClock {
            code: Some(ClockCode::C5),
            label: c5.label.clone(),
            from: c4.last_day.unwrap_or(c4.from),
            last_day: Some(until),
            rolled: None,
            article: c5.article.clone(),
            ..handling
        })
    }

    /// C2 and C3 of what was forwarded to this centre.
    fn forwarded(&self, profile: &Profile, calendars: &Calendars) -> [Option<MatterClock>; 2] {
        let Some(forwarded) = self.forwarded else { return [None, None] };
        let settled = self.settled_on(forwarded);
        // What was taken on is the centre's own, whenever that was.
        let taken = self.accepted_on().map(|on| on.max(forwarded.received_on));
        let told = |code, stopped| Some(clock(&due(code, forwarded.received_on, profile, calendars), stopped));
        [told(ClockCode::C2, settled), told(ClockCode::C3, settled.into_iter().chain(taken).min())]
    }

    /// The day on which the centre did what it owes for something forwarded: told the visitor, or objected.
    fn settled_on(&self, forwarded: Forwarded) -> Option<NaiveDate> {
        let done = |step: &&StepFact| match step.kind {
            StepKind::Replied => step.way == Some(ReplyWay::Written),
            StepKind::Objected => true,
            _ => false,
        };
        let since = self.steps.iter().filter(done).map(|step| step.on).filter(|on| *on >= forwarded.received_on);
        // A closed matter leaves nothing owed, also one that was closed before.
        let closed = self.closed_on().map(|on| on.max(forwarded.received_on));
        since.chain(forwarded.told_on).chain(closed).min()
    }

    fn section(&self) -> Option<MatterClock> {
        let (place, handed) =
            self.steps.iter().enumerate().rfind(|(_, step)| step.kind == StepKind::HandedOver && step.due.is_some())?;
        // Whatever stands behind it: the matter went on, or the section is another one now.
        let ends = |step: &&StepFact| !matches!(step.kind, StepKind::Accepted | StepKind::Objected);
        let next = self.steps.iter().skip(place + 1).find(ends).map(|step| step.on);
        let stopped_on = next.or(self.closed_on());
        Some(MatterClock {
            code: None,
            label: SECTION.to_owned(),
            binds: Binds::Office,
            from: handed.on,
            last_day: handed.due,
            rolled: None,
            article: String::new(),
            stopped_on,
        })
    }

    /// The visitor's right to ask for 复查, from the newest written reply that was received.
    fn review(&self, profile: &Profile, calendars: &Calendars) -> Option<MatterClock> {
        let written = self.of(StepKind::Replied).filter(|step| step.way == Some(ReplyWay::Written));
        let received = written.filter_map(|step| step.received_on).max()?;
        Some(clock(&due(ClockCode::C6, received, profile, calendars), None))
    }

    /// The right of both to have their agreement confirmed.
    fn confirmation(&self, profile: &Profile, calendars: &Calendars) -> Option<MatterClock> {
        let agreed = self.of(StepKind::Closed).find(|step| step.ending == Some(Ending::Agreement))?;
        Some(clock(&due(ClockCode::C10, agreed.on, profile, calendars), None))
    }
}

fn clock(told: &Due, stopped_on: Option<NaiveDate>) -> MatterClock {
    let Clock { label, binds, .. } = Clock::of(told.code);
    let last_day = told.effective();
    MatterClock {
        code: Some(told.code),
        label: label.clone(),
        binds: *binds,
        from: told.from,
        last_day,
        rolled: told.rolled.filter(|day| Some(*day) != last_day),
        article: told.article.clone(),
        stopped_on,
    }
}

#[cfg(test)]
#[path = "course_tests.rs"]
mod tests;
