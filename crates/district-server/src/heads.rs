//! Where both sides stand, and the district's entries for a desk that was admitted.

use intake_wire::{
    Block, DeskCertificate, DownRequest, Entry, Hash, Head, Heads, HeadsAnswer, JournalId, JournalState, OwnRequest,
    PageWriter, StickRecipient, limits,
};

use crate::db::{backups, blobs_archived, desks, entries, journals, own};
use crate::{District, Error, Result};

/// Epochs of one desk that one request may name.
const JOURNALS: usize = 1024;

/// Content of one block and of one page, well under the protocol's limits in spite of long texts.
const BLOCK_CONTENT: usize = 2 << 20;
const PAGE_CONTENT: usize = 8 << 20;
/// Entries that are read for a page that goes down, since a desk does not say how many it takes, and bytes of them.
const MOST: (usize, usize) = (limits::SHORT_PAGE_ENTRIES, PAGE_CONTENT);

fn size(entry: &Entry) -> usize {
    [&entry.open, &entry.personal].into_iter().filter_map(|part| part.bytes()).map(<[u8]>::len).sum()
}

impl District {
    /// The district's heads of a desk's journals, and of its own for the desk.
    pub(crate) async fn heads(&self, certificate: &DeskCertificate, asked: &Heads) -> Result<HeadsAnswer> {
        self.learn_tables().await?;
        if asked.journals.len() > JOURNALS {
            return Err(Error::Request("too many journals".into()));
        }
        let (centre, desk) = (certificate.centre.as_str(), certificate.desk);
        // Applying takes a connection of its own: none is held meanwhile, or busy requests would wait for each other.
        let unapplied = journals::of_desk(&self.pool.get().await?, centre, desk).await?;
        for known in unapplied.iter().filter(|known| known.applied < known.head.seq) {
            self.apply(centre, known.id).await?;
        }
        let mut client = self.pool.get().await?;
        let archived = backups::archived(&client, centre, desk).await?;
        let first_unarchived = blobs_archived::first_unarchived(&client, centre, desk).await?;
        let mut states = Vec::new();
        for known in journals::of_desk(&client, centre, desk).await? {
            let verdicts = entries::open_verdicts(&client, &known, 1, known.head.seq).await?;
            let mark = Some(known.mark);
            let archived = archived.get(&known.id).copied().unwrap_or(0);
            let before =
                first_unarchived.get(&known.id).map_or(archived, |first| archived.min(first.saturating_sub(1)));
            states.push(JournalState {
                journal: known.id,
                head: known.head,
                verdicts,
                forked: known.forked,
                mark,
                archived: Some(archived),
                files_archived: Some(before),
            });
        }
        for (journal, _, _) in &asked.journals {
            if !states.iter().any(|state| state.journal == *journal) {
                states.push(JournalState {
                    journal: *journal,
                    head: Head::EMPTY,
                    verdicts: Vec::new(),
                    forked: false,
                    mark: None,
                    archived: None,
                    files_archived: None,
                });
            }
        }
        let tx = client.transaction().await?;
        desks::set_seen(&tx, centre, desk, self.now_ms()).await?;
        for (journal, _, head) in &asked.journals {
            journals::set_told(&tx, centre, desk, *journal, head.seq).await?;
        }
        let mut own = self.own_journal(&tx, centre, desk).await?;
        if self.is_behind(&tx, centre, desk, &own, asked.district).await? {
            own = self.go_on_over(&tx, centre, desk, &own, asked.district).await?;
        } else {
            own::set_told(&tx, centre, &own, asked.district).await?;
        }
        self.share(&tx, centre, desk, &mut own).await?;
        tx.commit().await?;
        let stick = StickRecipient::sealed(self.keys.stick_recipient(), self.keys.signing());
        Ok(HeadsAnswer {
            journals: states,
            district: (own.id, own.head),
            now_ms: self.now_ms(),
            stick: Some(stick),
            page_entries: u32::try_from(limits::PAGE_ENTRIES).ok(),
        })
    }

    /// Whether the desk holds entries of the district that the district no longer has: its database came from a backup.
    async fn is_behind(
        &self,
        c: &deadpool_postgres::Transaction<'_>,
        centre: &str,
        desk: u8,
        own: &own::Own,
        asked: Head,
    ) -> Result<bool> {
        let known = asked == Head::EMPTY || own.over == Some(asked) || own::held_before(c, centre, desk, asked).await?;
        Ok(!known)
    }

    /// A page of the district's entries for a desk after a place, signed with the district's key.
    pub(crate) async fn down(&self, certificate: &DeskCertificate, asked: &DownRequest) -> Result<Vec<u8>> {
        let (centre, desk) = (certificate.centre.as_str(), certificate.desk);
        let client = self.pool.get().await?;
        let mut page = (PageWriter::new()?, Vec::new());
        let mut at = match asked.of {
            Some((journal, hash)) => own::of(&client, centre, desk, journal).await?.map(|own| {
                let its_own = own.id == journal;
                (
                    own,
                    Head { seq: if its_own { asked.after } else { 0 }, hash: if its_own { hash } else { Hash::ZERO } },
                )
            }),
            None => match own::newest(&client, centre, desk, false).await? {
                Some(own) => {
                    let hash = own::hash_at(&client, centre, own.id, asked.after).await?;
                    hash.map(|hash| (own, Head { seq: asked.after, hash }))
                }
                None => None,
            },
        };
        // Where there is no more of the one that was asked for, the next one goes on: this district was restored.
        while let Some((own, from)) = at.take() {
            let agreed = own::hash_at(&client, centre, own.id, from.seq).await? == Some(from.hash);
            let entries = if agreed { own::after(&client, centre, own.id, from.seq, MOST).await? } else { Vec::new() };
            if !entries.is_empty() {
                self.write(&mut page, own.id, &own.mark, from, entries)?;
            } else if asked.of.is_some() {
                at = own::following(&client, centre, desk, own.epoch).await?.map(|next| (next, Head::EMPTY));
            }
        }
        page.1.extend(page.0.finish()?);
        Ok(page.1)
    }

    /// A page of what the district holds of one of the desk's own journals after a place, for a desk that was set back.
    pub(crate) async fn own(&self, certificate: &DeskCertificate, asked: &OwnRequest) -> Result<Vec<u8>> {
        let client = self.pool.get().await?;
        let mut page = (PageWriter::new()?, Vec::new());
        let known = journals::of_desk(&client, &certificate.centre, certificate.desk).await?;
        if let Some(known) = known.into_iter().find(|known| known.id == asked.journal) {
            let before = match asked.after {
                0 => Some(Head::EMPTY),
                at => entries::hashes(&client, &known, at, at).await?.pop().map(|(seq, hash)| Head { seq, hash }),
            };
            if let Some(before) = before {
                let entries = entries::whole_after(&client, &known, asked.after, MOST).await?;
                self.write(&mut page, known.id, &known.mark, before, entries)?;
            }
        }
        page.1.extend(page.0.finish()?);
        Ok(page.1)
    }

    /// Writes entries as signed blocks, as many as a page may hold.
    fn write(
        &self,
        (page, bytes): &mut (PageWriter, Vec<u8>),
        journal: JournalId,
        mark: &str,
        mut head: Head,
        mut entries: Vec<Entry>,
    ) -> Result<()> {
        let mut left = PAGE_CONTENT;
        while !entries.is_empty() && left > 0 {
            let mut content = 0;
            let fits = entries.iter().take(limits::BLOCK_ENTRIES).take_while(|entry| {
                content += size(entry);
                content <= BLOCK_CONTENT
            });
            let fits = fits.count().max(1);
            let later = entries.split_off(fits.min(entries.len()));
            left = left.saturating_sub(entries.iter().map(size).sum());
            let (block, after) = Block::sign(None, journal, mark.to_owned(), head, entries, self.keys.signing())?;
            head = after;
            bytes.extend(page.block(&block)?);
            entries = later;
        }
        Ok(())
    }
}
