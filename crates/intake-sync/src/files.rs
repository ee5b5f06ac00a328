//! The bytes of attachments on their way up: after all entries, the smallest first, in pieces that the district commits one by one.
//!
//! What is missing is the district's to say, each time anew: one that was restored asks again by itself. A cut costs one piece
//! at most. What was registered meanwhile goes before the next piece. Files are read piece by piece and never whole.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use intake_store::{Blobs, Reader, SealedBlob};
use intake_wire::{Became, BlobsAnswer, BlobsRequest, Hash, Head, JournalId, MissingBlob, Piece, PieceAnswer, limits};
use reqwest::Body;
use tokio::time::Instant;

use crate::client::{ANSWER_BYTES, Pulse, read_answer};
use crate::plan::Local;
use crate::run::{ROUNDS, Run, blocking, reading, writing};
use crate::{Error, Phase, Progress, Result};

/// Bytes handed to the connection at once: small, so that a slow line shows signs of life.
const CHUNK: usize = 16 << 10;
/// The first piece of an exchange, while nothing is known of its line.
const FIRST_PIECE: usize = 64 << 10;
/// A piece should take about so long: what a cut costs.
const PIECE_SECONDS: u64 = 2;
/// How often one file may be begun anew, or be found to be further on, in one exchange.
const TURNS: u32 = 3;

/// What an exchange knows of files.
#[derive(Default)]
pub(crate) struct Files {
    /// Those that wait until somebody asks go along.
    pub(crate) with_held_back: bool,
    /// How many the district misses; `None` before it was asked.
    pub(crate) missing: Option<u64>,
    pub(crate) sent: u64,
    /// Missing there, and not to be had here; or not to be brought across in this exchange.
    pub(crate) skipped: BTreeSet<Hash>,
    /// Bytes a second of the last piece.
    speed: Option<u64>,
    /// Lost here, held by the district, and come back in this exchange; not come back; come back damaged.
    pub(crate) back: u64,
    pub(crate) lost: u64,
    pub(crate) refused: u64,
}

/// What to send of what the district misses: what stands here and was not tried in vain, in its order.
pub(crate) fn to_send(
    missing: &[MissingBlob],
    standing: &BTreeSet<Hash>,
    skipped: &BTreeSet<Hash>,
) -> Vec<MissingBlob> {
    let wanted = missing.iter().filter(|one| standing.contains(&one.blob) && !skipped.contains(&one.blob));
    wanted.copied().collect()
}

fn names(missing: &[MissingBlob]) -> BTreeSet<Hash> {
    missing.iter().map(|one| one.blob).collect()
}

/// How large the next piece is.
pub(crate) fn piece_size(bytes_per_second: Option<u64>) -> usize {
    let wanted = bytes_per_second.map(|speed| usize::try_from(speed * PIECE_SECONDS).unwrap_or(limits::PIECE_BYTES));
    wanted.unwrap_or(FIRST_PIECE).clamp(CHUNK, limits::PIECE_BYTES)
}

/// Where a file goes on after an answer; `None` once it is over, with whether it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    From(u64),
    There,
    Skipped,
}

/// How far one file is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    pub(crate) at: u64,
    turns: u32,
}

impl Way {
    /// From where the district says it is.
    pub(crate) fn from(held: u64, length: u64) -> Self {
        // More than the file has is of other bytes, which the district drops for these.
        Self { at: if held < length { held } else { 0 }, turns: 0 }
    }

    /// What follows from an answer.
    pub(crate) fn after(&mut self, answer: PieceAnswer, length: u64) -> Next {
        let goes_on = answer.held > self.at;
        match answer.became {
            Became::Whole => return Next::There,
            Became::Unasked => return Next::Skipped,
            Became::Stored if goes_on => {}
            Became::Stored | Became::Elsewhere | Became::Wrong => self.turns += 1,
        }
        if self.turns > TURNS {
            return Next::Skipped;
        }
        self.at = if answer.held < length { answer.held } else { 0 };
        Next::From(self.at)
    }
}

impl<P: Fn(Progress) + Send + Sync> Run<'_, P> {
    /// Asks what the district misses, keeps that, and sends it unless it is held back. Gives whether anything was sent, so that
    /// both sides are to be compared once more.
    pub(crate) async fn send_files(&mut self, local: &Local) -> Result<bool> {
        let (any, settings) = reading(self.db, |r| Ok((r.has_blobs()?, r.line_settings()?))).await?;
        if !any {
            self.files.missing = Some(0);
            return Ok(false);
        }
        let Some(missing) = self.missing_files().await? else {
            self.files.missing = Some(reading(self.db, |r| Ok(r.unsent_blobs()?.0)).await?);
            return Ok(false);
        };
        self.keep_missing(&missing).await?;
        let named = names(&missing);
        let standing = reading(self.db, move |r| r.standing_among(&named)).await?;
        let wanted = to_send(&missing, &standing, &self.files.skipped);
        if wanted.is_empty() || (settings.metered && !self.files.with_held_back) {
            return Ok(false);
        }
        let before = self.confirmed;
        let overtaken = self.send_all(local, &wanted).await?;
        Ok(overtaken || self.confirmed > before)
    }

    /// Keeps which of the attachments whose entries the district holds it misses.
    async fn keep_missing(&mut self, missing: &[MissingBlob]) -> Result<()> {
        self.files.missing = Some(missing.len() as u64);
        let names = names(missing);
        writing(self.db, move |tx| tx.record_missing(&names)).await
    }

    /// The same as told on a stick, once the district's heads of the same answer are kept.
    pub(crate) async fn hear_of_files(&mut self, missing: &[MissingBlob]) -> Result<()> {
        let before = reading(self.db, unsent).await?;
        self.keep_missing(missing).await?;
        self.files.sent = before.saturating_sub(reading(self.db, unsent).await?);
        Ok(())
    }

    /// What the district misses; `None` from one that does not take files yet.
    async fn missing_files(&self) -> Result<Option<Vec<MissingBlob>>> {
        let (mut missing, mut after) = (Vec::new(), (0, Hash::ZERO));
        loop {
            let body = self.signed("/v1/blobs", &BlobsRequest { after })?;
            let answer = match self.client.post("/v1/blobs", body, ANSWER_BYTES).await {
                Err(Error::Refused { status: 404, .. }) => return Ok(None),
                answer => read_answer::<BlobsAnswer>(&answer?)?,
            };
            let last = answer.missing.last().map(|one| (one.bytes, one.blob));
            missing.extend(answer.missing);
            match last {
                Some(last) if answer.more && last > after => after = last,
                _ => return Ok(Some(missing)),
            }
        }
    }

    /// Gives whether entries that were written meanwhile go first.
    async fn send_all(&mut self, local: &Local, wanted: &[MissingBlob]) -> Result<bool> {
        let heads: Vec<(JournalId, Head)> = local.journals.iter().map(|own| (own.journal, own.head)).collect();
        let mut step = Progress {
            phase: Phase::Files,
            done: wanted.iter().map(|one| one.held).sum(),
            total: wanted.iter().map(|one| one.bytes.max(one.held)).sum(),
            file: 0,
            files: wanted.len() as u64,
        };
        for one in wanted {
            step.file += 1;
            let blobs = Blobs::of(self.db.folder());
            let name = one.blob;
            match blocking(move || Ok(blobs.sealed(name)?)).await? {
                Some(file) if file.length > 0 => {
                    if !self.send_file(*one, file, &heads, &mut step).await? {
                        return Ok(true);
                    }
                }
                _ => {
                    tracing::warn!("the bytes of an attachment are not here: they cannot be sent");
                    self.files.skipped.insert(one.blob);
                }
            }
        }
        Ok(false)
    }

    /// Gives `false` where something was written meanwhile that goes first.
    async fn send_file(
        &mut self,
        one: MissingBlob,
        mut file: SealedBlob,
        heads: &[(JournalId, Head)],
        step: &mut Progress,
    ) -> Result<bool> {
        let (length, sha256, mut way) = (file.length, file.sha256, Way::from(one.held, file.length));
        loop {
            (self.progress)(*step);
            if self.is_overtaken(heads).await? {
                return Ok(false);
            }
            let (at, size) = (way.at, piece_size(self.files.speed));
            let (back, bytes) = blocking(move || {
                let bytes = file.piece(at, size)?;
                Ok((file, bytes))
            })
            .await?;
            file = back;
            let count = bytes.len() as u64;
            let piece = Piece { blob: one.blob, length, sha256, at, bytes };
            let answer = self.send_piece(&piece, *step).await?;
            match way.after(answer, length) {
                Next::From(next) => {
                    if next > at {
                        self.confirmed += 1;
                        // What is registered during a long file is not counted against the rounds of an exchange.
                        self.rounds = 0;
                    }
                    step.done = (step.done + next.saturating_sub(at)).min(step.total);
                }
                Next::There => {
                    let blob = one.blob;
                    writing(self.db, move |tx| tx.mark_blob(blob, true)).await?;
                    (self.confirmed, self.rounds) = (self.confirmed + 1, 0);
                    self.files.sent += 1;
                    step.done = (step.done + count).min(step.total);
                    return Ok(true);
                }
                Next::Skipped => {
                    self.files.skipped.insert(one.blob);
                    return Ok(true);
                }
            }
        }
    }

    async fn send_piece(&mut self, piece: &Piece, step: Progress) -> Result<PieceAnswer> {
        let body = self.signed("/v1/piece", piece)?;
        let (began, pulse, progress) = (Instant::now(), Arc::new(Pulse::new()), self.progress);
        // Around the piece stand a certificate and a signature, which are no bytes of the file.
        let (live, most) = (Arc::clone(&pulse), piece.bytes.len() as u64);
        let tick = move || {
            let done = (step.done + live.bytes.load(Ordering::Relaxed).min(most)).min(step.total);
            progress(Progress { done, ..step });
        };
        let sent =
            self.client.send("/v1/piece", in_chunks(body, Arc::clone(&pulse)), &pulse, &tick, ANSWER_BYTES).await;
        let answer: PieceAnswer = read_answer(&sent?)?;
        let (bytes, time) = (pulse.bytes.load(Ordering::Relaxed), began.elapsed());
        self.bytes += bytes;
        self.sending += time;
        self.files.speed = Some(speed(bytes, time));
        Ok(answer)
    }

    /// Whether something was written since both sides were compared. An exchange that has gone round often enough goes on.
    pub(crate) async fn is_overtaken(&self, heads: &[(JournalId, Head)]) -> Result<bool> {
        if self.rounds >= ROUNDS {
            return Ok(false);
        }
        let now = reading(self.db, |r| r.line().epochs()).await?;
        Ok(now.iter().any(|epoch| !heads.contains(&(epoch.journal, epoch.head))))
    }
}

fn unsent(reader: &Reader<'_>) -> intake_store::Result<u64> {
    Ok(reader.unsent_blobs()?.0)
}

pub(crate) fn speed(bytes: u64, time: Duration) -> u64 {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    (bytes.saturating_mul(1000) / millis).max(1)
}

fn in_chunks(bytes: Vec<u8>, pulse: Arc<Pulse>) -> Body {
    Body::wrap_stream(stream::unfold((Bytes::from(bytes), pulse), |(mut rest, pulse)| async move {
        if rest.is_empty() {
            return None;
        }
        let chunk = rest.split_to(rest.len().min(CHUNK));
        pulse.beat();
        pulse.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        Some((Ok::<_, std::io::Error>(chunk), (rest, pulse)))
    }))
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
