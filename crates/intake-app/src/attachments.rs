//! Files that stand with a matter: added, shown, taken off. Their bytes are safe on the disk before any entry names them.
//!
//! Of a sealed matter their names, their keys and why they were taken off are sealed to its readers, as its words are: who
//! looks at them has opened the matter, and the journal says so first.

use std::sync::atomic::Ordering;

use base64::Engine as _;
use intake_model::check::text_fault;
use intake_model::{ATTACHMENT_BYTES, AttachmentKind, Code};
use intake_paper::scan;
use intake_store::{AttachmentRecord, Blobs, Db, Matters, OwnKey};
use intake_wire::{
    AttachmentAdded, AttachmentContent, AttachmentRemoved, BlobKey, Hash, Kind, Personal, Record, RemovalReason,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::desk::{Desk, draft};
use crate::sealed::{as_sealed, yours};
use crate::view::Clerk;
use crate::visits::{minute, parsed, standing};
use crate::{Error, Result};

/// As many characters of a file's name as are kept.
const NAME_CHARACTERS: usize = 120;

/// One attachment as the window shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Attachment {
    /// The name of its bytes.
    pub blob: String,
    /// The file's name as it was handed over; empty once erased.
    pub name: String,
    /// What kind of file.
    pub kind: AttachmentKind,
    /// How large.
    pub bytes: u64,
    /// Its pages; 0 where they cannot be counted.
    pub pages: u32,
    /// `2026-11-24 09:05`.
    pub added: String,
    /// The number of the clerk who added it.
    pub clerk: u32,
    /// A small picture as `data:image/jpeg;base64,…`; `None` where there is none.
    pub thumbnail: Option<String>,
    /// Why it was taken off; `None` while it stands.
    pub removed: Option<String>,
    /// Whether its bytes cannot be opened here: damaged, or erased.
    pub unreadable: bool,
    /// Whether it is sealed to others than this clerk: nothing of it can be shown.
    pub sealed: bool,
}

impl Desk {
    /// Adds a file to a matter. The same file again changes nothing.
    ///
    /// # Errors
    /// [`Code::AttachmentKindUnknown`], [`Code::AttachmentTooLarge`], [`Code::AttachmentUnreadable`],
    /// [`Code::SealedNotYours`], [`Code::NumberUnknown`], [`Code::AlreadyVoid`], [`Code::DeskLocked`], or those of the disk.
    /// Nothing is kept then.
    pub fn attach(&self, number: &str, name: &str, bytes: &[u8]) -> Result<Vec<Attachment>> {
        let (db, clerk) = self.at_work()?;
        let number = parsed(number)?;
        if bytes.len() as u64 > ATTACHMENT_BYTES {
            return Err(Error::Refused(Code::AttachmentTooLarge));
        }
        let kind = AttachmentKind::of(bytes).ok_or(Error::Refused(Code::AttachmentKindUnknown))?;
        let scanned = scan::look(kind, bytes)?;
        let name = tidy(name, kind);
        let (moment, own) = (self.now(), self.own()?);
        // No sweep between the file and its entry.
        let _turn = self.blob_turn();
        // If this breaks off anywhere, what it left without an entry is swept.
        self.0.sweep_due.store(true, Ordering::SeqCst);
        let text = number.to_string();
        let (blob, before) = db.write::<_, Error>(|tx| {
            let record = standing(tx, &number)?.record;
            yours(&record, &own)?;
            let blob = tx.blob_name(&text, bytes)?;
            Ok((blob, Before::of(&record, tx.attachments().find(&text, blob)?, &own)))
        })?;
        let blobs = Blobs::of(&self.folder());
        if before.stands && before.file.as_ref().is_some_and(|one| opens(&blobs, one)) {
            return self.attachments(&text);
        }
        // One that was taken off comes back under its own key, so that the earlier entry still opens it.
        let key = match before.file.map(|one| one.content) {
            Some(Personal::Told(content)) => BlobKey::from_text(&content.key)?,
            Some(Personal::Sealed(_)) => return Err(Error::Refused(Code::SealedNotYours)),
            Some(Personal::Erased) | None => BlobKey::generate()?,
        };
        blobs.put(blob, &key, &scanned.thumbnail, bytes)?;
        if !before.stands {
            db.write::<_, Error>(|tx| {
                // Again: another window may have voided or sealed it in between.
                let matter = standing(tx, &number)?;
                yours(&matter.record, &own)?;
                let (number, bytes) = (text.clone(), bytes.len() as u64);
                let open = AttachmentAdded { number, blob, bytes, kind, pages: scanned.pages };
                let personal = as_sealed(&matter.record, &AttachmentContent { name, key: key.text() })?;
                let seq = tx.append(draft(Kind::attachment_added(), &open, &personal)?, clerk.id, moment)?;
                Ok(tx.set_attachment(&text, blob, seq)?)
            })?;
        }
        self.attachments(&text)
    }

    /// Takes a file off a matter. Its bytes stay, encrypted: what stood in a record stays provable.
    ///
    /// # Errors
    /// [`Code::ReasonNeeded`], [`Code::TextTooLong`], [`Code::ControlCharacter`], [`Code::AttachmentUnknown`],
    /// [`Code::SealedNotYours`], [`Code::NumberUnknown`], [`Code::DeskLocked`].
    pub fn detach(&self, number: &str, blob: &str, reason: &str) -> Result<Vec<Attachment>> {
        let (db, clerk) = self.at_work()?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::Refused(Code::ReasonNeeded));
        }
        if let Some(code) = text_fault(reason) {
            return Err(Error::about("reason", code));
        }
        let (number, blob) = (parsed(number)?.to_string(), named(blob)?);
        let (moment, own) = (self.now(), self.own()?);
        db.write::<_, Error>(|tx| {
            let record = record_of(&tx.matters(), &number)?;
            yours(&record, &own)?;
            let found = tx.attachments().find(&number, blob)?;
            if found.is_none_or(|one| one.removed.is_some()) {
                return Err(Error::Refused(Code::AttachmentUnknown));
            }
            let open = AttachmentRemoved { number: number.clone(), blob };
            let personal = as_sealed(&record, &RemovalReason { reason: reason.to_owned() })?;
            let seq = tx.append(draft(Kind::attachment_removed(), &open, &personal)?, clerk.id, moment)?;
            Ok(tx.set_attachment_removed(&number, blob, seq)?)
        })?;
        self.attachments(&number)
    }

    /// The files of a matter, in the order in which they were added. Of a sealed one for its readers, who open it by this
    /// unless they have since they signed in.
    ///
    /// # Errors
    /// [`Code::SealedNotYours`], [`Code::NumberUnknown`], [`Code::DeskLocked`].
    pub fn attachments(&self, number: &str) -> Result<Vec<Attachment>> {
        let (db, clerk) = self.at_work()?;
        let (number, own) = (parsed(number)?.to_string(), self.own()?);
        let found = db.read::<_, Error>(|r| {
            yours(&record_of(&r.matters(), &number)?, &own)?;
            Ok(r.attachments().of(&number)?)
        })?;
        let found = self.unsealed((&db, &clerk), &number, &own, found)?;
        let blobs = Blobs::of(&self.folder());
        let look = |one: AttachmentRecord| {
            let (blob, opened) = (one.blob, one.removed.is_none() && one.content.told().is_some());
            let shown = shown(&blobs, one);
            if opened && shown.unreadable {
                self.put_aside(&db, blob);
            }
            shown
        };
        Ok(found.into_iter().map(look).collect())
    }

    /// A page of an attachment as a picture, JPEG; pages count from 1. Of a sealed matter as [`Desk::attachments`].
    ///
    /// # Errors
    /// [`Code::AttachmentUnknown`], [`Code::AttachmentUnreadable`], [`Code::SealedNotYours`], [`Code::DeskLocked`].
    pub fn attachment_page(&self, number: &str, blob: &str, page: u32) -> Result<Vec<u8>> {
        let (db, clerk) = self.at_work()?;
        let (number, blob, own) = (parsed(number)?.to_string(), named(blob)?, self.own()?);
        let found = db.read::<_, Error>(|r| {
            yours(&record_of(&r.matters(), &number)?, &own)?;
            Ok(r.attachments().find(&number, blob)?)
        })?;
        let found = found.filter(|one| one.removed.is_none()).ok_or(Error::Refused(Code::AttachmentUnknown))?;
        let found = self.unsealed((&db, &clerk), &number, &own, vec![found])?.remove(0);
        let bytes = content(&Blobs::of(&self.folder()), &found).inspect_err(|error| {
            if found.content.told().is_some() && error.code() == Code::AttachmentUnreadable {
                self.put_aside(&db, blob);
            }
        })?;
        Ok(scan::page(found.kind, &bytes, page)?)
    }

    /// Puts a file aside that does not open and that the district holds, so that the next exchange fetches it again.
    fn put_aside(&self, db: &Db, blob: Hash) {
        let held = db.read::<_, Error>(|r| Ok(r.is_sent(blob)?));
        let done = held.and_then(|held| if held { Ok(Blobs::of(&self.folder()).put_aside(blob)?) } else { Ok(()) });
        if let Err(error) = done {
            tracing::warn!(%error, "a damaged attachment was not put aside");
        }
    }

    /// Files with what of them is sealed to this clerk opened; that it is, is journalled before any of it is shown.
    fn unsealed(
        &self,
        (db, clerk): (&Db, &Clerk),
        number: &str,
        own: &OwnKey,
        mut files: Vec<AttachmentRecord>,
    ) -> Result<Vec<AttachmentRecord>> {
        let mut opened = false;
        for one in &mut files {
            opened |= one.unseal(own);
        }
        if opened {
            self.note_opening(db, clerk, number)?;
        }
        Ok(files)
    }

    /// Removes files that no entry names, once after each opening and after an adding that broke off. For idle moments.
    pub(crate) fn sweep(&self, db: &Db) -> Result<()> {
        if !self.0.sweep_due.load(Ordering::SeqCst) {
            return Ok(());
        }
        let Ok(_turn) = self.0.blobs.try_lock() else { return Ok(()) };
        let (named, erased, epochs) = db.read::<_, Error>(|r| {
            Ok((r.attachments().named()?, r.attachments().erased()?, r.line().epochs()?.len()))
        })?;
        // A desk of several epochs may not have all its entries back yet: what it does not know is left alone.
        Blobs::of(&self.folder())
            .sweep(|blob| if epochs > 1 { !erased.contains(&blob) } else { named.contains(&blob) })?;
        self.0.sweep_due.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// Whether the journal explains every attachment, and every one that can be opened is what was written: of the sealed
    /// ones those of the signed-in clerk.
    pub(crate) fn verify_attachments(&self, db: &Db) -> Result<()> {
        let all = db.read::<_, Error>(|r| {
            r.attachments().verify()?;
            Ok(r.attachments().all()?)
        })?;
        let (blobs, own) = (Blobs::of(&self.folder()), self.own()?);
        for (number, mut one) in all {
            one.unseal(&own);
            if one.content.told().is_some() && content(&blobs, &one).is_err() {
                let said = format!("an attachment of {number} cannot be opened");
                return Err(intake_store::Error::Contradiction(said).into());
            }
        }
        Ok(())
    }
}

/// A file that is handed over, as it was before.
struct Before {
    /// Opened, where this clerk can.
    file: Option<AttachmentRecord>,
    /// Whether it stands with the matter already, open or sealed as the matter's words are.
    stands: bool,
}

impl Before {
    fn of(record: &Record, mut file: Option<AttachmentRecord>, own: &OwnKey) -> Self {
        let sealed = matches!(record, Record::Sealed(_));
        let alike = |one: &AttachmentRecord| matches!(one.content, Personal::Sealed(_)) == sealed;
        let alike = file.as_ref().is_some_and(alike);
        if let Some(one) = &mut file {
            one.unseal(own);
        }
        let told = file.as_ref().is_some_and(|one| one.removed.is_none() && one.content.told().is_some());
        Self { file, stands: alike && told }
    }
}

fn record_of(matters: &Matters<'_>, number: &str) -> Result<Record> {
    Ok(matters.find(number)?.ok_or(Error::Refused(Code::NumberUnknown))?.record)
}

/// The bytes as they were handed over.
pub(crate) fn content(blobs: &Blobs, one: &AttachmentRecord) -> Result<Vec<u8>> {
    let content = one.content.told().ok_or(Error::Refused(Code::AttachmentUnreadable))?;
    Ok(blobs.content(one.blob, &BlobKey::from_text(&content.key)?)?)
}

fn opens(blobs: &Blobs, one: &AttachmentRecord) -> bool {
    content(blobs, one).is_ok()
}

fn named(blob: &str) -> Result<Hash> {
    Hash::try_from(blob.to_owned()).map_err(|_| Error::Refused(Code::AttachmentUnknown))
}

fn shown(blobs: &Blobs, one: AttachmentRecord) -> Attachment {
    let thumbnail = match (one.content.told(), &one.removed) {
        (Some(content), None) => {
            BlobKey::from_text(&content.key).ok().and_then(|key| blobs.thumbnail(one.blob, &key).ok())
        }
        _ => None,
    };
    let encode =
        |jpeg: Vec<u8>| format!("data:image/jpeg;base64,{}", base64::engine::general_purpose::STANDARD.encode(jpeg));
    Attachment {
        blob: one.blob.to_string(),
        kind: one.kind,
        bytes: one.bytes,
        pages: one.pages,
        added: minute(one.added_ms),
        clerk: one.clerk,
        unreadable: one.content.told().is_none() || (one.removed.is_none() && thumbnail.is_none()),
        sealed: one.is_sealed(),
        thumbnail: thumbnail.filter(|jpeg| !jpeg.is_empty()).map(encode),
        name: one.content.told().map(|content| content.name.clone()).unwrap_or_default(),
        removed: one.removed.map(|removed| removed.reason.told().map(|why| why.reason.clone()).unwrap_or_default()),
    }
}

/// A file's name as it is kept: no folders, nothing that cannot be drawn, never empty.
fn tidy(name: &str, kind: AttachmentKind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARACTERS).collect();
    if name.is_empty() || text_fault(&name).is_some() { format!("附件.{}", kind.ending()) } else { name }
}
