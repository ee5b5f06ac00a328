//! The clock guard at the desk: how the computer's clock stands, and a person's word that it is right.
//!
//! A jump is journalled by the store before the next entry. Here is what asks: a visit whose date is in doubt is
//! registered once somebody has looked at the date. Nobody is turned away for a wrong clock.

use intake_model::clock_guard::{DISTRICT_TOLERANCE_MS, differs_from_district};
use intake_model::{ClockGuard, Code};
use intake_store::{Times, reading_of};
use intake_wire::{Kind, Moment};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::view::ClockState;
use crate::visits::minute;
use crate::{Error, Result};

impl Desk {
    /// How the computer's clock stands to what was written down, and to the district's clock.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn clock_state(&self) -> Result<ClockState> {
        let (db, _) = self.at_work()?;
        let moment = self.now();
        let now = reading_of(moment);
        let (last, visit, district) = db.read::<_, Error>(|r| {
            let times = r.times();
            Ok((times.last()?, times.last_visit()?, times.district()?))
        })?;
        let differs =
            district.and_then(|(district_ms, told)| differs_from_district(district_ms, told, now)).unwrap_or(0);
        Ok(ClockState {
            now: minute(moment.at_ms),
            last: visit.map(|before| minute(before.at_ms)),
            asks: ClockGuard::asks(visit, now) != ClockGuard::Steady,
            jumped_minutes: minutes(ClockGuard::judge(last, now).by_ms()),
            district_minutes: if differs.unsigned_abs() > DISTRICT_TOLERANCE_MS { minutes(differs) } else { 0 },
        })
    }

    /// Keeps the clerk's word that the date and time of now are right: the next visit is registered with them.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn confirm_clock(&self) -> Result<ClockState> {
        let (db, clerk) = self.at_work()?;
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            tx.append(draft(Kind::clock_confirmed(), &json!({}), &json!({}))?, clerk.id, moment)?;
            Ok(())
        })?;
        self.clock_state()
    }
}

/// Refuses a visit whose date nobody has looked at, where the clock makes it doubtful.
pub(crate) fn date_is_certain(times: &Times<'_>, moment: Moment) -> Result<()> {
    match ClockGuard::asks(times.last_visit()?, reading_of(moment)) {
        ClockGuard::Back { .. } => Err(Error::Refused(Code::ClockBehind)),
        ClockGuard::Ahead { .. } => Err(Error::Refused(Code::ClockAhead)),
        ClockGuard::Steady | ClockGuard::Unknown => Ok(()),
    }
}

/// Whole minutes, never 0 for what is less than one.
fn minutes(ms: i64) -> i64 {
    match ms / 60_000 {
        0 => ms.signum(),
        whole => whole,
    }
}
