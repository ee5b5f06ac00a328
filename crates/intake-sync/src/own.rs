//! The desk's own entries as the district holds them: for a desk that was set back, or parted from its own history.

use std::sync::Arc;
use std::time::Duration;

use intake_store::{Db, Reader};
use intake_wire::{
    Admission, Block, Entry, Frames, Hash, Head, Heads, HeadsAnswer, JournalId, Moment, OwnRequest, SignedRequest,
    limits,
};

use crate::client::{ANSWER_BYTES, Client, read_answer};
use crate::run::{blocking, reading, writing};
use crate::{Error, Patience, Result, trust};

/// How long the desk waits for the district while a clerk waits to work.
const AT_OPENING: Duration = Duration::from_secs(4);

/// A page of the desk's own entries, as the district signed it.
pub(crate) struct Page {
    pub(crate) mark: String,
    pub(crate) entries: Vec<Entry>,
    /// The hash before each entry, and after the last.
    hashes: Vec<Hash>,
}

impl Page {
    /// Reads a page that follows a place: checked against the district's key and chained within itself.
    pub(crate) fn read(admission: &Admission, journal: JournalId, after: u64, bytes: &[u8]) -> Result<Self> {
        let foreign = |_| Error::NotRecognised("a page that is not the district's");
        let mut page = Self { mark: String::new(), entries: Vec::new(), hashes: Vec::new() };
        let mut held = None;
        for block in Frames::read_page(bytes).map_err(foreign)? {
            let hashes = block.verify(&admission.answer.district_key).map_err(foreign)?;
            let before = block.before().map_err(foreign)?;
            let continues = held.map_or(before.seq == after, |held| held == before);
            if block.journal != journal || !continues {
                return Err(Error::NotRecognised("a page of other entries"));
            }
            if page.hashes.is_empty() {
                page.hashes.push(before.hash);
            }
            let Block { mark, entries, .. } = block;
            held = entries.last().zip(hashes.last()).map(|(last, hash)| Head { seq: last.seq, hash: *hash });
            page.mark = mark;
            page.hashes.extend(hashes);
            page.entries.extend(entries);
        }
        Ok(page)
    }

    /// The first place at which the desk holds another entry than this page; `None` where it continues what the desk holds.
    pub(crate) fn parts_from(
        &self,
        held: impl Fn(u64) -> intake_store::Result<Option<Hash>>,
    ) -> intake_store::Result<Option<u64>> {
        let Some(first) = self.entries.first().map(|entry| entry.seq) else { return Ok(None) };
        for (seq, hash) in (first.saturating_sub(1)..).zip(&self.hashes) {
            if held(seq)?.is_some_and(|own| own != *hash) {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }
}

/// A line to the desk's district, for a single question.
struct Asked {
    client: Client,
    admission: Admission,
    key: intake_wire::SigningKey,
}

impl Asked {
    async fn of(db: &Db, patience: Patience) -> Result<Self> {
        let (admission, key) =
            reading(db, |reader| Ok((reader.line().admission()?, reader.line().signing_key()?))).await?;
        let admission = admission.ok_or(Error::NotEnrolled)?;
        let client = Client::new(&admission.address, trust::of_ca(&admission.ca_der)?, patience)?;
        Ok(Self { client, admission, key })
    }

    async fn post<T: minicbor::Encode<()>>(&self, path: &str, what: &T, limit: usize) -> Result<Vec<u8>> {
        let body = SignedRequest::sealed(path, what, self.admission.answer.certificate.clone(), &self.key)?;
        self.client.post(path, body, limit).await
    }
}

/// The marks of every epoch of this desk that its district knows of. Does not wait long.
///
/// # Errors
/// Those of the line.
pub async fn marks(db: &Db) -> Result<Vec<String>> {
    let ask = async {
        let asked = Asked::of(db, Patience { stall: AT_OPENING, retries: 0, ..Patience::default() }).await?;
        let heads = reading(db, heads).await?;
        let told: HeadsAnswer = read_answer(&asked.post("/v1/heads", &heads, ANSWER_BYTES).await?)?;
        Ok(told.journals.into_iter().filter_map(|state| state.mark).collect())
    };
    tokio::time::timeout(AT_OPENING, ask).await.unwrap_or(Err(Error::TooSlow))
}

fn heads(reader: &Reader<'_>) -> intake_store::Result<Heads> {
    let line = reader.line();
    let journals = line.epochs()?.into_iter().map(|epoch| (epoch.journal, epoch.mark, epoch.head)).collect();
    Ok(Heads { journals, district: line.district_head()?, district_journal: line.district()? })
}

/// Where the district holds other entries of one of the desk's journals: takes the district's in their place, and appends
/// the own ones again, whole, as `carried`: in the new epoch `into` where there is one, else in the present one. Both
/// sides keep both. Gives how many were carried.
///
/// # Errors
/// Those of the line and of the disk; nothing is changed then.
pub async fn give_way(db: &Db, journal: JournalId, into: Option<(JournalId, String)>, moment: Moment) -> Result<u64> {
    let asked = Asked::of(db, Patience::default()).await?;
    // Both sides were equal up to here; where that is not known, from the beginning.
    let mut after = reading(db, move |reader| {
        let known = reader.line().remote_heads()?.into_iter().find(|(name, _)| *name == journal);
        Ok(known.map_or(0, |(_, head)| head.seq))
    })
    .await?;
    loop {
        let bytes = asked.post("/v1/own", &OwnRequest { journal, after }, limits::PAGE_BYTES).await?;
        let admission = asked.admission.clone();
        let page = Arc::new(blocking(move || Page::read(&admission, journal, after, &bytes)).await?);
        let Some(last) = page.entries.last().map(|entry| entry.seq) else { return Ok(0) };
        let look = Arc::clone(&page);
        let parts = reading(db, move |reader| look.parts_from(|seq| reader.journal().hash_at(journal, seq))).await?;
        let Some(from) = parts else {
            after = last;
            continue;
        };
        if from <= after {
            // Not even the place that was thought to be equal is: they parted before it.
            after = 0;
            continue;
        }
        return writing(db, move |tx| {
            let theirs: Vec<Entry> = page.entries.iter().filter(|entry| entry.seq >= from).cloned().collect();
            let aside = tx.give_way(journal, from, &theirs)?;
            if let Some((name, mark)) = into {
                tx.begin_epoch(name, &mark, "forked", moment)?;
            }
            tx.carry(journal, &aside, moment)?;
            tx.fold_anew()?;
            tx.seal_whole(&aside, moment)?;
            Ok(aside.len() as u64)
        })
        .await;
    }
}
