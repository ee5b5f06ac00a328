//! Where both sides stand, and the district's entries for a desk.

use intake_wire::{Block, DeskCertificate, DownRequest, Head, Heads, HeadsAnswer, JournalState, PageWriter, limits};

use crate::db::{entries, journals, own};
use crate::{District, Error, Result};

/// Epochs of one desk that one request may name.
const JOURNALS: usize = 1024;

impl District {
    /// The district's heads of a desk's journals, and of its own for the desk.
    pub(crate) async fn heads(&self, certificate: &DeskCertificate, asked: &Heads) -> Result<HeadsAnswer> {
        self.admit(certificate).await?;
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
        let mut states = Vec::new();
        for known in journals::of_desk(&client, centre, desk).await? {
            let verdicts = entries::open_verdicts(&client, &known).await?;
            states.push(JournalState {
                journal: known.id,
                head: known.head,
                verdicts,
                forked: known.forked,
                archived: None,
            });
        }
        for (journal, _, _) in &asked.journals {
            if !states.iter().any(|state| state.journal == *journal) {
                states.push(JournalState {
                    journal: *journal,
                    head: Head::EMPTY,
                    verdicts: Vec::new(),
                    forked: false,
                    archived: None,
                });
            }
        }
        let tx = client.transaction().await?;
        let mut own = self.own_journal(&tx, centre, desk).await?;
        if self.is_behind(&tx, centre, desk, &own, asked.district).await? {
            own = self.open_epoch(&tx, centre, desk, own.epoch + 1, Some(asked.district)).await?;
        }
        tx.commit().await?;
        Ok(HeadsAnswer { journals: states, district: (own.id, own.head), now_ms: self.now_ms() })
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
        self.admit(certificate).await?;
        let (centre, desk) = (certificate.centre.as_str(), certificate.desk);
        let client = self.pool.get().await?;
        let mut page = PageWriter::new()?;
        let mut bytes = Vec::new();
        if let Some(own) = own::newest(&client, centre, desk, false).await?
            && let Some(hash) = own::hash_at(&client, centre, own.id, asked.after).await?
        {
            let limit = i64::try_from(limits::PAGE_ENTRIES).unwrap_or(i64::MAX);
            let mut head = Head { seq: asked.after, hash };
            for entries in own::after(&client, centre, own.id, asked.after, limit).await?.chunks(limits::BLOCK_ENTRIES)
            {
                let block = Block::sign(None, own.id, own.mark.clone(), head, entries.to_vec(), self.keys.signing())?;
                for entry in entries {
                    head = entry.follow(own.id, head)?;
                }
                bytes.extend(page.block(&block)?);
            }
        }
        bytes.extend(page.finish()?);
        Ok(bytes)
    }
}
