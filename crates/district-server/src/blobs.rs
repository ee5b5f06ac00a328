//! The bytes of desks' files: what of them is missing, one piece after another, and given out again.
//!
//! A piece is committed as it arrives, so a cut costs one at most, and what a whole blob is worth is told by its hash.
//! Nothing is stored that no stored entry of the same desk asks for. Deliberately absent: any look into the bytes on their
//! way in; those of a sealed matter cannot be opened here at all.

use std::sync::Arc;

use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use intake_model::ATTACHMENT_BYTES;
use intake_wire::{
    Became, BlobAnswer, BlobContent, BlobKey, BlobOpener, BlobRequest, BlobsAnswer, BlobsRequest, DeskCertificate,
    Hash, Hasher, Piece, PieceAnswer, blob_bytes_at_most, limits,
};

use crate::db::attachments;
use crate::db::blobs::{self, Of};
use crate::{District, Error, Result};

impl District {
    /// Which bytes of a desk's files are missing here.
    pub(crate) async fn missing_blobs(
        &self,
        certificate: &DeskCertificate,
        asked: &BlobsRequest,
    ) -> Result<BlobsAnswer> {
        let (client, most) = (self.pool.get().await?, limits::BLOBS);
        let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
        let desk = (certificate.centre.as_str(), certificate.desk);
        let mut missing = attachments::missing(&client, desk, asked.after, limit).await?;
        let more = missing.len() > most;
        missing.truncate(most);
        Ok(BlobsAnswer { missing, more })
    }

    /// Takes a piece in. The same piece again, an earlier or a later one change nothing: the answer says where to go on.
    pub(crate) async fn take_piece(&self, certificate: &DeskCertificate, piece: &Piece) -> Result<PieceAnswer> {
        if !piece.is_within_limits() {
            return Err(Error::Request("a piece over the limit".into()));
        }
        let of = (certificate.centre.as_str(), certificate.desk, piece.blob);
        let mut client = self.pool.get().await?;
        let Some(bytes) = attachments::asked(&client, of.0, of.1, piece.blob).await? else {
            return Ok(PieceAnswer { held: 0, became: Became::Unasked });
        };
        if piece.length > blob_bytes_at_most(bytes.min(ATTACHMENT_BYTES)) {
            return Err(Error::Request("a file over the limit".into()));
        }
        let tx = client.transaction().await?;
        let blob = blobs::lock(&tx, of, piece).await?;
        if blob.whole {
            return Ok(PieceAnswer { held: blob.length, became: Became::Whole });
        }
        let is_other = (blob.length, blob.sha256) != (piece.length, piece.sha256);
        if is_other {
            blobs::begin_anew(&tx, of, piece).await?;
        }
        let held = if is_other { 0 } else { blob.held };
        let mut became = piece.beside(held);
        let mut held_now = held;
        if matches!(became, Became::Stored | Became::Whole) {
            blobs::append(&tx, of, piece).await?;
            held_now += piece.bytes.len() as u64;
        }
        if became == Became::Whole {
            if hash_of(&tx, of, piece.length).await? == piece.sha256 {
                blobs::set_whole(&tx, of).await?;
                attachments::set_there(&tx, of.0, of.1, piece.blob).await?;
            } else {
                blobs::begin_anew(&tx, of, piece).await?;
                (became, held_now) = (Became::Wrong, 0);
            }
        }
        tx.commit().await?;
        Ok(PieceAnswer { held: held_now, became })
    }

    /// Some bytes of one of a desk's own files, as they came, for a desk that lost them.
    pub(crate) async fn give_back(&self, certificate: &DeskCertificate, asked: &BlobRequest) -> Result<BlobAnswer> {
        let of = (certificate.centre.as_str(), certificate.desk, asked.blob);
        let client = self.pool.get().await?;
        if attachments::asked(&client, of.0, of.1, asked.blob).await?.is_none() {
            return Ok(BlobAnswer { piece: None });
        }
        let Some(blob) = blobs::whole(&client, of).await? else { return Ok(BlobAnswer { piece: None }) };
        let at = if asked.at < blob.length { asked.at } else { 0 };
        let most = usize::try_from(asked.most).unwrap_or(usize::MAX).clamp(1, limits::PIECE_BYTES);
        let left = usize::try_from(blob.length - at).unwrap_or(usize::MAX);
        self.rates.given_back(of.0, of.1, most.min(left))?;
        let bytes = blobs::bytes(&client, of, at, most).await?;
        if bytes.is_empty() {
            return Err(Error::Internal("a whole blob without all of its pieces".into()));
        }
        Ok(BlobAnswer { piece: Some(Piece { blob: asked.blob, length: blob.length, sha256: blob.sha256, at, bytes }) })
    }

    /// A file's content as it was handed over at the desk, opened while it is given out: one piece is in memory at a time.
    /// The stream fails where the bytes are not what was encrypted.
    pub(crate) fn content(
        self: &Arc<Self>,
        (centre, desk, blob): (String, u8, Hash),
        key: BlobKey,
    ) -> impl Stream<Item = std::io::Result<Bytes>> + Send + use<> {
        let opening = Opening {
            district: Arc::clone(self),
            of: (centre, desk, blob),
            at: 0,
            opener: Some(BlobOpener::new(blob, key)),
            content: BlobContent::default(),
        };
        stream::try_unfold(opening, |mut opening| async move {
            let bytes = opening.next().await.map_err(|error| std::io::Error::other(error.to_string()))?;
            Ok(bytes.map(|bytes| (Bytes::from(bytes), opening)))
        })
    }
}

/// The hash of all pieces that are here.
pub(crate) async fn hash_of(c: &impl deadpool_postgres::GenericClient, of: Of<'_>, length: u64) -> Result<Hash> {
    let (mut hasher, mut at) = (Hasher::default(), 0);
    while at < length {
        let Some(bytes) = blobs::piece(c, of, at).await? else { break };
        hasher.update(&bytes);
        at += bytes.len() as u64;
    }
    Ok(hasher.finish())
}

/// A file on its way out.
struct Opening {
    district: Arc<District>,
    of: (String, u8, Hash),
    at: u64,
    /// `None` at the end.
    opener: Option<BlobOpener>,
    content: BlobContent,
}

impl Opening {
    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(mut opener) = self.opener.take() else { return Ok(None) };
        let client = self.district.pool.get().await?;
        let (centre, desk, blob) = &self.of;
        let Some(sealed) = blobs::piece(&client, (centre.as_str(), *desk, *blob), self.at).await? else {
            return Ok(Some(self.content.push(opener.finish()?)));
        };
        self.at += sealed.len() as u64;
        let plain = opener.push(&sealed)?;
        self.opener = Some(opener);
        Ok(Some(self.content.push(plain)))
    }
}
