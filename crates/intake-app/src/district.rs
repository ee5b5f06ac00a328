//! What came down from the district: what it did with a matter, as the window is shown it, and the tables it published.

use chrono::NaiveDate;
use intake_model::{ActWords, DistrictAct, ReviewResult, TableKind, TableRead, civil_date, learn};
use intake_store::{Db, Matters};
use intake_wire::{Kind, SYSTEM_CLERK};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use crate::Result;
use crate::desk::{Desk, draft};
use crate::visits::parsed;

/// What the district did with one matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DistrictActs {
    /// The oldest first.
    pub acts: Vec<ActView>,
    /// Whether no clerk has looked at the newest of them yet.
    pub unseen: bool,
}

/// One act of the district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ActView {
    /// What was done.
    pub act: DistrictAct,
    /// On which day: `2026-11-25`.
    pub on: String,
    /// By when.
    pub due: Option<String>,
    /// What a review came to.
    pub result: Option<ReviewResult>,
    /// To which body; empty where there is none, and of a sealed matter.
    pub body: String,
    /// What was said; empty where nothing was, and of a sealed matter.
    pub text: String,
    /// Whether it goes to this very centre.
    pub to_centre: bool,
    /// When this centre received that: `2026-11-26`.
    pub received: Option<String>,
}

impl Desk {
    /// What the district did with a matter.
    ///
    /// # Errors
    /// [`intake_model::Code::NumberUnknown`], [`intake_model::Code::DeskLocked`].
    pub fn district_acts(&self, number: &str) -> Result<DistrictActs> {
        let (db, _) = self.at_work()?;
        let number = parsed(number)?.to_string();
        db.read(|r| acts(&r.matters(), &number))
    }

    /// A clerk has looked at what the district did with a matter.
    ///
    /// # Errors
    /// As [`Desk::district_acts`], or those of the disk.
    pub fn seen_acts(&self, number: &str) -> Result<DistrictActs> {
        let (db, _) = self.at_work()?;
        let number = parsed(number)?.to_string();
        db.write(|tx| {
            tx.seen_acts(&number)?;
            acts(&tx.matters(), &number)
        })
    }
}

impl Desk {
    /// Writes down, as the program, that what the district sent to this very centre has come: its clocks count from that
    /// day. Gives whether there was any.
    ///
    /// # Errors
    /// Those of the disk. The next exchange tries again.
    pub(crate) fn receive_acts(&self, db: &Db) -> Result<bool> {
        let acts = db.read::<_, crate::Error>(|r| Ok(r.acts_to_receive()?))?;
        let moment = self.now();
        for act in &acts {
            db.write::<_, crate::Error>(|tx| {
                let seq = tx.append(draft(Kind::act_received(), act, &json!({}))?, SYSTEM_CLERK, moment)?;
                Ok(tx.add_received(act, seq)?)
            })?;
        }
        Ok(!acts.is_empty())
    }

    /// What the district published is used from now on. Without it the desk works by what came with the program.
    pub(crate) fn learn_tables(&self, db: &Db) {
        if let Err(error) = learn_tables(db, civil_date(self.now().at_ms)) {
            tracing::warn!(%error, "the district's tables were not read");
        }
    }
}

/// Takes in the tables that the district published. A code table is used from its own day on, a year's calendar for that year;
/// a profile once its day has come, at the next sign-in or exchange.
fn learn_tables(db: &Db, on: NaiveDate) -> Result<()> {
    for table in db.read::<_, crate::Error>(|r| Ok(r.line().tables()?))? {
        if table.heading.kind == TableKind::Profile && table.heading.valid_from > on {
            continue;
        }
        match TableRead::parse(&table.file(), &table.content) {
            Ok(read) => learn(read),
            // A district of a later version may publish what this one cannot read: the desk keeps the table it had.
            Err(error) => tracing::warn!(%error, "a table of the district's does not read"),
        }
    }
    Ok(())
}

fn acts(matters: &Matters<'_>, number: &str) -> Result<DistrictActs> {
    let unseen = matters.unseen_acts()?.iter().any(|one| one == number);
    let acts = matters.acts(number)?.into_iter().map(|one| {
        let ActWords { body, text } = one.words.unwrap_or_default();
        ActView {
            act: one.told.act,
            on: one.told.on.to_string(),
            due: one.told.due.map(|day| day.to_string()),
            result: one.told.result,
            body,
            text,
            to_centre: one.told.to_centre,
            received: one.received_on.map(|day| day.to_string()),
        }
    });
    Ok(DistrictActs { acts: acts.collect(), unseen })
}
