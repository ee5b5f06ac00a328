//! What clerks are typing, kept on the disk as typed: nothing is lost by a power cut, a lock or a visitor who steps aside.
//!
//! A draft uses up no number, is no entry of the journal and never leaves the desk. It belongs to its clerk, and is sealed to
//! their own key: what is told in confidence is told before anybody has marked it so. Another one, and whoever has the open
//! database, sees that it is there and nothing of it; with a password that an administrator set anew it is gone.
//!
//! Registering deletes it in the same transaction, and the entry names it: a draft that comes back with a backup goes once that
//! entry comes back too; until then it says that it may have been registered. Thrown away it is gone: what somebody said who
//! then did not want it written down is kept nowhere (least data, 个人信息保护法 Art. 6).

use intake_model::Code;
use intake_store::{DraftRow, OwnKey, seal};
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
    /// When the backup was made with which it came back; `None` for one that was begun here. It may have been registered
    /// since, so that it is never laid out by itself before somebody took it up: `aside`.
    pub backup: Option<String>,
}

impl Desk {
    /// The drafts at this desk, the newest first: this clerk's own, and that others have some.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn drafts(&self) -> Result<Vec<DraftLine>> {
        let (db, clerk) = self.at_work()?;
        let key = self.own()?;
        let rows = db.read::<_, Error>(|r| Ok(r.drafts()?))?;
        let line = |row: DraftRow| {
            let (started, changed) = (minute(row.started_ms), minute(row.changed_ms));
            let (id, own) = (row.id, row.clerk == clerk.id);
            let came_back = row.backup_ms > 0;
            let untouched = came_back && row.changed_ms <= row.backup_ms;
            let backup = came_back.then(|| minute(row.backup_ms));
            let closed = DraftText {
                kind: DraftKind::Visit,
                about: None,
                words: String::new(),
                aside: true,
                body: String::new(),
            };
            let shown = told(&row.body, &key).filter(|_| own).unwrap_or(closed);
            let DraftText { kind, about, words, aside, body: _ } = shown;
            DraftLine { id, kind, about, words, aside: aside || untouched, started, changed, own, backup }
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// Keeps a draft and gives its name. Without one it is begun.
    ///
    /// # Errors
    /// [`Code::DraftGone`] where it was registered or thrown away, [`Code::TextTooLong`], [`Code::DeskLocked`], or those of
    /// the disk.
    pub fn save_draft(&self, id: Option<&str>, text: &DraftText) -> Result<String> {
        let (db, clerk) = self.at_work()?;
        let body = kept(text, &self.own()?)?;
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
        let key = self.own()?;
        let row = db.read::<_, Error>(|r| Ok(r.draft(id, clerk.id)?))?;
        row.and_then(|row| told(&row.body, &key)).ok_or(Error::Refused(Code::DraftGone))
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

/// The bytes of a draft as the store keeps them: for its clerk alone.
fn kept(text: &DraftText, own: &OwnKey) -> Result<Vec<u8>> {
    if text.body.len() + text.words.len() > BODY_BYTES {
        return Err(Error::Refused(Code::TextTooLong));
    }
    Ok(seal(&serde_json::to_vec(text)?, &[own.recipient()])?.into_bytes())
}

/// The draft, where this key opens it.
fn told(body: &[u8], own: &OwnKey) -> Option<DraftText> {
    serde_json::from_slice(&own.open(std::str::from_utf8(body).ok()?)?).ok()
}
