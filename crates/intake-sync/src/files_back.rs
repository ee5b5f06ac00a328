//! The bytes of attachments on their way back to a desk that lost them: after everything that goes up, the smallest first, in
//! pieces that are kept as they come.
//!
//! What is lost is what lies in no file and the district was last heard to hold. A cut costs one piece. Nothing counts before
//! all of it is here with the hash that the district told; what is here and does not open is refused, and not asked for again.

use std::collections::HashMap;
use std::sync::Arc;

use intake_store::{Blobs, Returned, StandingBlob};
use intake_wire::{BlobAnswer, BlobRequest, Hash, Head, JournalId, Piece, blob_bytes_at_most};
use tokio::time::Instant;

use crate::client::{ANSWER_BYTES, read_answer};
use crate::disk::{blocking, reading, writing};
use crate::files::{piece_size, speed};
use crate::plan::Local;
use crate::run::Run;
use crate::{Error, Phase, Progress, Result};

/// How often one file may be begun anew in one exchange.
const TURNS: u32 = 2;

/// What became of one file.
enum Came {
    Back,
    Refused,
    /// Not in this exchange.
    Not,
    /// Nor any other: the district gives no more, or none at all.
    Enough,
    /// Something was written meanwhile that goes first.
    Later,
}

impl<P: Fn(Progress) + Send + Sync> Run<'_, P> {
    /// Fetches what the desk lost, unless it is held back. Gives whether something was written meanwhile that goes first.
    pub(crate) async fn fetch_files(&mut self, local: &Local) -> Result<bool> {
        let (any, settings) = reading(self.db, |r| Ok((r.has_blobs()?, r.line_settings()?))).await?;
        if !any {
            return Ok(false);
        }
        let blobs = Blobs::of(self.db.folder());
        let lying = Arc::new(blocking(move || Ok(blobs.lying()?)).await?);
        let here = Arc::clone(&lying);
        let lost = reading(self.db, move |r| r.lost_blobs(|blob| here.files.contains(blob))).await?;
        let (refused, lost): (Vec<_>, Vec<_>) = lost.into_iter().partition(|one| lying.refused.contains(&one.blob));
        (self.files.refused, self.files.lost) = (refused.len() as u64, lost.len() as u64);
        if lost.is_empty() || (settings.metered && !self.files.with_held_back) {
            return Ok(false);
        }
        self.fetch_all(local, &lost, &lying.parts).await
    }

    async fn fetch_all(
        &mut self,
        local: &Local,
        lost: &[StandingBlob],
        parts: &HashMap<Hash, (Hash, u64)>,
    ) -> Result<bool> {
        let heads: Vec<(JournalId, Head)> = local.journals.iter().map(|own| (own.journal, own.head)).collect();
        let total = lost.iter().map(|one| one.bytes).sum();
        let mut step = Progress { phase: Phase::FilesBack, done: 0, total, file: 0, files: lost.len() as u64 };
        for one in lost {
            step.file += 1;
            match self.fetch_file(*one, parts.get(&one.blob).copied(), &heads, &mut step).await? {
                Came::Back => (self.files.back, self.files.lost) = (self.files.back + 1, self.files.lost - 1),
                Came::Refused => (self.files.refused, self.files.lost) = (self.files.refused + 1, self.files.lost - 1),
                Came::Not => {}
                Came::Enough => return Ok(false),
                Came::Later => return Ok(true),
            }
        }
        Ok(false)
    }

    async fn fetch_file(
        &mut self,
        one: StandingBlob,
        part: Option<(Hash, u64)>,
        heads: &[(JournalId, Head)],
        step: &mut Progress,
    ) -> Result<Came> {
        let blob = one.blob;
        let (mut whole, mut at) = part.unwrap_or((Hash::ZERO, 0));
        let (mut turns, mut pace, mut fresh) = (0, None, at == 0);
        loop {
            (self.progress)(*step);
            if self.is_overtaken(heads).await? {
                return Ok(Came::Later);
            }
            let began = Instant::now();
            let body = self.signed("/v1/blob", &BlobRequest { blob, at, most: piece_size(pace) as u64 })?;
            let answer = match self.client.post("/v1/blob", body, ANSWER_BYTES).await {
                // A district that gives none back yet; or that has given this desk enough for a while.
                Err(Error::Refused { status: 404, .. } | Error::TooOften { .. }) => return Ok(Came::Enough),
                answer => read_answer::<BlobAnswer>(&answer?)?,
            };
            let Some(piece) = answer.piece else {
                writing(self.db, move |tx| tx.mark_blob(blob, false)).await?;
                return Ok(Came::Not);
            };
            if !is_of(&piece, one) {
                return Err(Error::NotRecognised("other bytes than were asked for"));
            }
            if piece.at != at || (at > 0 && piece.sha256 != whole) {
                // It holds other bytes than those that were begun with.
                (whole, at, turns, fresh) = (piece.sha256, 0, turns + 1, true);
                if turns > TURNS {
                    return Ok(Came::Not);
                }
                if piece.at > 0 {
                    continue;
                }
            }
            let (length, count) = (piece.length, piece.bytes.len() as u64);
            whole = piece.sha256;
            pace = Some(speed(count, began.elapsed()));
            let blobs = Blobs::of(self.db.folder());
            blocking(move || Ok(blobs.keep_part(blob, piece.sha256, piece.at, &piece.bytes)?)).await?;
            at += count;
            (self.confirmed, self.rounds) = (self.confirmed + 1, 0);
            step.done = (step.done + count).min(step.total);
            if at < length {
                continue;
            }
            let key = reading(self.db, move |r| r.attachments().key(blob)).await?;
            let blobs = Blobs::of(self.db.folder());
            match blocking(move || Ok(blobs.take_part(blob, whole, key)?)).await? {
                Returned::Whole => return Ok(Came::Back),
                Returned::Damaged => {
                    tracing::warn!("an attachment came back and does not open: the district holds it damaged");
                    return Ok(Came::Refused);
                }
                // What was here before may have suffered in a power cut: once more, and then not in this exchange.
                Returned::OtherBytes if fresh => return Ok(Came::Not),
                Returned::OtherBytes => (at, fresh) = (0, true),
            }
        }
    }
}

/// Whether these can be bytes of that file.
fn is_of(piece: &Piece, one: StandingBlob) -> bool {
    piece.blob == one.blob && piece.is_within_limits() && piece.length <= blob_bytes_at_most(one.bytes)
}
