//! Matters of the centre's other desks (外窗口), for whoever comes to this window with a slip of theirs: shown, told of, linked,
//! their papers handed over, and never written on otherwise. A delivery is an entry of this desk's own; the district tells it
//! to the window that issued the paper.

use chrono::NaiveTime;
use intake_model::name::plain_number;
use intake_model::{Code, Delivery, Paper, Stated, civil_time};
use intake_store::{DeliveredHere, Matters, SharedRecord};
use intake_wire::{DeliveryTold, DocumentDelivered, Kind, SharedPaper, SharedState};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::desk::{Desk, draft};
use crate::papers_view::{PaperDelivery, delivery};
use crate::steps_view::{Returned, returned};
use crate::times::date_is_certain;
use crate::visits::parsed;
use crate::{Error, Result};

/// Letters of a number that a look needs, and rows it gives.
const LEAST: usize = 4;
const MOST: usize = 20;

/// One matter of another desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SharedMatter {
    /// With hyphens.
    pub number: String,
    /// For calling out.
    pub short: String,
    /// The other window, as its numbers begin: `02`.
    pub desk: String,
    /// `2026-11-24`.
    pub date: String,
    /// The matter's title; empty once it was erased.
    pub title: String,
    /// The visitor's name, or that none was stated.
    pub name: String,
    /// Whom a paper is delivered to, as far as it is known: the name, or empty where none was stated.
    pub addressee: String,
    /// Their phone, where they stated one.
    pub phone: String,
    /// Whether it was voided.
    pub void: bool,
    /// The papers of it that are known here, the first one first.
    pub papers: Vec<OtherPaper>,
    /// What this desk wrote down of it and the district did not simply apply, the oldest first.
    pub returned: Vec<Returned>,
}

/// A paper that another desk issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OtherPaper {
    /// By what it is named: its number as it is written.
    pub document: String,
    /// Which paper; `None` of one that this program does not know.
    pub paper: Option<Paper>,
    /// `2026-11-24`.
    pub issued: String,
    /// Whether it was voided.
    pub void: bool,
    /// What counts of what the district told; `None` while that is nothing.
    pub told: Option<OtherDelivery>,
    /// What was written down at this desk, the last time last.
    pub here: Vec<PaperDelivery>,
}

/// A delivery as the district told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OtherDelivery {
    /// Which window: `02`.
    pub desk: String,
    /// Whether that is this one.
    pub ours: bool,
    /// `2026-11-25`; `None` where that was erased.
    pub on: Option<String>,
    /// Whether it was refused.
    pub refused: bool,
}

impl Desk {
    /// Keeps how papers that another window issued reached their addressee here, or were refused. Gives the matter as it is
    /// shown then.
    ///
    /// # Errors
    /// [`Code::NumberUnknown`] also of a sealed matter, [`Code::AlreadyVoid`], [`Code::DocumentUnknown`],
    /// [`Code::DocumentVoid`], what [`Delivery::check`] refuses, [`Code::ClockBehind`], [`Code::ClockAhead`],
    /// [`Code::DeskLocked`], or those of the disk: nothing is kept then.
    pub fn deliver_for(&self, number: &str, documents: &[String], delivery: &Delivery) -> Result<SharedMatter> {
        let (db, clerk) = self.at_work()?;
        let (number, delivery) = (parsed(number)?.to_string(), delivery.clone().normalised());
        let moment = self.now();
        db.write(|tx| {
            date_is_certain(&tx.times(), moment)?;
            let matter = tx.matters().shared(&number)?.ok_or(Error::Refused(Code::NumberUnknown))?;
            if matter.told.state == SharedState::Void {
                return Err(Error::Refused(Code::AlreadyVoid));
            }
            let chosen = standing(&matter, documents)?;
            let issued = chosen.iter().map(|one| one.issued_on).max().ok_or(Error::Refused(Code::DocumentUnknown))?;
            let checked = delivery.check(issued.and_time(NaiveTime::MIN), civil_time(moment.at_ms));
            checked.map_err(|(field, code)| Error::about(field, code))?;
            let documents = chosen.into_iter().map(|one| one.document.clone()).collect();
            let told = DocumentDelivered { number: number.clone(), documents };
            let entry = draft(Kind::delivered_for(), &told, &DeliveryTold { delivery })?;
            let seq = tx.append(entry, clerk.id, moment)?;
            tx.add_delivered_for(&told, seq)?;
            shown(&tx.matters(), matter, tx.desk()?.number)
        })
    }
}

/// Papers of a matter that stand, each once.
fn standing<'m>(matter: &'m SharedRecord, documents: &[String]) -> Result<Vec<&'m SharedPaper>> {
    let papers = matter.words.as_ref().map_or(&[][..], |words| words.papers.as_slice());
    let mut found: Vec<&SharedPaper> = Vec::new();
    for document in documents {
        // The last that went out under its number.
        let one = papers.iter().rfind(|one| one.document == *document);
        let one = one.ok_or(Error::Refused(Code::DocumentUnknown))?;
        if one.void {
            return Err(Error::Refused(Code::DocumentVoid));
        }
        if !found.iter().any(|other| other.document == one.document) {
            found.push(one);
        }
    }
    Ok(found)
}

/// A matter as this desk shows it.
pub(crate) fn shown(matters: &Matters<'_>, record: SharedRecord, desk: u8) -> Result<SharedMatter> {
    let short = parsed(&record.told.number)?.short();
    let here = matters.delivered_here(&record.told.number)?;
    let back = matters.returned(&record.told.number)?;
    let words = record.words.unwrap_or_default();
    Ok(SharedMatter {
        number: record.told.number,
        desk: short.chars().take(2).collect(),
        short,
        date: record.told.registered_on.to_string(),
        title: words.title,
        addressee: stated(&words.name).to_owned(),
        name: words.name,
        phone: words.phone,
        void: record.told.state == SharedState::Void,
        papers: words.papers.into_iter().map(|one| paper(one, &here, desk)).collect(),
        returned: back.into_iter().filter_map(returned).collect(),
    })
}

/// A name that was told; empty where the word stands there that none was stated.
pub(crate) fn stated(name: &str) -> &str {
    if [Stated::Unknown, Stated::Declined].iter().any(|one| one.shown() == name) { "" } else { name }
}

fn paper(one: SharedPaper, here: &[DeliveredHere], desk: u8) -> OtherPaper {
    let about = here.iter().filter(|delivered| delivered.documents.contains(&one.document));
    OtherPaper {
        paper: Paper::from_word(&one.paper),
        issued: one.issued_on.to_string(),
        void: one.void,
        told: one.delivered.map(|told| OtherDelivery {
            desk: format!("{:02}", told.desk),
            ours: told.desk == desk,
            on: told.on.map(|day| day.to_string()),
            refused: told.refused,
        }),
        here: about.map(|delivered| delivery(&delivered.delivery)).collect(),
        document: one.document,
    }
}

/// Those whose number holds what was typed; none where that is no part of a number.
pub(crate) fn like(matters: &Matters<'_>, typed: &str, desk: u8) -> Result<Vec<SharedMatter>> {
    let part = plain_number(typed).replace('-', "");
    let is_part = part.len() >= LEAST && part.bytes().all(|one| one.is_ascii_digit() || one.is_ascii_uppercase());
    if !is_part || !part.bytes().any(|one| one.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    matters.shared_like(&part, MOST)?.into_iter().map(|one| shown(matters, one, desk)).collect()
}
