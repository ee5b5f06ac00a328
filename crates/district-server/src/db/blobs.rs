//! The encrypted bytes of files, piece by piece as they came.

use deadpool_postgres::GenericClient;
use intake_wire::{Hash, Piece, limits};
use tokio_postgres::Row;

use super::{execute, fixed, place, query, query_one, query_opt, seq};
use crate::Result;

/// Whose bytes: centre, desk, name.
pub(crate) type Of<'a> = (&'a str, u8, Hash);

/// How far the bytes of a blob are here.
pub(crate) struct Blob {
    pub(crate) length: u64,
    pub(crate) sha256: Hash,
    pub(crate) held: u64,
    pub(crate) whole: bool,
}

/// Makes the blob known if it is not, and locks it until the transaction ends.
pub(crate) async fn lock(c: &impl GenericClient, (centre, desk, blob): Of<'_>, piece: &Piece) -> Result<Blob> {
    let (desk, name) = (i16::from(desk), blob.0.as_slice());
    let sql =
        "INSERT INTO blobs (centre, desk, blob, length, sha256) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    execute(c, sql, &[&centre, &desk, &name, &place(piece.length)?, &piece.sha256.0.as_slice()]).await?;
    let sql = "SELECT length, sha256, held, whole FROM blobs WHERE centre = $1 AND desk = $2 AND blob = $3 FOR UPDATE";
    let row = query_one(c, sql, &[&centre, &desk, &name]).await?;
    Ok(Blob { length: seq(row.get(0)), sha256: Hash(fixed(row.get(1))?), held: seq(row.get(2)), whole: row.get(3) })
}

/// Nothing of it is here: the desk begins with other bytes, or those that came were not what they should be.
pub(crate) async fn begin_anew(c: &impl GenericClient, (centre, desk, blob): Of<'_>, piece: &Piece) -> Result<()> {
    let (desk, name) = (i16::from(desk), blob.0.as_slice());
    let sql = "DELETE FROM blob_pieces WHERE centre = $1 AND desk = $2 AND blob = $3";
    execute(c, sql, &[&centre, &desk, &name]).await?;
    let sql = "UPDATE blobs SET length = $4, sha256 = $5, held = 0, whole = false
               WHERE centre = $1 AND desk = $2 AND blob = $3";
    execute(c, sql, &[&centre, &desk, &name, &place(piece.length)?, &piece.sha256.0.as_slice()]).await?;
    Ok(())
}

/// Stores a piece behind what is here.
pub(crate) async fn append(c: &impl GenericClient, (centre, desk, blob): Of<'_>, piece: &Piece) -> Result<()> {
    let (desk, name) = (i16::from(desk), blob.0.as_slice());
    let sql = "INSERT INTO blob_pieces (centre, desk, blob, at, bytes) VALUES ($1, $2, $3, $4, $5)";
    execute(c, sql, &[&centre, &desk, &name, &place(piece.at)?, &piece.bytes]).await?;
    let sql = "UPDATE blobs SET held = held + $4 WHERE centre = $1 AND desk = $2 AND blob = $3";
    execute(c, sql, &[&centre, &desk, &name, &place(piece.bytes.len() as u64)?]).await?;
    Ok(())
}

pub(crate) async fn set_whole(c: &impl GenericClient, (centre, desk, blob): Of<'_>) -> Result<()> {
    let sql = "UPDATE blobs SET whole = true WHERE centre = $1 AND desk = $2 AND blob = $3";
    execute(c, sql, &[&centre, &i16::from(desk), &blob.0.as_slice()]).await?;
    Ok(())
}

/// A blob that is here whole.
pub(crate) async fn whole(c: &impl GenericClient, (centre, desk, blob): Of<'_>) -> Result<Option<Blob>> {
    let sql = "SELECT length, sha256, held FROM blobs WHERE centre = $1 AND desk = $2 AND blob = $3 AND whole";
    let row = query_opt(c, sql, &[&centre, &i16::from(desk), &blob.0.as_slice()]).await?;
    let one = |row: Row| {
        Ok(Blob { length: seq(row.get(0)), sha256: Hash(fixed(row.get(1))?), held: seq(row.get(2)), whole: true })
    };
    row.map(one).transpose()
}

/// Its bytes from a place on, at most so many, in whatever pieces they came.
pub(crate) async fn bytes(
    c: &impl GenericClient,
    (centre, desk, blob): Of<'_>,
    at: u64,
    most: usize,
) -> Result<Vec<u8>> {
    // No piece is longer than one that may arrive: the one that holds the first byte begins no earlier.
    let (first, behind) = (at.saturating_sub(limits::PIECE_BYTES as u64), at.saturating_add(most as u64));
    let sql = "SELECT at, bytes FROM blob_pieces WHERE centre = $1 AND desk = $2 AND blob = $3
               AND at >= $4 AND at < $5 ORDER BY at";
    let with: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&centre, &i16::from(desk), &blob.0.as_slice(), &place(first)?, &place(behind)?];
    let mut bytes = Vec::new();
    for row in query(c, sql, &with).await? {
        let next = at + bytes.len() as u64;
        let skip = next.checked_sub(seq(row.get(0))).and_then(|skip| usize::try_from(skip).ok());
        let piece: &[u8] = row.get(1);
        bytes.extend_from_slice(skip.and_then(|skip| piece.get(skip..)).unwrap_or_default());
    }
    bytes.truncate(most);
    Ok(bytes)
}

/// The piece that begins at a place; `None` where none does.
pub(crate) async fn piece(c: &impl GenericClient, (centre, desk, blob): Of<'_>, at: u64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM blob_pieces WHERE centre = $1 AND desk = $2 AND blob = $3 AND at = $4";
    let row = query_opt(c, sql, &[&centre, &i16::from(desk), &blob.0.as_slice(), &place(at)?]).await?;
    Ok(row.map(|row| row.get(0)))
}
