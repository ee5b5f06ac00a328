//! Without a line: what the district has not confirmed goes out on a stick, and its answer comes back from there.
//!
//! Writing the file sends nothing: entries stay unsent until an answer of the district says that it holds them. Attachments lie
//! beside it, a file each, the smallest first, up to what the stick takes: entries have the room before them, and the
//! district's answer after them.

use std::path::{Path, PathBuf};

use intake_model::{Code, civil_time};
use intake_store::{Db, OwnKey, StandingBlob, encrypt, encrypt_file, make_folder, write_whole};
use intake_sync::StickFile;
use intake_wire::{Stick, limits, stick_files};

use crate::desk::Desk;
use crate::line::drafts_of_backup;
use crate::line_view::{ExchangeResult, StickWritten};
use crate::machine::free_bytes;
use crate::visits::minute;
use crate::{Error, Result};

/// How the name of a desk's file begins, and of the district's answer to it.
const ASKS: &str = "上报";
const ANSWERS: &str = "回执";
/// Bytes that stay free on a stick for the district's answer.
const ANSWER_ROOM: u64 = 16 << 20;

impl Desk {
    /// Writes all that the district has not confirmed into a new file in a folder, signed, and encrypted to the district, and
    /// its attachments beside it as far as there is room. The journal is not told: it is an exchange's first half.
    ///
    /// # Errors
    /// [`Code::NotEnrolled`], [`Code::StickNotPossible`], [`Code::ExportFolderUnusable`], [`Code::DeskLocked`], or those of the
    /// disk. Nothing of the file is left then; where the stick is pulled out later, the file is there and some attachments are.
    pub fn export_pages(&self, folder: &Path) -> Result<StickWritten> {
        let (db, _) = self.at_work()?;
        let (key, district) = own_half(&db)?;
        let packed = intake_sync::pack(&db, &key.recipient())?;
        let district = [district];
        let sealed = encrypt(&packed.bytes, &district)?;
        let at = civil_time(self.now().at_ms).format("%Y%m%d-%H%M%S");
        let file = self.free(folder, &format!("{ASKS}-{}-{at}", of_this_desk(&db)?), ".age")?;
        write_whole(&file, &sealed).map_err(|error| {
            // On a stick that is full or was pulled out there may be nothing to remove.
            let _ = std::fs::remove_file(file.with_extension("new"));
            Error::Export(error)
        })?;
        let beside = write_files(&db, &district, &stick_files(&file), &packed.files)?;
        let unsent = db.read::<_, Error>(|r| Ok(r.unsent_blobs()?.0))?;
        Ok(StickWritten {
            path: file.display().to_string(),
            entries: packed.entries,
            registrations: packed.registrations,
            files: beside.count,
            file_bytes: beside.bytes,
            files_left: unsent.saturating_sub(beside.count),
            full: beside.full,
        })
    }

    /// Takes back the district's answer: a file, or the newest one for this desk in a folder. Both may be taken again.
    ///
    /// # Errors
    /// [`Code::StickAnswerMissing`], [`Code::StickUnreadable`], [`Code::StickOutdated`], [`Code::NotEnrolled`],
    /// [`Code::ExchangeRunning`], [`Code::DeskLocked`]. Nothing is changed then.
    pub async fn take_answer(&self, place: &Path) -> Result<ExchangeResult> {
        let (db, _) = self.at_work()?;
        let _turn = self.line_turn().await?;
        let message = read_answer(&db, place)?;
        let moment = self.now();
        let drafts_before = drafts_of_backup(&db)?;
        let outcome = intake_sync::unpack(&db, &message, || moment.at_ms).await?;
        let brought = outcome.came_back > 0;
        let drafts_gone = if brought { drafts_before.saturating_sub(drafts_of_backup(&db)?) } else { 0 };
        self.learn_tables(&db);
        let left = self.end_who_left(&db)?;
        let written = self.seal_what_became_sealed(&db)? | self.receive_acts(&db)?;
        // What that wrote goes with the next file.
        let in_step = outcome.in_step && left.0.is_empty() && !written;
        let result = ExchangeResult { in_step, drafts_gone, ..ExchangeResult::of(outcome, minute(moment.at_ms)) };
        Ok(result.with_who_left(left))
    }
}

/// The attachments beside a file.
#[derive(Default)]
struct Beside {
    count: u64,
    bytes: u64,
    full: bool,
}

/// Writes attachments into a folder of their own, in their order, until one finds no room. What is not here or cannot be read
/// here is passed over.
fn write_files(db: &Db, district: &[String], folder: &Path, files: &[StandingBlob]) -> Result<Beside> {
    let mut beside = Beside::default();
    for one in files {
        let Some(mut file) = StickFile::open(db, one.blob)? else { continue };
        let length = file.length();
        if beside.bytes + length > limits::STICK_FILES_BYTES || !has_room(folder, length) {
            beside.full = true;
            break;
        }
        let mut unreadable = false;
        let next = || file.next_piece().inspect_err(|_| unreadable = true);
        let path = folder.join(format!("{:04}.age", beside.count + 1));
        let written = make_folder(folder).and_then(|()| encrypt_file(&path, district, next));
        match written {
            Ok(()) => (beside.count, beside.bytes) = (beside.count + 1, beside.bytes + length),
            Err(error) if unreadable => tracing::warn!(%error, "the bytes of an attachment cannot be read"),
            Err(error) if error.code() == Code::DiskFull => {
                beside.full = true;
                break;
            }
            Err(error) => return Err(Error::Export(error)),
        }
    }
    if beside.count == 0 {
        // Nothing lies in it: it may have been made for one that found no room.
        let _ = std::fs::remove_dir(folder);
    }
    Ok(beside)
}

/// Whether an attachment of so many encrypted bytes fits on the stick beside what is to come. Signatures and the encryption
/// around it make it larger by less than a hundredth and a page.
fn has_room(folder: &Path, length: u64) -> bool {
    let needed = length + length / 100 + (8 << 10) + ANSWER_ROOM;
    folder.parent().and_then(free_bytes).is_none_or(|free| free >= needed)
}

/// The file's bytes, opened.
fn read_answer(db: &Db, place: &Path) -> Result<Vec<u8>> {
    let file = if place.is_dir() { newest_answer(db, place)? } else { place.to_owned() };
    let missing = |_| Error::Refused(Code::StickAnswerMissing);
    let unreadable = || Error::Refused(Code::StickUnreadable);
    if std::fs::metadata(&file).map_err(missing)?.len() > limits::STICK_BYTES as u64 {
        return Err(unreadable());
    }
    let sealed = std::fs::read(&file).map_err(missing)?;
    let admission = db.read::<_, Error>(|r| Ok(r.line().admission()?))?;
    let admission = admission.ok_or(Error::Refused(Code::NotEnrolled))?;
    let key = admission.stick.and_then(|stick| OwnKey::find(&stick.secret)).ok_or_else(unreadable)?;
    Ok(key.decrypt(&sealed).ok_or_else(unreadable)?.to_vec())
}

/// The names end with day and time: the last one is the newest.
fn newest_answer(db: &Db, folder: &Path) -> Result<PathBuf> {
    let missing = || Error::Refused(Code::StickAnswerMissing);
    let begins = format!("{ANSWERS}-{}-", of_this_desk(db)?);
    let ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(&begins) && path.extension().is_some_and(|end| end.eq_ignore_ascii_case("age"))
    };
    let files = std::fs::read_dir(folder).map_err(|_| missing())?.flatten().map(|one| one.path());
    files.filter(ours).max().ok_or_else(missing)
}

/// How the names of this desk's files go on.
fn of_this_desk(db: &Db) -> Result<String> {
    let desk = db.read::<_, Error>(|r| Ok(r.desk()?))?;
    Ok(format!("{}-{:02}", desk.centre_code, desk.number))
}

/// The key that answers are encrypted to, made at its first use, and the district's to encrypt to.
fn own_half(db: &Db) -> Result<(OwnKey, String)> {
    let admission = db.read::<_, Error>(|r| Ok(r.line().admission()?))?;
    let admission = admission.ok_or(Error::Refused(Code::NotEnrolled))?;
    let district = admission.answer.stick_recipient.ok_or(Error::Refused(Code::StickNotPossible))?;
    if let Some(key) = admission.stick.and_then(|stick| OwnKey::find(&stick.secret)) {
        return Ok((key, district));
    }
    let key = OwnKey::generate();
    let secret = key.secret().to_string();
    db.write::<_, Error>(|tx| Ok(tx.set_stick(Stick { secret, answered_ms: 0 })?))?;
    Ok((key, district))
}
