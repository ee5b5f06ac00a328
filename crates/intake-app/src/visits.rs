//! Registering, correcting, voiding, and the day's list.

use std::borrow::Cow;

use chrono::NaiveDate;
use intake_model::check::{has_errors, text_fault};
use intake_model::{
    Calendars, CentreCode, ClockCode, Code, DeskNumber, EpochMark, Problem, Profile, QueryCode, RegistrationNumber,
    Visit, check_under, civil_date, civil_time, clock,
};
use intake_store::{DeskRow, MatterRecord, Matters, Settings, State, Twin, Version, Writer};
use intake_wire::{Corrected, Draft, Kind, Record, Registered as RegisteredPart, Voided};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::sealed::{Words, yours};
use crate::times::date_is_certain;
use crate::view::{Matter, MatterRow, MatterState, MatterTwin, MatterVersion, Registered, Today, TwinNumber};
use crate::{Error, Result};

/// As many matters of earlier days as a list can show.
const EARLIER: usize = 200;

impl Desk {
    /// Everything worth saying about a visit before it is registered, by the rules of the desk's region.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn check_visit(&self, visit: &Visit) -> Result<Vec<Problem>> {
        let (db, _) = self.at_work()?;
        let profile = db.read::<_, Error>(|r| Ok(profile_of(&r.desk()?, &r.settings()?)))?;
        Ok(check_under(visit, civil_date(self.now().at_ms), &profile))
    }

    /// Registers one visit and allots its number (Art. 23(1): every visit is registered).
    ///
    /// # Errors
    /// [`Code::DeskLocked`], [`Code::VisitUnreadable`], [`Code::ReasonNeeded`], [`Code::ClockBehind`] or
    /// [`Code::ClockAhead`] until [`Desk::confirm_clock`], or those of the disk. Nothing is kept then, and no number is
    /// used up.
    pub fn register(&self, visit: &Visit) -> Result<Registered> {
        self.register_from(visit, None)
    }

    /// Registers what was typed in a draft, and forgets the draft with it: never both, never neither.
    ///
    /// # Errors
    /// As [`Desk::register`]; the draft is still there then. One that is gone already is no error.
    pub fn register_from(&self, visit: &Visit, draft: Option<&str>) -> Result<Registered> {
        match self.take(visit, "", draft)? {
            Imported::Now(registered) => Ok(registered),
            // Without a key nothing was there before.
            Imported::Before(_) => Err(Error::internal()),
        }
    }

    /// Registers a visit taken from a row of an old ledger, unless that row was taken before. `import_key` names the row;
    /// empty for a visit told at the desk.
    ///
    /// # Errors
    /// As [`Desk::register`].
    pub fn register_once(&self, visit: &Visit, import_key: &str) -> Result<Imported> {
        self.take(visit, import_key, None)
    }

    fn take(&self, visit: &Visit, import_key: &str, from: Option<&str>) -> Result<Imported> {
        let (db, clerk) = self.at_work()?;
        let moment = self.now();
        let date = civil_date(moment.at_ms);
        let query_code = QueryCode::from_random(intake_wire::random()?);
        let envelope = self.envelope(clerk.id, visit)?;
        db.write::<_, Error>(|tx| {
            if let Some(number) = tx.matters().imported(import_key)? {
                return Ok(Imported::Before(number));
            }
            let desk = tx.desk()?;
            let profile = profile_of(&desk, &tx.settings()?);
            let visit = passed(visit, date, &profile)?;
            // A ledger's rows are of earlier days: nobody stands at the window who could be asked.
            if import_key.is_empty() {
                date_is_certain(&tx.times(), moment)?;
            }
            let (mark, serial) = tx.next_serial(date)?;
            let number = number(&desk.centre_code, date, desk.number, &mark, serial)?;
            let open = RegisteredPart {
                number: number.to_string(),
                headcount: visit.headcount,
                party: visit.party,
                owes_written_notice: visit.owes_written_notice(),
                import_key: import_key.to_owned(),
                draft: tx.end_draft(from, clerk.id)?,
            };
            let told = visit.clone();
            let personal = envelope.personal(query_code.to_string(), visit)?;
            let entry = Draft { kind: Kind::registered(), open: serde_json::to_vec(&open)?, personal };
            let seq = tx.append(entry, clerk.id, moment)?;
            tx.insert_matter(&open.number, date, serial, seq, import_key)?;
            tx.set_identities(&open.number, None, &told)?;
            registered(&tx.matters(), &number, &profile).map(Imported::Now)
        })
    }

    /// The number under which a row of a ledger was taken before.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn imported(&self, import_key: &str) -> Result<Option<String>> {
        let (db, _) = self.at_work()?;
        db.read(|r| Ok(r.matters().imported(import_key)?))
    }

    /// Keeps a corrected record as a new version; every earlier one stays in the journal. Where the matter becomes sealed,
    /// the earlier words are sealed with it.
    ///
    /// # Errors
    /// As [`Desk::register`], and [`Code::NumberUnknown`], [`Code::AlreadyVoid`], [`Code::SealedNotYours`].
    pub fn correct(&self, number: &str, visit: &Visit) -> Result<Registered> {
        self.correct_from(number, visit, None)
    }

    /// Keeps what was corrected in a draft, and forgets the draft with it.
    ///
    /// # Errors
    /// As [`Desk::correct`]; the draft is still there then.
    pub fn correct_from(&self, number: &str, visit: &Visit, from: Option<&str>) -> Result<Registered> {
        let (db, clerk) = self.at_work()?;
        let number: RegistrationNumber = parsed(number)?;
        let moment = self.now();
        let (envelope, own, ring) = (self.envelope(clerk.id, visit)?, self.own()?, self.ring()?);
        db.write(|tx| {
            let matter = standing(tx, &number)?;
            yours(&matter.record, &own)?;
            // Whoever wrote it down first reads on.
            let envelope = envelope.also(ring.clerk(matter.clerk).and_then(|one| one.recipient()));
            let profile = profile_of(&tx.desk()?, &tx.settings()?);
            // Checked for the day of the visit, not of its correction.
            let visit = passed(visit, civil_date(matter.registered_ms), &profile)?;
            let query_code = matter.record.query_code().ok_or(Error::Refused(Code::ContentErased))?.to_owned();
            let open = Corrected {
                number: number.to_string(),
                version: matter.version + 1,
                corrects: matter.version_seq,
                headcount: visit.headcount,
                party: visit.party,
                owes_written_notice: visit.owes_written_notice(),
                draft: tx.end_draft(from, clerk.id)?,
            };
            let told = visit.clone();
            let personal = envelope.personal(query_code, visit)?;
            let entry = Draft { kind: Kind::corrected(), open: serde_json::to_vec(&open)?, personal };
            let seq = tx.append(entry, clerk.id, moment)?;
            tx.set_version(&open.number, open.version, seq)?;
            tx.set_identities(&open.number, matter.record.visit(), &told)?;
            envelope.reseal(tx, &open.number, &own, clerk.id, moment)?;
            registered(&tx.matters(), &number, &profile)
        })
    }

    /// Voids a registration; its number stays used.
    ///
    /// # Errors
    /// [`Code::ReasonNeeded`] without a reason, [`Code::TextTooLong`] and [`Code::ControlCharacter`] for one that cannot be
    /// kept, [`Code::NumberUnknown`], [`Code::AlreadyVoid`], [`Code::DeskLocked`].
    pub fn void_matter(&self, number: &str, reason: &str) -> Result<Today> {
        let (db, clerk) = self.at_work()?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::Refused(Code::ReasonNeeded));
        }
        if let Some(code) = text_fault(reason) {
            return Err(Error::about("reason", code));
        }
        let number = parsed(number)?;
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            standing(tx, &number)?;
            let open = Voided { number: number.to_string() };
            let seq = tx.append(draft(Kind::voided(), &open, &json!({ "reason": reason }))?, clerk.id, moment)?;
            Ok(tx.set_void(&open.number, reason, seq)?)
        })?;
        self.today()
    }

    /// The day's registrations, newest first, and what of earlier days is not at the district yet.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn today(&self) -> Result<Today> {
        let (db, _) = self.at_work()?;
        let date = civil_date(self.now().at_ms);
        let (rows, earlier, imported, twins, acted) = db.read::<_, Error>(|r| {
            let profile = profile_of(&r.desk()?, &r.settings()?);
            let matters = r.matters();
            let rows = |found: Vec<MatterRecord>| {
                found.into_iter().map(|one| row(&matters, one, &profile)).collect::<Result<Vec<_>>>()
            };
            let (day, earlier) = (rows(matters.on(date)?)?, rows(matters.open_before(date, EARLIER)?)?);
            let (twins, acted) = (matters.unseen_twins()?, matters.unseen_acts()?);
            Ok((day, earlier, matters.imported_on(date)?, twins, acted))
        })?;
        let count = |state| rows.iter().filter(|row| row.state == state).count();
        Ok(Today {
            date: date.to_string(),
            waiting: count(MatterState::Waiting),
            sent: count(MatterState::Sent),
            rows,
            earlier,
            imported,
            twins: twins.into_iter().map(twin_number).collect::<Result<_>>()?,
            acted: acted.into_iter().map(twin_number).collect::<Result<_>>()?,
        })
    }

    /// A clerk has looked at a number that was given twice.
    ///
    /// # Errors
    /// [`Code::NumberUnknown`], [`Code::DeskLocked`], or those of the disk.
    pub fn seen_twins(&self, number: &str) -> Result<Matter> {
        let (db, _) = self.at_work()?;
        let name = parsed(number)?.to_string();
        db.write::<_, Error>(|tx| Ok(tx.seen_twins(&name)?))?;
        self.matter(number)
    }

    /// Every version of a matter's record, the newest first: what was corrected stays readable.
    ///
    /// # Errors
    /// [`Code::NumberUnknown`], [`Code::DeskLocked`].
    pub fn versions(&self, number: &str) -> Result<Vec<MatterVersion>> {
        let (db, _) = self.at_work()?;
        let number = parsed(number)?.to_string();
        let found = db.read::<_, Error>(|r| Ok(r.matters().versions(&number)?))?;
        if found.is_empty() {
            return Err(Error::Refused(Code::NumberUnknown));
        }
        let (ring, own) = (self.ring()?, self.own()?);
        Ok(versions_shown(found, &Words { ring: &ring, own: Some(&own), open: false }))
    }

    /// One matter with its current record. The words of a sealed one are only told by [`Desk::open_sealed`].
    ///
    /// # Errors
    /// [`Code::NumberUnknown`], [`Code::DeskLocked`].
    pub fn matter(&self, number: &str) -> Result<Matter> {
        let (db, _) = self.at_work()?;
        let number: RegistrationNumber = parsed(number)?;
        let (ring, own) = (self.ring()?, self.own()?);
        db.read(|r| {
            let matter = r.matters().find(&number.to_string())?.ok_or(Error::Refused(Code::NumberUnknown))?;
            let profile = profile_of(&r.desk()?, &r.settings()?);
            let words = Words { ring: &ring, own: Some(&own), open: false };
            shown(&r.matters(), matter, &number, &words, &profile)
        })
    }
}

fn twin_number(number: String) -> Result<TwinNumber> {
    Ok(TwinNumber { short: parsed(&number)?.short(), number })
}

fn twin_shown(twin: Twin, words: &Words<'_>) -> MatterTwin {
    let Version { version, clerk, record, .. } = twin.newest;
    MatterTwin {
        registered_at: minute(twin.registered_ms),
        version,
        clerk,
        query_code: record.query_code().unwrap_or_default().to_owned(),
        void: twin.void,
        words: words.of(&record),
    }
}

/// A matter as the window is shown it, with these words of it.
pub(crate) fn shown(
    matters: &Matters<'_>,
    matter: MatterRecord,
    number: &RegistrationNumber,
    words: &Words<'_>,
    profile: &Profile,
) -> Result<Matter> {
    let shown = registered(matters, number, profile)?;
    let twins = matters.twins(&matter.number)?;
    let clerk = matters.versions(&matter.number)?.first().map_or(matter.clerk, |newest| newest.clerk);
    let (state, reason) = state(&matter.state);
    Ok(Matter {
        number: shown.number,
        short: shown.short,
        version: matter.version,
        title: open_title(&matter.record, profile).to_owned(),
        sealed: matches!(matter.record, Record::Sealed(_)),
        received_at: matter.record.received_at(),
        words: words.of(&matter.record),
        query_code: shown.query_code,
        due: shown.due,
        due_rolled: shown.due_rolled,
        void: matter.void,
        void_reason: matter.void_reason,
        slips: matter.slips,
        state,
        reason,
        registered_at: shown.registered_at,
        clerk,
        twins_unseen: !twins.is_empty() && matters.unseen_twins()?.contains(&matter.number),
        twins: twins.into_iter().map(|twin| twin_shown(twin, words)).collect(),
    })
}

pub(crate) fn versions_shown(versions: Vec<Version>, words: &Words<'_>) -> Vec<MatterVersion> {
    let told = |one: Version| MatterVersion {
        version: one.version,
        at: minute(one.at_ms),
        clerk: one.clerk,
        words: words.of(&one.record),
    };
    versions.into_iter().map(told).collect()
}

/// What stands where a title would, once the content is gone.
const ERASED_TITLE: &str = "内容已按规定清除";

/// The title that lists and paper may show.
pub(crate) fn open_title<'a>(record: &'a Record, profile: &'a Profile) -> &'a str {
    match record {
        Record::Told(told) => told.visit.open_title(profile),
        Record::Sealed(_) => profile.says("sealed_title"),
        Record::Erased => ERASED_TITLE,
    }
}

/// What became of a ledger's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// It is registered now.
    Now(Registered),
    /// It was taken before, under this number.
    Before(String),
}

/// The rules of the desk's region: the centre's own profile, else the one the administrator chose, else that of the
/// centre's region; each as the district published it last. One of its own was read when it was taken in; an older program's may not read any more.
pub(crate) fn profile_of(desk: &DeskRow, settings: &Settings) -> Cow<'static, Profile> {
    if !settings.profile_text.is_empty()
        && let Ok(own) = Profile::parse(OWN_PROFILE, &settings.profile_text)
    {
        return Cow::Owned(own);
    }
    Cow::Borrowed(Profile::known(&settings.profile).unwrap_or_else(|| Profile::of_centre(&desk.centre_code)))
}

/// What a centre's own profile is called in a complaint about it, where no file name is at hand.
const OWN_PROFILE: &str = "profile.toml";

/// The visit as it is kept, if it can be.
fn passed(visit: &Visit, on: NaiveDate, profile: &Profile) -> Result<Visit> {
    let visit = visit.clone().normalised();
    let problems = check_under(&visit, on, profile);
    if has_errors(&problems) {
        return Err(Error::Refused(Code::VisitUnreadable));
    }
    if !problems.is_empty() && visit.passed_because.is_empty() {
        return Err(Error::Refused(Code::ReasonNeeded));
    }
    Ok(visit)
}

pub(crate) fn parsed(number: &str) -> Result<RegistrationNumber> {
    number.parse().map_err(|_| Error::Refused(Code::NumberUnknown))
}

fn number(centre: &str, date: NaiveDate, desk: u8, mark: &str, serial: u32) -> Result<RegistrationNumber> {
    let made = || {
        let (centre, mark): (CentreCode, EpochMark) = (centre.parse()?, mark.parse()?);
        RegistrationNumber::new(centre, date, DeskNumber::new(desk)?, mark, serial)
    };
    made().map_err(|error| intake_store::Error::Contradiction(error.to_string()).into())
}

/// A matter that can still be changed.
pub(crate) fn standing(tx: &Writer<'_>, number: &RegistrationNumber) -> Result<MatterRecord> {
    let matter = tx.matters().find(&number.to_string())?.ok_or(Error::Refused(Code::NumberUnknown))?;
    if matches!(matter.record, Record::Erased) {
        return Err(Error::Refused(Code::ContentErased));
    }
    if matter.void { Err(Error::Refused(Code::AlreadyVoid)) } else { Ok(matter) }
}

/// The last day of the office's first answer as these versions of a matter tell, the newest first; `None` while it does not run.
///
/// It counts from the day the matter was received, or from the correction since which name and address are known
/// (Art. 23(2)).
pub(crate) fn due(versions: &[Version], profile: &Profile) -> Option<NaiveDate> {
    let from = first_answer_from(versions, profile)?;
    Some(clock::first_answer_due(from, profile, Calendars::known()))
}

/// The day from which that clock counts; `None` while it does not run.
pub(crate) fn first_answer_from(versions: &[Version], profile: &Profile) -> Option<NaiveDate> {
    let clear = |one: &Version| one.owes_written_notice;
    let written = civil_date(versions.last()?.at_ms);
    // What is entered later counts from the day it was received; the newest version says which that was.
    let newest = versions.first()?;
    let received = newest.record.received_at().map_or(written, |at| at.date());
    // Only the street's clock is suspended (Art. 23(2)); the district's centre forwards whoever wrote (Art. 22(1)).
    if clock::first_answer(profile.body) != ClockCode::C1 {
        return Some(received);
    }
    if !clear(newest) {
        return None;
    }
    // Once begun it never begins anew: from the first version in which both were known.
    let known_since = versions.iter().rev().find(|one| clear(one))?;
    clock::written_notice_start(received, known_since.version > 1, Some(civil_date(known_since.at_ms)))
}

fn registered(matters: &Matters<'_>, number: &RegistrationNumber, profile: &Profile) -> Result<Registered> {
    let versions = matters.versions(&number.to_string())?;
    let (Some(newest), Some(first)) = (versions.first(), versions.last()) else {
        return Err(Error::Refused(Code::NumberUnknown));
    };
    // Nothing of it is left once erased.
    let query_code = newest.record.query_code().unwrap_or_default().to_owned();
    let due = due(&versions, profile);
    let working = due.and_then(|day| Calendars::known().working_day_from(day).ok()).filter(|day| Some(*day) != due);
    Ok(Registered {
        number: number.to_string(),
        short: number.short(),
        query_code,
        due: due.map(|date| date.to_string()),
        due_rolled: working.map(|date| date.to_string()),
        registered_at: minute(first.at_ms),
    })
}

pub(crate) fn minute(at_ms: i64) -> String {
    civil_time(at_ms).format("%Y-%m-%d %H:%M").to_string()
}

pub(crate) fn state(state: &State) -> (MatterState, Option<Code>) {
    match state {
        State::Waiting => (MatterState::Waiting, None),
        State::Sent => (MatterState::Sent, None),
        // A word that a newer district uses has no sentence here; the state alone says that something is to be done.
        State::SetAside(word) => (MatterState::SetAside, serde_json::from_value(json!(word)).ok()),
    }
}

pub(crate) fn row(matters: &Matters<'_>, matter: MatterRecord, profile: &Profile) -> Result<MatterRow> {
    let (state, reason) = state(&matter.state);
    // Of a sealed matter nothing but the fixed word: not even that somebody gave a name.
    let name = matter.record.visit().map_or("", |visit| visit.name.shown());
    Ok(MatterRow {
        acted: matters.last_act(&matter.number)?,
        short: parsed(&matter.number)?.short(),
        number: matter.number,
        date: civil_date(matter.registered_ms).to_string(),
        time: civil_time(matter.registered_ms).format("%H:%M").to_string(),
        name: name.to_owned(),
        title: open_title(&matter.record, profile).to_owned(),
        headcount: matter.headcount,
        state,
        void: matter.void,
        void_reason: matter.void_reason,
        version: matter.version,
        slips: matter.slips,
        reason,
    })
}
