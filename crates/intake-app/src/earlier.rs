//! Earlier matters of a visitor who mentions one, so that it need not all be told again.
//!
//! On a key and never unasked; by the number of a slip or by exactly one identity paper, never by a phone that a family
//! shares. Each look is an entry of the journal. Deliberately absent: sealed matters, how many visits somebody made, and
//! any likeness of people.

use intake_model::{Code, IdPaper, Identity, Party, RegistrationNumber, Stated, Visit, civil_date};
use intake_store::{MatterRecord, Matters, SharedRecord};
use intake_wire::{EarlierLookedUp, Kind, SharedState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

use crate::desk::{Desk, draft};
use crate::shared::stated;
use crate::view::MatterState;
use crate::visits::{parsed, profile_of, state};
use crate::{Error, Result};

/// By what earlier matters are looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EarlierQuery {
    /// The paper shown. Not looked at where `number` is that of a slip.
    pub paper: IdPaper,
    /// A registration number, with or without hyphens, or the paper's number, as typed or scanned.
    pub number: String,
}

/// One earlier matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EarlierMatter {
    /// With hyphens.
    pub number: String,
    /// For calling out.
    pub short: String,
    /// `2026-11-24`.
    pub date: String,
    /// The title that may be shown.
    pub title: String,
    /// How it stands with the district.
    pub state: MatterState,
    /// Whether it was voided.
    pub void: bool,
    /// Whether another window of the centre registered it (外窗口).
    pub elsewhere: bool,
}

/// What an earlier matter says of the person who brought it, or who showed the paper it was found by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EarlierTold {
    /// A person or an organisation.
    pub party: Party,
    /// The name.
    pub name: Stated,
    /// The address.
    pub address: Stated,
    /// The phone line as told.
    pub phone: Option<String>,
    /// The organisation's credit code.
    pub uscc: Option<String>,
}

enum Asked {
    Slip(RegistrationNumber),
    Paper(Identity),
}

impl EarlierQuery {
    fn asked(&self) -> Option<Asked> {
        if let Ok(number) = self.number.parse() {
            return Some(Asked::Slip(number));
        }
        let typed = Identity { paper: self.paper, number: self.number.clone(), nationality: None }.normalised();
        (!typed.number.is_empty()).then_some(Asked::Paper(typed))
    }
}

impl Desk {
    /// The earlier matters under exactly this slip or paper, the newest first. That somebody looked, and which numbers they
    /// were shown, is kept before anything is shown; what was typed is not.
    ///
    /// # Errors
    /// [`Code::DeskLocked`], or those of the disk: nothing is shown then.
    pub fn look_up_earlier(&self, query: &EarlierQuery) -> Result<Vec<EarlierMatter>> {
        let (db, clerk) = self.at_work()?;
        let Some(asked) = query.asked() else { return Ok(Vec::new()) };
        let moment = self.now();
        db.write(|tx| {
            let found = matters(&tx.matters(), &asked)?;
            let profile = profile_of(&tx.desk()?, &tx.settings()?);
            let rows = found.iter().map(|(matter, visit)| {
                Ok(EarlierMatter {
                    number: matter.number.clone(),
                    short: parsed(&matter.number)?.short(),
                    date: civil_date(matter.registered_ms).to_string(),
                    title: visit.open_title(&profile).to_owned(),
                    state: state(&matter.state).0,
                    void: matter.void,
                    elsewhere: false,
                })
            });
            let mut rows = rows.collect::<Result<Vec<_>>>()?;
            if let (Asked::Slip(number), true) = (&asked, rows.is_empty()) {
                rows.extend(elsewhere(&tx.matters(), &number.to_string())?);
            }
            let by = match asked {
                Asked::Slip(_) => "number",
                Asked::Paper(_) => "paper",
            };
            let numbers = rows.iter().map(|row| row.number.clone()).collect();
            let open = EarlierLookedUp { by: by.to_owned(), numbers };
            tx.append(draft(Kind::earlier_looked_up(), &open, &json!({}))?, clerk.id, moment)?;
            Ok(rows)
        })
    }

    /// What one of the matters that a look-up showed says of the person: to be taken over into the form on a key.
    ///
    /// # Errors
    /// [`Code::NumberUnknown`] where the look-up does not lead to that matter, [`Code::DeskLocked`].
    pub fn earlier_told(&self, query: &EarlierQuery, number: &str) -> Result<EarlierTold> {
        let (db, _) = self.at_work()?;
        let number = parsed(number)?.to_string();
        let asked = query.asked().ok_or(Error::Refused(Code::NumberUnknown))?;
        db.read(|r| {
            let found = matters(&r.matters(), &asked)?.into_iter().find(|(matter, _)| matter.number == number);
            if let Some((_, visit)) = found {
                return Ok(told(visit, &asked));
            }
            let by_slip = matches!(&asked, Asked::Slip(slip) if slip.to_string() == number);
            let shared = if by_slip { r.matters().shared(&number)? } else { None };
            shared.map(told_elsewhere).ok_or(Error::Refused(Code::NumberUnknown))
        })
    }
}

/// What may be shown: never a sealed matter, nor one whose record is erased.
fn matters(matters: &Matters<'_>, asked: &Asked) -> Result<Vec<(MatterRecord, Visit)>> {
    let found = match asked {
        Asked::Slip(number) => matters.find(&number.to_string())?.into_iter().collect(),
        Asked::Paper(paper) => matters.under_identity(paper)?,
    };
    let open = |matter: MatterRecord| {
        let visit = matter.record.visit()?.clone();
        (!visit.is_sealed()).then_some((matter, visit))
    };
    Ok(found.into_iter().filter_map(open).collect())
}

/// The same of a matter of another window.
fn elsewhere(matters: &Matters<'_>, number: &str) -> Result<Option<EarlierMatter>> {
    let Some(SharedRecord { told, words: Some(words) }) = matters.shared(number)? else { return Ok(None) };
    Ok(Some(EarlierMatter {
        short: parsed(&told.number)?.short(),
        number: told.number,
        date: told.registered_on.to_string(),
        title: words.title,
        state: MatterState::Sent,
        void: told.state == SharedState::Void,
        elsewhere: true,
    }))
}

fn told_elsewhere(record: SharedRecord) -> EarlierTold {
    let words = record.words.unwrap_or_default();
    let name = match stated(&words.name) {
        "" => Stated::Unknown,
        name => Stated::Stated(name.to_owned()),
    };
    EarlierTold {
        party: record.told.party,
        name,
        address: Stated::Unknown,
        phone: Some(words.phone).filter(|phone| !phone.is_empty()),
        uscc: None,
    }
}

fn told(visit: Visit, asked: &Asked) -> EarlierTold {
    let same = |shown: Option<&Identity>, paper: &Identity| {
        shown.is_some_and(|shown| (shown.paper, &shown.number) == (paper.paper, &paper.number))
    };
    let other = match asked {
        Asked::Paper(paper) if !same(visit.identity.as_ref(), paper) => {
            visit.people.iter().find(|person| same(person.identity.as_ref(), paper))
        }
        _ => None,
    };
    let stated = |text: &str| if text.is_empty() { Stated::Unknown } else { Stated::Stated(text.to_owned()) };
    match other {
        // The paper is a companion's, so the visitor's own name is somebody else's.
        Some(person) => EarlierTold {
            party: Party::Person,
            name: stated(&person.name),
            address: stated(&person.address),
            phone: person.phone.clone(),
            uscc: None,
        },
        None => EarlierTold {
            party: visit.party,
            name: visit.name,
            address: visit.address,
            phone: visit.phone,
            uscc: visit.uscc,
        },
    }
}
