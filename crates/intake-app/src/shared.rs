//! Matters of the centre's other desks (外窗口), for whoever comes to this window with a slip of theirs: shown, told of, linked, and
//! never written on here.

use intake_model::name::plain_number;
use intake_store::{Matters, SharedRecord};
use intake_wire::SharedState;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Result;
use crate::visits::parsed;

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
    /// Their phone, where they stated one.
    pub phone: String,
    /// Whether it was voided.
    pub void: bool,
}

pub(crate) fn shown(record: SharedRecord) -> Result<SharedMatter> {
    let short = parsed(&record.told.number)?.short();
    let words = record.words.unwrap_or_default();
    Ok(SharedMatter {
        number: record.told.number,
        desk: short.chars().take(2).collect(),
        short,
        date: record.told.registered_on.to_string(),
        title: words.title,
        name: words.name,
        phone: words.phone,
        void: record.told.state == SharedState::Void,
    })
}

/// Those whose number holds what was typed; none where that is no part of a number.
pub(crate) fn like(matters: &Matters<'_>, typed: &str) -> Result<Vec<SharedMatter>> {
    let part = plain_number(typed).replace('-', "");
    let is_part = part.len() >= LEAST && part.bytes().all(|one| one.is_ascii_digit() || one.is_ascii_uppercase());
    if !is_part || !part.bytes().any(|one| one.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    matters.shared_like(&part, MOST)?.into_iter().map(shown).collect()
}
