//! An exchange in two halves, for a desk without a line: pages out on a stick, the district's answer back from it.
//!
//! What goes out is what `upload` and `files` would send; what comes back passes through the same functions as the answers of
//! the line. Deliberately absent: writing what goes out, and its encryption.

use std::collections::BTreeMap;
use std::sync::Arc;

use intake_store::{Db, Reader, StandingBlob, UnsentBlob};
use intake_wire::{Heads, JournalId, OwnPage, Stick, StickAnswer, StickPages, limits};

use crate::plan::{Local, plan};
use crate::run::{Run, blocking, reading, writing};
use crate::upload::Page;
use crate::{Error, Outcome, Patience, Result, own};

/// Bytes of pages on one stick, well under the limit. What is beyond goes with the next one, after the answer.
const PAGES_BYTES: usize = limits::STICK_BYTES / 2;

/// What goes on a stick.
pub struct Packed {
    /// The signed message.
    pub bytes: Vec<u8>,
    /// Entries in it.
    pub entries: u64,
    /// Registrations among them.
    pub registrations: u64,
    /// Attachments that may lie beside it, the smallest first: the district is not known to hold them, and will hold their
    /// entries once it took the message in.
    pub files: Vec<StandingBlob>,
}

/// Everything that the district has not confirmed, signed. Blocks on the disk. Nothing counts as sent by it: only an
/// answer of the district does that.
///
/// # Errors
/// [`Error::NotEnrolled`], [`Error::Store`].
pub fn pack(db: &Db, answer_to: &str) -> Result<Packed> {
    db.read(|reader| {
        let line = reader.line();
        let admission = line.admission()?.ok_or(Error::NotEnrolled)?;
        let key = line.signing_key()?;
        let journals = line.epochs()?.into_iter().map(|epoch| (epoch.journal, epoch.mark, epoch.head)).collect();
        let heads = Heads { journals, district: line.district_head()?, district_journal: line.district()? };
        let mut pages = StickPages { heads, pages: Vec::new(), answer_to: answer_to.to_owned() };
        let (mut entries, mut registrations, mut bytes) = (0, 0, 0);
        let mut reached = agreed(reader)?;
        for (&journal, after) in &mut reached {
            while bytes < PAGES_BYTES {
                let Some(page) = Page::of(reader, journal, *after, limits::SHORT_PAGE_ENTRIES)? else { break };
                let (more, registered) = page.counts();
                (entries, registrations, *after) = (entries + more, registrations + registered, page.last());
                let page = page.whole(&admission.answer.certificate, &key)?;
                bytes += page.len();
                pages.pages.push(page.into());
            }
        }
        let bytes = pages.sealed(admission.answer.certificate, &key)?;
        let goes = |one: &UnsentBlob| reached.get(&one.journal).is_some_and(|last| one.seq <= *last);
        let files = reader.unsent_files()?.into_iter().filter(goes).map(|one| one.file).collect();
        Ok(Packed { bytes, entries, registrations, files })
    })
}

/// Each journal with the last place at which both sides are known to be equal, as last told.
fn agreed(reader: &Reader<'_>) -> intake_store::Result<BTreeMap<JournalId, u64>> {
    let line = reader.line();
    let known = line.remote_heads()?.into_iter().map(|(journal, head)| {
        let ours = line.hash_at(journal, head.seq)? == Some(head.hash);
        Ok((journal, if ours { head.seq } else { 0 }))
    });
    known.collect()
}

/// Takes in the district's answer to [`pack`]. Gives how both sides stand by it: the district at the time of its answer, the
/// desk now.
///
/// # Errors
/// [`Error::NotEnrolled`]; [`Error::AnswerUnreadable`] for what the district did not sign, or signed for another desk;
/// [`Error::AnswerOutdated`] where the desk has heard from the district since; [`Error::Store`].
pub async fn unpack(db: &Db, message: &[u8], clock: impl Fn() -> i64 + Send + Sync) -> Result<Outcome> {
    let mut run = Run::open(db, Patience::default(), &|_| {}).await?;
    let answer = StickAnswer::open(message, &run.admission.answer.district_key);
    let answer = answer.map_err(|_| Error::AnswerUnreadable("it is not the district's"))?;
    if answer.certificate != run.admission.answer.certificate {
        return Err(Error::AnswerUnreadable("it is another desk's"));
    }
    let (agreed, told_ms, held) = reading(db, |reader| {
        let told = reader.times().district()?.map_or(0, |(district_ms, _)| district_ms);
        let line = reader.line();
        Ok((agreed(reader)?, told, (line.district()?, line.district_head()?)))
    })
    .await?;
    let mut at = (held.0.unwrap_or(run.admission.answer.journal), held.1);
    let stick = run.admission.stick.clone().ok_or(Error::AnswerUnreadable("the desk asked for none"))?;
    let answered_ms = answer.heads.now_ms;
    // It may name heads and verdicts that have changed since.
    if answered_ms < told_ms.max(stick.answered_ms) {
        return Err(Error::AnswerOutdated);
    }
    run.began = Some(agreed);
    for (journal, page) in answer.pages {
        run.taken(journal, page).await?;
    }
    for page in answer.down {
        at = run.hear(at, page.into()).await?;
    }
    for OwnPage { journal, after, page } in answer.own.unwrap_or_default() {
        let admission = Arc::clone(&run.admission);
        let page = blocking(move || own::Page::read(&admission, journal, after, &page)).await?;
        if run.take_back(journal, page).await?.is_some_and(|count| count > 0)
            && let Some(began) = &mut run.began
        {
            // What came from the district was not sent to it.
            began.remove(&journal);
        }
    }
    let local: Local = run.compare(&answer.heads).await?;
    match answer.missing {
        Some(missing) => run.hear_of_files(&missing).await?,
        // A district that takes no files from a stick: what it missed when it was last asked is missing still.
        None => run.files.missing = Some(reading(db, |reader| Ok(reader.unsent_blobs()?.0)).await?),
    }
    let outcome = run.outcome(&local, &answer.heads, &plan(&local, &answer.heads));
    writing(db, move |tx| tx.set_stick(Stick { answered_ms, ..stick })).await?;
    run.keep_outcome(&outcome, clock()).await?;
    Ok(outcome)
}
