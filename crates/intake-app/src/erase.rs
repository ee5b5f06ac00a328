//! Erasing what was told, at the end of its retention (PIPL 47): for an administrator, with a count first.
//!
//! What is erased is at the district and in its test-restored backups (the mark `archived`), and the years of the region's
//! profile are over since the last word about it, by the district's clock too: a desk whose clock is far ahead erases
//! nothing early. What stays is the number, the counts and the proof that nothing else was changed.

use std::sync::atomic::Ordering;

use chrono::{Months, NaiveDate};
use intake_model::{ClockGuard, Code, Profile, civil_date};
use intake_store::{Db, Erasable, Expired, reading_of};
use intake_wire::{Erased, Kind, Moment};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::view::Erasure;
use crate::visits::profile_of;
use crate::{Error, Result};

/// Matters in one transaction: its entry names them all and stays far below an entry's limit.
const AT_ONCE: usize = 1000;

impl Desk {
    /// What could be erased of the matters registered before a day.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::DeskLocked`], [`Code::EraseClockDoubted`].
    pub fn erasable(&self, before: NaiveDate) -> Result<Erasure> {
        let (db, _) = self.administrator()?;
        let (found, years, _) = self.expired(&db, before)?;
        told(&db, before, years, &found)
    }

    /// Erases that, with one journal entry first for each thousand matters. `count` is that of the matters
    /// that were shown, or of the advice where there was nothing else; with another one nothing is erased. `why` names the
    /// rule.
    ///
    /// # Errors
    /// [`Code::ReasonNeeded`], [`Code::NothingToErase`], [`Code::EraseCountDiffers`], and as [`Desk::erasable`].
    pub fn erase(&self, before: NaiveDate, count: u64, why: &str) -> Result<Erasure> {
        let (db, clerk) = self.administrator()?;
        let why = why.trim();
        if why.is_empty() {
            return Err(Error::about("why", Code::ReasonNeeded));
        }
        if let Some(code) = intake_model::check::text_fault(why) {
            return Err(Error::about("why", code));
        }
        let (found, years, quiet_since_ms) = self.expired(&db, before)?;
        if found.matters.is_empty() && found.advice.is_empty() {
            return Err(Error::Refused(Code::NothingToErase));
        }
        let shown = if found.matters.is_empty() { found.advice.len() } else { found.matters.len() };
        if shown as u64 != count {
            return Err(Error::about("matters", Code::EraseCountDiffers));
        }
        let moment = self.now();
        // The advice goes with the first: each piece is whole by itself, and what a power cut leaves is found again.
        let mut advice = found.advice.clone();
        let mut pieces: Vec<&[String]> = found.matters.chunks(AT_ONCE).collect();
        if pieces.is_empty() {
            pieces.push(&[]);
        }
        for piece in pieces {
            let piece = Erasable { matters: piece.to_vec(), advice: std::mem::take(&mut advice), waiting: 0 };
            let open =
                Erased { numbers: piece.matters.clone(), advice: piece.advice.len() as u64, why: why.to_owned() };
            let entry = draft(Kind::erased(), &open, &json!({}))?;
            db.write::<_, Error>(|tx| Ok(tx.erase(entry, clerk.id, moment, &piece)?))?;
        }
        // What the centre's other windows told of theirs goes by the same rule.
        db.write::<_, Error>(|tx| Ok(tx.forget_shared(before, quiet_since_ms)?))?;
        // Its files are swept in the next pause.
        self.0.sweep_due.store(true, Ordering::SeqCst);
        // What is committed is erased for everybody; a full disk here is made good at the next opening.
        let _ = db.scrub();
        told(&db, before, years, &found)
    }

    fn expired(&self, db: &Db, before: NaiveDate) -> Result<(Erasable, u32, i64)> {
        let moment = self.now();
        db.read::<_, Error>(|r| {
            let years = profile_of(&r.desk()?, &r.settings()?).retention_years;
            let times = r.times();
            if ClockGuard::judge(times.last()?, reading_of(moment)) != ClockGuard::Steady {
                return Err(Error::Refused(Code::EraseClockDoubted));
            }
            let district_ms = times.district()?.map_or(i64::MIN, |(district_ms, _)| district_ms);
            let quiet_since_ms = quiet_since(moment, district_ms, years);
            let expired = Expired { before, quiet_since_ms, now_ms: moment.at_ms };
            Ok((r.erasable(expired)?, years, quiet_since_ms))
        })
    }
}

/// The last moment whose retention is over: by the earlier of the desk's clock and the district's as last told.
fn quiet_since(moment: Moment, district_ms: i64, years: u32) -> i64 {
    let certain = civil_date(moment.at_ms.min(district_ms));
    let day = certain.checked_sub_months(Months::new(years.max(Profile::LEAST_RETENTION_YEARS).saturating_mul(12)));
    // The day itself is still within.
    let midnight = day
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .and_then(|time| time.and_local_timezone(intake_model::CHINA).single());
    midnight.map_or(i64::MIN, |time| time.timestamp_millis())
}

fn told(db: &Db, before: NaiveDate, years: u32, found: &Erasable) -> Result<Erasure> {
    Ok(Erasure {
        before: before.to_string(),
        matters: found.matters.len() as u64,
        advice: found.advice.len() as u64,
        waiting: found.waiting,
        years,
        unfinished: db.read::<_, Error>(|r| Ok(r.unscrubbed()?))?,
    })
}
