//! Takes in a page: each block is checked and committed as it arrives, so that a cut costs one block at most. Blocks that have
//! arrived together are committed together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use async_compression::tokio::bufread::ZstdDecoder;
use async_compression::zstd::DParameter;
use intake_model::{Code, EpochMark};
use intake_wire::{
    Block, DeskCertificate, Frames, Hash, Head, JournalId, PageAnswer, Part, Verdict, VerdictKind, limits,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, BufReader};
use tokio::time::timeout;

use crate::db::entries::{self, Held};
use crate::db::{journals, shared};
use crate::desk::Way;
use crate::plain::Run;
use crate::{District, Error, Result};

/// The longest word of a kind.
const KIND_LETTERS: usize = 64;
/// What one read takes.
const CHUNK: usize = 64 << 10;
/// The most that is read on before what has arrived is stored.
const TOGETHER: usize = 512 << 10;
/// How long more is waited for before that. Less than a block takes on a slow line; on a fast one there is more by then, which
/// the connection hands over in small parts.
const MORE: Duration = Duration::from_millis(10);
/// How long all that may go on: who sends byte by byte is stored block by block.
const LONGEST: Duration = Duration::from_millis(250);

/// Whose page it is: all its blocks are of one desk and one journal.
#[derive(Default)]
struct Author {
    certificate: Option<DeskCertificate>,
    journal: Option<JournalId>,
}

/// What of a page is stored by now.
#[derive(Default)]
struct Taken {
    /// Places in the page's order, and whether the entry was held before.
    seen: Vec<u64>,
    had: BTreeSet<u64>,
    contradicted: BTreeSet<u64>,
    /// Nothing of the journal waits to be applied.
    applied: bool,
    /// A block came after a gap: it and those behind it are not taken, and the desk goes on from the head.
    gap: bool,
}

/// A block whose signature, author and form are in order, with its entries' hashes.
struct Checked {
    block: Block,
    hashes: Vec<Hash>,
}

/// The blocks that follow one another without a gap, together.
fn runs(blocks: &[Checked]) -> impl Iterator<Item = &[Checked]> {
    blocks.chunk_by(|one, next| {
        let last = one.block.entries.last().zip(one.hashes.last());
        last.is_some_and(|(entry, hash)| {
            next.block.previous == *hash && next.block.before().is_ok_and(|before| before.seq == entry.seq)
        })
    })
}

impl District {
    /// Takes a page in over a line; gives its journal and what became of each entry.
    pub(crate) async fn take_page(&self, page: impl AsyncRead + Unpin) -> Result<(JournalId, PageAnswer)> {
        let mut author = Author::default();
        let taken = self.receive(&mut author, page).await?;
        self.conclude(&author, &taken).await
    }

    /// The same of a desk that was admitted: every block of the page is to be that desk's.
    pub(crate) async fn take_page_of(
        &self,
        certificate: &DeskCertificate,
        page: impl AsyncRead + Unpin,
    ) -> Result<(JournalId, PageAnswer)> {
        let mut author = Author { certificate: Some(certificate.clone()), ..Author::default() };
        let taken = self.receive(&mut author, page).await?;
        self.conclude(&author, &taken).await
    }

    /// Takes a page apart as it arrives; blocks before a cut or a mistake stay stored.
    async fn receive(&self, author: &mut Author, page: impl AsyncRead + Unpin) -> Result<Taken> {
        let window = [DParameter::window_log_max(limits::ZSTD_WINDOW_LOG)];
        let mut page = ZstdDecoder::with_params(BufReader::new(page), &window);
        let (mut frames, mut chunk) = (Frames::default(), vec![0; CHUNK]);
        // The wire's limit alone would let a page grow a thousandfold on this side.
        let mut left = limits::PAGE_CONTENT_BYTES;
        let (mut taken, mut checked) = (Taken::default(), Vec::new());
        loop {
            let mut blocks = Vec::new();
            // What is checked is stored while more arrives; what cannot be stored ends both.
            let gathered =
                async { Ok(self.gather(author, &mut page, &mut frames, (&mut chunk, &mut left), &mut blocks).await) };
            let (ended, ()) = tokio::try_join!(gathered, self.store_all(&mut taken, &checked))?;
            checked = blocks;
            if !matches!(ended, Ok(false)) {
                // What stands before a cut or a mistake stays.
                self.store_all(&mut taken, &checked).await?;
                ended?;
                break;
            }
        }
        if frames.is_at_boundary() { Ok(taken) } else { Err(Error::Request("a page cut short".into())) }
    }

    async fn store_all(&self, taken: &mut Taken, blocks: &[Checked]) -> Result<()> {
        for run in runs(blocks) {
            if !taken.gap {
                self.store(taken, run).await?;
            }
        }
        Ok(())
    }

    /// Waits for bytes, then takes what has arrived with them: the whole blocks go to `blocks`, also where it ends in an error.
    /// Gives whether the page has ended.
    async fn gather(
        &self,
        author: &mut Author,
        page: &mut (impl AsyncRead + Unpin),
        frames: &mut Frames,
        (chunk, left): (&mut [u8], &mut usize),
        blocks: &mut Vec<Checked>,
    ) -> Result<bool> {
        let mut read = timeout(self.config.patience, page.read(chunk)).await.map_err(|_| Error::Slow)?;
        let (mut arrived, began) = (0, Instant::now());
        loop {
            let now = read.map_err(|error| Error::Request(format!("the page broke off: {}", error.kind())))?;
            if now == 0 {
                return Ok(true);
            }
            *left = left.checked_sub(now).ok_or_else(|| Error::Request("a page over the limit".into()))?;
            arrived += now;
            frames.push(chunk.get(..now).unwrap_or_default());
            self.arrived(author, frames, blocks).await?;
            if arrived >= TOGETHER || began.elapsed() >= LONGEST {
                return Ok(false);
            }
            // What does not come at once is waited for when this is stored.
            match timeout(MORE, page.read(chunk)).await {
                Ok(more) => read = more,
                Err(_) => return Ok(false),
            }
        }
    }

    /// The whole blocks that have arrived, each checked.
    async fn arrived(&self, author: &mut Author, frames: &mut Frames, blocks: &mut Vec<Checked>) -> Result<()> {
        while let Some(block) = frames.next_block()? {
            // First: only who has the desk's key uses up what the desk may ask for.
            let hashes = block.verify(&block_key(&block)?)?;
            self.check_author(author, &block).await?;
            check_form(&block)?;
            blocks.push(Checked { block, hashes });
        }
        Ok(())
    }

    async fn check_author(&self, author: &mut Author, block: &Block) -> Result<()> {
        let certificate = block.certificate.as_ref().ok_or(Error::Refused("a block without a certificate"))?;
        if author.certificate.as_ref() != Some(certificate) {
            if author.certificate.is_some() {
                return Err(Error::Request("a page of two desks".into()));
            }
            self.admit(certificate, Way::Line).await?;
            author.certificate = Some(certificate.clone());
        }
        if *author.journal.get_or_insert(block.journal) != block.journal {
            return Err(Error::Request("a page of two journals".into()));
        }
        Ok(())
    }

    /// Stores what continues what is held. What is usual is applied with it; a mistake of ours in that must not keep it out.
    async fn store(&self, taken: &mut Taken, run: &[Checked]) -> Result<()> {
        match self.store_as(taken, run, true).await {
            Err(Error::Internal(said)) => {
                tracing::error!(error = %said, "entries are stored without being applied");
                self.store_as(taken, run, false).await
            }
            done => done,
        }
    }

    /// Transaction 1: the journal's row is locked, so that identical posts in parallel follow one another.
    async fn store_as(&self, taken: &mut Taken, run: &[Checked], folds: bool) -> Result<()> {
        let Some(Checked { block: first, .. }) = run.first() else { return Ok(()) };
        let (before, (centre, desk)) = (first.before()?, block_desk(first)?);
        let entries = || run.iter().flat_map(|one| one.block.entries.iter().zip(&one.hashes));
        let mut client = self.pool.get().await?;
        let mut tx = client.transaction().await?;
        if taken.seen.is_empty() {
            journals::open(&tx, centre, first.journal, desk, &first.mark).await?;
        }
        let journal = journals::lock(&tx, centre, first.journal).await?;
        let journal = journal.ok_or_else(|| Error::Internal("a journal that is gone".into()))?;
        if journal.desk != desk || run.iter().any(|one| one.block.mark != journal.mark) {
            return Err(Error::Refused("a journal of another desk or mark"));
        }
        if before.seq > journal.head.seq && !entries::fork_held(&tx, &journal, before.seq, before.hash).await? {
            taken.gap = true;
            return Ok(());
        }
        let last = before.seq + entries().count() as u64;
        // Behind the head there is nothing to compare with.
        let known = if before.seq < journal.head.seq {
            entries::hashes(&tx, &journal, before.seq + 1, last).await?
        } else {
            Vec::new()
        };
        let known: BTreeMap<u64, Hash> = known.into_iter().collect();
        let (mut fresh, mut forks, mut had) = (Vec::new(), Vec::new(), Vec::new());
        let (mut end, mut previous) = (journal.head, before.hash);
        for (entry, &hash) in entries() {
            if known.get(&entry.seq) == Some(&hash) {
                had.push(entry.seq);
            } else if (Head { seq: entry.seq - 1, hash: previous }) == end {
                fresh.push((entry, hash));
                end = Head { seq: entry.seq, hash };
            } else {
                forks.push((entry, hash));
            }
            previous = hash;
        }
        let moves = end != journal.head || !forks.is_empty();
        // What is usual and waits for nothing is applied as it is stored, and written once.
        let folds = folds && journal.applied == journal.head.seq && forks.is_empty();
        let held: Vec<Held> = fresh.iter().filter(|_| folds).map(|(entry, _)| Held::of(entry)).collect();
        let plain = Run::of(&journal, &held);
        let applied = if plain.fold(&mut tx, &journal).await? { plain.decided() } else { &[] };
        // On their way together: neither asks what the other answers. The first that fails says why, and those behind it that one
        // did.
        let (stored, forked, set, noted) = tokio::join!(
            entries::insert(&tx, &journal, &fresh, applied),
            entries::insert_forks(&tx, &journal, &forks),
            async {
                if !moves {
                    return Ok(());
                }
                journals::set_head(&tx, &journal, end, !forks.is_empty(), applied.last().map(|(last, _)| *last)).await
            },
            async {
                let numbers = if applied.is_empty() { Vec::new() } else { plain.numbers() };
                if numbers.is_empty() { Ok(()) } else { shared::note_registered(&tx, &journal, &numbers).await }
            },
        );
        stored.and(forked).and(set).and(noted)?;
        tx.commit().await?;
        for _ in applied {
            self.metrics.decided(entries::word(&VerdictKind::Stored));
        }
        for (kind, count) in [("new", fresh.len()), ("had", had.len()), ("contradicting", forks.len())] {
            self.metrics.arrived(kind, count);
        }
        taken.applied = applied.last().map_or(journal.applied, |(last, _)| *last) >= end.seq;
        taken.had.extend(had);
        taken.contradicted.extend(forks.iter().map(|(entry, _)| entry.seq));
        taken.seen.extend(entries().map(|(entry, _)| entry.seq));
        Ok(())
    }

    /// Applies what the page brought, and says what became of each entry.
    async fn conclude(&self, author: &Author, taken: &Taken) -> Result<(JournalId, PageAnswer)> {
        let (Some(certificate), Some(id)) = (&author.certificate, author.journal) else {
            return Err(Error::Request("a page without blocks".into()));
        };
        if !taken.applied {
            self.apply(&certificate.centre, id).await?;
        }
        self.apply_what_waited(&certificate.centre).await?;
        let client = self.pool.get().await?;
        let Some(journal) = journals::find(&client, &certificate.centre, id).await? else {
            // Only a gap at the very start leaves no row: the transaction that made it was not committed.
            return Ok((id, PageAnswer { head: Head::EMPTY, verdicts: Vec::new(), forked: false }));
        };
        let found = match (taken.seen.iter().min(), taken.seen.iter().max()) {
            (Some(first), Some(last)) => entries::open_verdicts(&client, &journal, *first, *last).await?,
            _ => Vec::new(),
        };
        let found: BTreeMap<u64, VerdictKind> = found.into_iter().map(|one| (one.seq, one.verdict)).collect();
        let verdict = |&seq: &u64| {
            let verdict = if taken.contradicted.contains(&seq) {
                VerdictKind::SetAside { code: word(Code::JournalForked) }
            } else {
                // What is not told of is stored.
                let usual = if taken.had.contains(&seq) { VerdictKind::AlreadyHad } else { VerdictKind::Stored };
                found.get(&seq).cloned().unwrap_or(usual)
            };
            Verdict { seq, verdict }
        };
        // A server that took over from one that broke off may hold less by now than was stored a moment ago.
        let held = |seq: &&u64| **seq <= journal.head.seq || taken.contradicted.contains(*seq);
        let verdicts = taken.seen.iter().filter(held).map(verdict).collect();
        Ok((id, PageAnswer { head: journal.head, verdicts, forked: !taken.contradicted.is_empty() }))
    }
}

/// A code as it is written on the line.
pub(crate) fn word(code: Code) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn block_key(block: &Block) -> Result<intake_wire::PublicKey> {
    let certificate = block.certificate.as_ref().ok_or(Error::Refused("a block without a certificate"))?;
    Ok(certificate.key)
}

fn block_desk(block: &Block) -> Result<(&str, u8)> {
    let certificate = block.certificate.as_ref().ok_or(Error::Refused("a block without a certificate"))?;
    Ok((&certificate.centre, certificate.desk))
}

/// What the protocol says of a block and the signature does not: a mark of letters, kinds of `a-z_`, numbers below 2^63.
fn check_form(block: &Block) -> Result<()> {
    block.mark.parse::<EpochMark>().map_err(|error| Error::Request(error.to_string()))?;
    for entry in &block.entries {
        let kind = entry.kind.as_str();
        if kind.is_empty() || kind.len() > KIND_LETTERS || !kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            return Err(Error::Request("a kind is a word of a-z and _".into()));
        }
        let size = |part: &Part| part.bytes().map_or(0, <[u8]>::len);
        if size(&entry.open) + size(&entry.personal) > limits::ENTRY_BYTES {
            return Err(Error::Request("an entry over the limit".into()));
        }
        crate::db::place(entry.seq)?;
        crate::db::place(entry.moment.mono_ms)?;
    }
    Ok(())
}
