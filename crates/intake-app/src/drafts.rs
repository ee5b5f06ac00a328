//! What clerks are typing, kept on the disk as typed: nothing is lost by a power cut, a lock or a visitor who steps aside.
//!
//! A draft uses up no number, is no entry of the journal and never leaves the desk. It belongs to its clerk: another one
//! sees that it is there and nothing of it. Registering deletes it in the same transaction. Thrown away it is gone: what
//! somebody said who then did not want it written down is kept nowhere (least data, 个人信息保护法 Art. 6).

use intake_model::Code;
use intake_store::DraftRow;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::desk::Desk;
use crate::visits::minute;
use crate::{Error, Result};

/// The largest body: every text of a visit at its longest, with the form's own state.
const BODY_BYTES: usize = 1 << 20;

/// What a draft is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DraftKind {
    /// A visit that is not registered yet.
    Visit,
    /// A correction under way.
    Correction,
    /// What else the clerk has begun: a line of advice, a reason for voiding, the page. One a clerk.
    Desk,
}

/// A draft as the window gives and gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftText {
    /// What it is of.
    pub kind: DraftKind,
    /// The number of the matter that is corrected.
    pub about: Option<String>,
    /// Its first words, for the list.
    pub words: String,
    /// Put aside: not to be laid out by itself after a restart.
    pub aside: bool,
    /// The window's own.
    pub body: String,
}

/// A line of the list of drafts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftLine {
    /// Its name.
    pub id: String,
    /// What it is of.
    pub kind: DraftKind,
    /// The number of the matter that is corrected.
    pub about: Option<String>,
    /// Its first words; empty where it is another clerk's.
    pub words: String,
    /// See [`DraftText`].
    pub aside: bool,
    /// `2026-11-24 09:05`.
    pub started: String,
    /// `2026-11-24 09:12`.
    pub changed: String,
    /// Whether it is this clerk's own.
    pub own: bool,
}

impl Desk {
    /// The drafts at this desk, the newest first: this clerk's own, and that others have some.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn drafts(&self) -> Result<Vec<DraftLine>> {
        let (db, clerk) = self.at_work()?;
        let rows = db.read::<_, Error>(|r| Ok(r.drafts()?))?;
        let line = |row: DraftRow| {
            let (started, changed) = (minute(row.started_ms), minute(row.changed_ms));
            if row.clerk != clerk.id {
                let (kind, words) = (DraftKind::Visit, String::new());
                return Ok(DraftLine {
                    id: row.id,
                    kind,
                    about: None,
                    words,
                    aside: true,
                    started,
                    changed,
                    own: false,
                });
            }
            let DraftText { kind, about, words, aside, body: _ } = told(&row.body)?;
            Ok(DraftLine { id: row.id, kind, about, words, aside, started, changed, own: true })
        };
        rows.into_iter().map(line).collect()
    }

    /// Keeps a draft and gives its name. Without one it is begun.
    ///
    /// # Errors
    /// [`Code::DraftGone`] where it was registered or thrown away, [`Code::TextTooLong`], [`Code::DeskLocked`], or those of
    /// the disk.
    pub fn save_draft(&self, id: Option<&str>, text: &DraftText) -> Result<String> {
        let (db, clerk) = self.at_work()?;
        let body = kept(text)?;
        let at_ms = self.now().at_ms;
        db.write(|tx| match id {
            None => Ok(tx.begin_draft(clerk.id, at_ms, &body)?),
            Some(id) if tx.save_draft(id, clerk.id, at_ms, &body)? => Ok(id.to_owned()),
            Some(_) => Err(Error::Refused(Code::DraftGone)),
        })
    }

    /// One of the clerk's own drafts.
    ///
    /// # Errors
    /// [`Code::DraftGone`], also for another clerk's; [`Code::DeskLocked`].
    pub fn open_draft(&self, id: &str) -> Result<DraftText> {
        let (db, clerk) = self.at_work()?;
        let row = db.read::<_, Error>(|r| Ok(r.draft(id, clerk.id)?))?;
        told(&row.ok_or(Error::Refused(Code::DraftGone))?.body)
    }

    /// Throws one of the clerk's own drafts away, for good.
    ///
    /// # Errors
    /// [`Code::DeskLocked`], or those of the disk. One that is gone already is no error.
    pub fn discard_draft(&self, id: &str) -> Result<()> {
        let (db, clerk) = self.at_work()?;
        db.write(|tx| {
            tx.delete_draft(id, clerk.id)?;
            Ok(())
        })
    }
}

/// The bytes of a draft as the store keeps them. With [`told`] the one place where they are made and read: what seals a
/// draft to its clerk goes here.
fn kept(text: &DraftText) -> Result<Vec<u8>> {
    if text.body.len() + text.words.len() > BODY_BYTES {
        return Err(Error::Refused(Code::TextTooLong));
    }
    Ok(serde_json::to_vec(text)?)
}

fn told(body: &[u8]) -> Result<DraftText> {
    Ok(serde_json::from_slice(body)?)
}
