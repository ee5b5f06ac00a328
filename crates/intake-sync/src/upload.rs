//! One page on its way up: blocks are signed and leave as they are made, so that the district commits them as they arrive.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::stream;
use intake_store::{Db, Reader};
use intake_wire::{Block, DeskCertificate, Entry, Head, JournalId, Kind, PageAnswer, PageWriter, SigningKey, limits};
use reqwest::Body;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::client::{ANSWER_BYTES, Client, Pulse, read_answer};
use crate::run::reading;
use crate::{Error, Result};

/// Bytes handed to the connection at once: small, so that a slow line shows signs of life.
const PIECE: usize = 16 << 10;
/// Content of one block and of one page, well under the protocol's limits in spite of long texts.
const BLOCK_CONTENT: usize = 2 << 20;
const PAGE_CONTENT: usize = 8 << 20;
/// How long a page may take on its way, and how few entries it holds on however slow a line.
const PAGE_SECONDS: u64 = 20;
const FEWEST: usize = 256;
/// A usual entry's bytes on the line.
const ENTRY_ON_THE_LINE: u64 = 500;
/// How long a block may take on its way, in milliseconds, and how few entries it holds on however slow a line: what of a block
/// is across when the line breaks off goes once more, and each costs a signature.
const BLOCK_MILLIS: u64 = 250;
const FEWEST_IN_BLOCK: usize = 4;
/// Below so many bytes a second the line takes longer than making a page small does, on any machine.
const SLOW: u64 = 250_000;
/// Entries that are read before their content is counted.
const READ_AT_ONCE: usize = 256;

/// Entries of one journal that follow `before`, as many as fit a page.
pub(crate) struct Page {
    pub(crate) journal: JournalId,
    mark: String,
    before: Head,
    entries: Vec<Entry>,
    /// Entries in each of its blocks, at most.
    block: usize,
    /// Worth the work of making it small.
    small: bool,
}

/// How many entries the next page holds: so many that the district's answer comes in good time, since only that counts as
/// progress where the line breaks off.
pub(crate) fn page_entries(bytes_per_second: u64, told: Option<u32>) -> usize {
    let most = told.map_or(limits::SHORT_PAGE_ENTRIES, |told| usize::try_from(told).unwrap_or(limits::PAGE_ENTRIES));
    let most = most.clamp(1, limits::PAGE_ENTRIES);
    let wanted = match bytes_per_second {
        0 => limits::SHORT_PAGE_ENTRIES,
        speed => usize::try_from(speed.saturating_mul(PAGE_SECONDS) / ENTRY_ON_THE_LINE).unwrap_or(most),
    };
    wanted.max(FEWEST).min(most)
}

/// How many entries a block of it holds at most.
fn block_entries(bytes_per_second: u64) -> usize {
    let wanted = match bytes_per_second {
        0 => limits::BLOCK_ENTRIES,
        speed => usize::try_from(speed.saturating_mul(BLOCK_MILLIS) / 1000 / ENTRY_ON_THE_LINE).unwrap_or(usize::MAX),
    };
    wanted.clamp(FEWEST_IN_BLOCK, limits::BLOCK_ENTRIES)
}

/// Bytes ready to leave, and how many entries are across once they have.
type Piece = (Bytes, u64);

impl Page {
    /// Reads at most so many entries after a place; `None` where there are none, or the journal is not the desk's.
    pub(crate) async fn read(db: &Db, journal: JournalId, after: u64, most: usize) -> Result<Option<Self>> {
        reading(db, move |reader| Self::of(reader, journal, after, most)).await
    }

    /// The same in a look that is under way.
    pub(crate) fn of(
        reader: &Reader<'_>,
        journal: JournalId,
        after: u64,
        most: usize,
    ) -> intake_store::Result<Option<Self>> {
        let line = reader.line();
        let Some(epoch) = line.epochs()?.into_iter().find(|epoch| epoch.journal == journal) else { return Ok(None) };
        let Some(hash) = line.hash_at(journal, after)? else { return Ok(None) };
        let mut entries: Vec<Entry> = Vec::new();
        while entries.len() < most && fitting(&entries, PAGE_CONTENT) >= entries.len() {
            let last = entries.last().map_or(after, |entry| entry.seq);
            let more = line.entries(journal, last, READ_AT_ONCE)?;
            if more.is_empty() {
                break;
            }
            entries.extend(more);
        }
        entries.truncate(fitting(&entries, PAGE_CONTENT).min(most));
        let (mark, before) = (epoch.mark, Head { seq: after, hash });
        let page = Self { journal, mark, before, entries, block: limits::BLOCK_ENTRIES, small: false };
        Ok(Some(page).filter(|page| !page.entries.is_empty()))
    }

    /// The same, made for a line of so many bytes a second; 0 where nobody knows. A usual day is small in any case: the line may
    /// be fast and still be paid for by what goes over it.
    pub(crate) fn for_line(self, bytes_per_second: u64) -> Self {
        let slow = bytes_per_second > 0 && bytes_per_second < SLOW;
        Self { block: block_entries(bytes_per_second), small: slow || self.entries.len() <= FEWEST, ..self }
    }

    /// The place of its last entry.
    pub(crate) fn last(&self) -> u64 {
        self.entries.last().map_or(self.before.seq, |entry| entry.seq)
    }

    /// How many entries it holds, and how many of them register a matter.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let registered = self.entries.iter().filter(|entry| entry.kind == Kind::registered()).count();
        (self.entries.len() as u64, registered as u64)
    }

    /// The whole page at once.
    pub(crate) fn whole(self, certificate: &DeskCertificate, key: &SigningKey) -> intake_wire::Result<Vec<u8>> {
        let mut page = Vec::new();
        self.make(certificate, key, |bytes, _| {
            page.extend(bytes);
            true
        })?;
        Ok(page)
    }

    /// Sends the page; gives the district's answer. `tick` is called while it is under way.
    pub(crate) async fn send(
        self,
        client: &Client,
        certificate: DeskCertificate,
        key: Arc<SigningKey>,
        pulse: &Arc<Pulse>,
        tick: &(dyn Fn() + Send + Sync),
    ) -> Result<PageAnswer> {
        let (pieces, leaving) = mpsc::channel::<Piece>(8);
        let trouble = Arc::new(OnceLock::new());
        let told = Arc::clone(&trouble);
        // Ends by itself when the request is dropped: nobody takes the pieces any more.
        spawn_blocking(move || {
            if let Err(error) = self.make(&certificate, &key, |bytes, entries| leave(&pieces, bytes, entries)) {
                let _ = told.set(error);
            }
        });
        let body = Body::wrap_stream(stream::unfold(
            (leaving, Arc::clone(pulse), Arc::clone(&trouble)),
            |(mut leaving, pulse, trouble)| async move {
                let Some((bytes, entries)) = leaving.recv().await else {
                    // A page that could not be made must not look finished: the body fails, and the request with it.
                    let broken = trouble.get().map(ToString::to_string)?;
                    return Some((Err(std::io::Error::other(broken)), (leaving, pulse, trouble)));
                };
                pulse.beat();
                pulse.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                pulse.entries.fetch_add(entries, Ordering::Relaxed);
                Some((Ok(bytes), (leaving, pulse, trouble)))
            },
        ));
        let answer = client.send("/v1/pages", body, pulse, tick, ANSWER_BYTES).await;
        match (answer, trouble.get()) {
            (Ok(bytes), _) => read_answer(&bytes),
            (Err(_), Some(own)) => Err(Error::Internal(format!("a page could not be made: {own}"))),
            (Err(error), None) => Err(error),
        }
    }

    /// Makes the page block by block: `leave` takes the bytes of each and how many entries they hold, until it says no.
    fn make(
        self,
        certificate: &DeskCertificate,
        key: &SigningKey,
        mut leave: impl FnMut(Vec<u8>, u64) -> bool,
    ) -> intake_wire::Result<()> {
        let Self { journal, mark, mut before, entries, block: most, small } = self;
        let mut writer = if small { PageWriter::small()? } else { PageWriter::new()? };
        let mut rest = entries;
        while !rest.is_empty() {
            let later = rest.split_off(fitting(&rest, BLOCK_CONTENT).min(most));
            let (block, after) = Block::sign(Some(certificate.clone()), journal, mark.clone(), before, rest, key)?;
            before = after;
            if !leave(writer.block(&block)?, block.entries.len() as u64) {
                return Ok(());
            }
            rest = later;
        }
        leave(writer.finish()?, 0);
        Ok(())
    }
}

/// Hands bytes over in pieces; the entries count with the last of them. `false` once nobody takes them.
fn leave(pieces: &mpsc::Sender<Piece>, bytes: Vec<u8>, entries: u64) -> bool {
    let mut bytes = Bytes::from(bytes);
    while bytes.len() > PIECE {
        if pieces.blocking_send((bytes.split_to(PIECE), 0)).is_err() {
            return false;
        }
    }
    pieces.blocking_send((bytes, entries)).is_ok()
}

/// How many of the first entries hold at most so many bytes of content; one at least.
fn fitting(entries: &[Entry], content: usize) -> usize {
    let size = |entry: &Entry| {
        [&entry.open, &entry.personal].iter().filter_map(|part| part.bytes()).map(<[u8]>::len).sum::<usize>()
    };
    let mut sum = 0;
    let fits = entries.iter().take_while(|entry| {
        sum += size(entry);
        sum <= content
    });
    fits.count().max(1).min(entries.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_about_twenty_seconds_of_the_line_and_never_more_than_the_district_takes() {
        assert_eq!(page_entries(0, None), 512);
        assert_eq!(page_entries(0, Some(2048)), 512, "the line is not known yet");
        assert_eq!(page_entries(1_000, Some(2048)), 256);
        assert_eq!(page_entries(25_000, Some(2048)), 1000);
        assert_eq!(page_entries(25_000, None), 512);
        assert_eq!(page_entries(u64::MAX, Some(u32::MAX)), 2048);
        assert_eq!(page_entries(1_000, Some(10)), 10);
        assert_eq!(page_entries(1_000, Some(0)), 1);
    }

    use intake_wire::{BootId, Draft, Frames, Moment};

    fn page(count: usize, content: usize) -> Page {
        let journal = JournalId([4; 16]);
        let moment = Moment { at_ms: 1, boot: BootId([0; 16]), mono_ms: 2 };
        let (mut head, mut entries) = (Head::EMPTY, Vec::new());
        for _ in 0..count {
            let draft = Draft { kind: Kind::registered(), open: b"{}".to_vec(), personal: vec![b'x'; content] };
            let (entry, hash) = draft.after(journal, head, 1, moment).unwrap();
            head = Head { seq: entry.seq, hash };
            entries.push(entry);
        }
        Page { journal, mark: "A".into(), before: Head::EMPTY, entries, block: limits::BLOCK_ENTRIES, small: false }
    }

    fn made(page: Page) -> (Vec<Block>, u64) {
        let key = SigningKey::from_seed([1; 32]);
        let certificate = DeskCertificate::issue(&key, "120110005".into(), 1, key.public(), 0).unwrap();
        let (pieces, mut leaving) = mpsc::channel(10_000);
        page.make(&certificate, &key, |bytes, entries| leave(&pieces, bytes, entries)).unwrap();
        drop(pieces);
        let (mut bytes, mut entries) = (Vec::new(), 0);
        while let Some((piece, count)) = leaving.blocking_recv() {
            assert!(piece.len() <= PIECE);
            bytes.extend_from_slice(&piece);
            entries += count;
        }
        let blocks = Frames::read_page(&bytes).unwrap();
        assert!(blocks.iter().all(|block| block.verify(&key.public()).is_ok()));
        (blocks, entries)
    }

    #[test]
    fn a_page_is_signed_blocks_of_sixteen_that_continue_one_another() {
        let (blocks, entries) = made(page(40, 300));
        assert_eq!(blocks.iter().map(|block| block.entries.len()).collect::<Vec<_>>(), [16, 16, 8]);
        assert_eq!(entries, 40);
        assert_eq!(blocks[1].before().unwrap().seq, 16);
    }

    #[test]
    fn on_a_slow_line_blocks_are_smaller() {
        assert_eq!(block_entries(0), 16, "the line is not known yet");
        assert_eq!(block_entries(1_000), 4);
        assert_eq!(block_entries(16_000), 8);
        assert_eq!(block_entries(u64::MAX), 16);
        let (blocks, entries) = made(page(20, 300).for_line(16_000));
        assert_eq!(blocks.iter().map(|block| block.entries.len()).collect::<Vec<_>>(), [8, 8, 4]);
        assert_eq!(entries, 20);
    }

    #[test]
    fn a_usual_day_and_what_goes_over_a_slow_line_is_made_small() {
        assert!(page(200, 10).for_line(0).small);
        assert!(page(200, 10).for_line(10_000_000).small);
        assert!(page(300, 10).for_line(30_000).small);
        assert!(!page(300, 10).for_line(0).small);
        assert!(!page(300, 10).for_line(10_000_000).small);
    }

    #[test]
    fn long_texts_make_smaller_blocks_and_none_is_over_the_limit() {
        let (blocks, entries) = made(page(5, 900_000));
        assert_eq!(blocks.iter().map(|block| block.entries.len()).collect::<Vec<_>>(), [2, 2, 1]);
        assert_eq!(entries, 5);
    }

    #[test]
    fn making_stops_when_nobody_takes_the_page_any_more() {
        let key = SigningKey::from_seed([1; 32]);
        let certificate = DeskCertificate::issue(&key, "120110005".into(), 1, key.public(), 0).unwrap();
        let (pieces, leaving) = mpsc::channel(1);
        drop(leaving);
        page(500, 300).make(&certificate, &key, |bytes, entries| leave(&pieces, bytes, entries)).unwrap();
    }
}
