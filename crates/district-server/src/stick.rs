//! What a desk without a line wrote on a stick: its pages and attachments pass through the same functions as those of the line,
//! and the answers go back on the stick.
//!
//! A file is opened whole before anything of it is taken in: one that was cut short or changed leaves nothing behind. The
//! attachments lie beside it (`stick_files`). That of a lost desk comes in where somebody vouches for it. Deliberately absent:
//! an answer to such a desk, which would tell its finder what the district and the centre's other desks wrote.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use intake_wire::{
    DeskCertificate, DownRequest, Frames, Head, Heads, HeadsAnswer, JournalId, OwnPage, OwnRequest, PageAnswer,
    StickAnswer, StickPages, VerdictKind, limits, stick_files,
};
use serde::Serialize;

use crate::db::{entries, journals};
use crate::desk::Way;
use crate::staff::{Act, Deed, reason};
use crate::stick_files::FilesTaken;
use crate::{District, Error, Result};

/// How the name of a desk's file begins, and of the answer to it.
const ASKS: &str = "上报-";
const ANSWERS: &str = "回执-";

/// Bytes of a desk's own pages that go back to it in one answer.
const OWN_BYTES: usize = limits::STICK_BYTES / 2;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenIn {
    /// The centre whose desk wrote it.
    pub centre: String,
    /// The desk's number.
    pub desk: u8,
    /// Entries that are new and applied.
    pub stored: usize,
    /// Entries that were held before.
    pub already_had: usize,
    /// Entries that are stored and cannot be applied.
    pub set_aside: usize,
    /// Entries that are stored and apply once an earlier one does.
    pub waiting: usize,
    /// Entries that are stored, and that a later one takes the place of.
    pub superseded: usize,
    /// Attachments on the stick whose bytes are here, by this or before.
    pub files: usize,
    /// Attachments on the stick that are cut short or changed, or are another desk's.
    pub files_broken: usize,
    /// Attachments of the desk whose bytes are not here yet.
    pub files_missing: usize,
    /// The answer, which the desk takes back; a lost one gets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<PathBuf>,
}

/// Who vouches for the file of a lost desk, and why.
#[derive(Debug, Clone)]
pub struct Voucher {
    /// A name of the district's.
    pub by: String,
    /// In words: how the file came here, and what became of the desk.
    pub reason: String,
}

impl District {
    /// Takes in a desk's file with the attachments beside it, and writes the answer beside both.
    ///
    /// # Errors
    /// [`Error::Stick`] with a sentence, [`Error::Revoked`] for a desk that was lost, and those of a page. A file that cannot
    /// be opened leaves nothing behind; after any other error the same file can be taken in again.
    pub async fn import_usb(&self, file: &Path) -> Result<TakenIn> {
        let (certificate, asked) = self.open_file(file)?;
        self.admit(&certificate, Way::Stick).await?;
        let (pages, files) = self.take_in(&certificate, &asked, file).await?;
        let missing = self.all_missing(&certificate).await?;
        let heads = self.heads(&certificate, &asked.heads).await?;
        let down = self.whole_down(&certificate, &asked.heads, &heads).await?;
        let own = self.whole_own(&certificate, &asked.heads).await?;
        let mut told = TakenIn::of(&certificate, &pages, &files, missing.len());
        let answer = StickAnswer { certificate, pages, heads, down, missing: Some(missing), own: Some(own) };
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let path = file.with_file_name(format!("{ANSWERS}{}", name.strip_prefix(ASKS).unwrap_or(name)));
        write(&path, &encrypted(&answer.sealed(self.keys.signing())?, &asked.answer_to)?)?;
        told.answer = Some(path);
        tracing::info!(centre = told.centre, desk = told.desk, new = told.stored, "a file was taken in");
        Ok(told)
    }

    /// Takes in the file of a desk that was lost, for which somebody vouches: who and why is written down first. What it wrote
    /// is its visitors'. The desk itself stays refused, and gets no answer.
    ///
    /// # Errors
    /// [`Error::Stick`] with a sentence, also where nobody vouches, nothing is said of why, or the desk is not lost; else as
    /// [`District::import_usb`].
    pub async fn import_lost(&self, file: &Path, voucher: &Voucher) -> Result<TakenIn> {
        let unsaid = |_| Error::Stick("say who vouches for it and why: both are kept");
        let (by, because) = (reason(&voucher.by).map_err(unsaid)?, reason(&voucher.reason).map_err(unsaid)?);
        let (certificate, asked) = self.open_file(file)?;
        match self.admit(&certificate, Way::Stick).await {
            Err(Error::Revoked) => {}
            Ok(()) => return Err(Error::Stick("its desk is not lost: take it in without anybody vouching for it")),
            Err(error) => return Err(error),
        }
        let act = Act::of(Deed::LostFileTaken).desk(&certificate.centre, certificate.desk).because(because);
        self.write_act(&self.pool.get().await?, by, &act).await?;
        let (pages, files) = self.take_in(&certificate, &asked, file).await?;
        let missing = self.all_missing(&certificate).await?;
        let told = TakenIn::of(&certificate, &pages, &files, missing.len());
        tracing::info!(
            centre = told.centre,
            desk = told.desk,
            new = told.stored,
            "the file of a lost desk was taken in"
        );
        Ok(told)
    }

    /// Its pages, and behind the entries, which ask for them, its attachments.
    async fn take_in(
        &self,
        certificate: &DeskCertificate,
        asked: &StickPages,
        file: &Path,
    ) -> Result<(Vec<(JournalId, PageAnswer)>, FilesTaken)> {
        let mut pages = Vec::new();
        for page in &asked.pages {
            if page.len() > limits::PAGE_BYTES {
                return Err(Error::Stick("a page of it is over the limit"));
            }
            pages.push(self.take_page_of(certificate, page.as_slice()).await?);
        }
        let files = self.take_files(certificate, &stick_files(file)).await?;
        Ok((pages, files))
    }

    fn open_file(&self, file: &Path) -> Result<(DeskCertificate, StickPages)> {
        let unreadable = |_| Error::Stick("it cannot be read");
        if std::fs::metadata(file).map_err(unreadable)?.len() > limits::STICK_BYTES as u64 {
            return Err(Error::Stick("it is larger than any that a desk writes"));
        }
        let message = self.keys.open_stick(&std::fs::read(file).map_err(unreadable)?)?;
        let opened = StickPages::open(&message);
        let (certificate, asked) = opened.map_err(|_| Error::Stick("no desk has signed it as it is"))?;
        certificate.verify(&self.keys.public()).map_err(|_| Error::Stick("it is of another district's desk"))?;
        Ok((certificate, asked))
    }

    /// What `/v1/own` answers of every journal of which the desk told less than is here: it was set back. As many pages as may
    /// go at once; the rest comes with the next answer. Nothing of a journal of which the desk holds another version: its
    /// heads tell the desk that.
    async fn whole_own(&self, certificate: &DeskCertificate, told: &Heads) -> Result<Vec<OwnPage>> {
        let known = {
            let client = self.pool.get().await?;
            let mut known = Vec::new();
            for journal in journals::of_desk(&client, &certificate.centre, certificate.desk).await? {
                let head =
                    told.journals.iter().find(|(name, ..)| *name == journal.id).map_or(Head::EMPTY, |(.., head)| *head);
                let here = entries::hashes(&client, &journal, head.seq, head.seq).await?.pop();
                if head == Head::EMPTY || here.is_some_and(|(_, hash)| hash == head.hash) {
                    known.push((journal, head.seq));
                }
            }
            known
        };
        let (mut pages, mut bytes) = (Vec::new(), 0);
        for (journal, mut after) in known {
            while after < journal.head.seq {
                if bytes >= OWN_BYTES {
                    return Ok(pages);
                }
                let page = self.own(certificate, &OwnRequest { journal: journal.id, after }).await?;
                let last =
                    Frames::read_page(&page)?.pop().and_then(|block| block.entries.last().map(|entry| entry.seq));
                let Some(last) = last else { break };
                bytes += page.len();
                pages.push(OwnPage { journal: journal.id, after, page: page.into() });
                after = last;
            }
        }
        Ok(pages)
    }

    /// What `/v1/down` answers, again and again until the district's head.
    async fn whole_down(
        &self,
        certificate: &DeskCertificate,
        asked: &Heads,
        heads: &HeadsAnswer,
    ) -> Result<Vec<minicbor::bytes::ByteVec>> {
        let mut at = (asked.district_journal.unwrap_or(heads.district.0), asked.district);
        let mut pages = Vec::new();
        while at.0 != heads.district.0 || at.1.seq < heads.district.1.seq {
            let asked = DownRequest { after: at.1.seq, of: Some((at.0, at.1.hash)) };
            let page = self.down(certificate, &asked).await?;
            let Some(last) = Frames::read_page(&page)?.pop() else { break };
            let mut head = last.before()?;
            for entry in &last.entries {
                head = entry.follow(last.journal, head)?;
            }
            at = (last.journal, head);
            pages.push(page.into());
        }
        Ok(pages)
    }
}

impl TakenIn {
    fn of(
        certificate: &DeskCertificate,
        pages: &[(JournalId, PageAnswer)],
        files: &FilesTaken,
        files_missing: usize,
    ) -> Self {
        let verdicts = || pages.iter().flat_map(|(_, page)| &page.verdicts);
        let count = |of: fn(&VerdictKind) -> bool| verdicts().filter(|one| of(&one.verdict)).count();
        Self {
            centre: certificate.centre.clone(),
            desk: certificate.desk,
            stored: count(|one| *one == VerdictKind::Stored),
            already_had: count(|one| *one == VerdictKind::AlreadyHad),
            set_aside: count(|one| matches!(one, VerdictKind::SetAside { .. })),
            waiting: count(|one| matches!(one, VerdictKind::Waiting { .. })),
            superseded: count(|one| matches!(one, VerdictKind::Superseded { .. })),
            files: files.whole,
            files_broken: files.broken,
            files_missing,
            answer: None,
        }
    }
}

/// Encrypted to the desk that asked.
fn encrypted(message: &[u8], to: &str) -> Result<Vec<u8>> {
    let to: age::x25519::Recipient = to.parse().map_err(|_| Error::Stick("it does not say whom to answer"))?;
    age::encrypt(&to, message).map_err(|error| Error::Internal(error.to_string()))
}

/// Whole or not at all, in the place of an earlier answer to the same file.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = path.with_extension("part");
    let write = || {
        let mut file = std::fs::File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    write().map_err(Error::StickAnswer)
}
