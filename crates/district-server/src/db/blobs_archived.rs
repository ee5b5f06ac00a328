//! Which blobs the district's test-restored backups hold.

use std::collections::BTreeMap;

use deadpool_postgres::GenericClient;
use intake_wire::{Hash, JournalId};
use tokio_postgres::Row;

use super::{backups, execute, fixed, query, query_one, seq};
use crate::Result;

/// Blobs read and written at once.
const AT_ONCE: i64 = 1000;

/// A whole blob in a backup: centre, desk, name, hash and length of its bytes.
#[derive(Clone)]
pub(crate) struct BackedUp {
    pub(crate) centre: String,
    pub(crate) desk: i16,
    pub(crate) blob: Hash,
    pub(crate) sha256: Hash,
    pub(crate) length: u64,
}

/// The whole blobs of a database behind one, in their order; none of one from before there were any.
pub(crate) async fn whole_after(c: &impl GenericClient, last: Option<&BackedUp>) -> Result<Vec<BackedUp>> {
    if !query_one(c, "SELECT to_regclass('blobs') IS NOT NULL", &[]).await?.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let sql = "SELECT centre, desk, blob, sha256, length FROM blobs
               WHERE whole AND (centre, desk, blob) > ($1, $2, $3) ORDER BY centre, desk, blob LIMIT $4";
    let (centre, desk, blob) = last.map_or(("", 0, Hash::ZERO), |last| (last.centre.as_str(), last.desk, last.blob));
    let one = |row: &Row| {
        Ok(BackedUp {
            centre: row.get(0),
            desk: row.get(1),
            blob: Hash(fixed(row.get(2))?),
            sha256: Hash(fixed(row.get(3))?),
            length: seq(row.get(4)),
        })
    };
    query(c, sql, &[&centre, &desk, &blob.0.as_slice(), &AT_ONCE]).await?.iter().map(one).collect()
}

/// The backup with this mark holds these blobs, as they are here.
pub(crate) async fn set_held(c: &impl GenericClient, mark: i64, held: &[BackedUp]) -> Result<()> {
    let sql = "UPDATE blobs b SET archived_in = $1::int8,
                   archived_from = CASE WHEN b.archived_in = $1::int8 - 1 THEN b.archived_from ELSE $1::int8 END
               FROM unnest($2::text[], $3::int2[], $4::bytea[], $5::bytea[]) AS held (centre, desk, blob, sha256)
               WHERE b.centre = held.centre AND b.desk = held.desk AND b.blob = held.blob AND b.sha256 = held.sha256
               AND b.whole";
    for held in held.chunks(usize::try_from(AT_ONCE).unwrap_or(1)) {
        let centres: Vec<&str> = held.iter().map(|one| one.centre.as_str()).collect();
        let desks: Vec<i16> = held.iter().map(|one| one.desk).collect();
        let blobs: Vec<&[u8]> = held.iter().map(|one| one.blob.0.as_slice()).collect();
        let hashes: Vec<&[u8]> = held.iter().map(|one| one.sha256.0.as_slice()).collect();
        execute(c, sql, &[&mark, &centres, &desks, &blobs, &hashes]).await?;
    }
    Ok(())
}

/// For each journal of a desk the first place that adds an attachment whose bytes are here and not within both of the last two
/// backups; none for a journal without such a place.
pub(crate) async fn first_unarchived(
    c: &impl GenericClient,
    centre: &str,
    desk: u8,
) -> Result<BTreeMap<JournalId, u64>> {
    // Without a mark nothing is archived anyway.
    let Some(last) = backups::last(c).await? else { return Ok(BTreeMap::new()) };
    let sql = "SELECT a.journal_id, min(a.seq) FROM blobs b
               JOIN attachments a ON a.centre = b.centre AND a.desk = b.desk AND a.blob = b.blob
               WHERE b.centre = $1 AND b.desk = $2 AND b.whole AND (b.archived_in IS NULL OR b.archived_in < $3
                   OR b.archived_in = $3 AND b.archived_from = $3)
               AND a.opens AND a.at_desk AND NOT a.removed GROUP BY a.journal_id";
    let rows = query(c, sql, &[&centre, &i16::from(desk), &last.number]).await?;
    rows.iter().map(|row| Ok((JournalId(fixed(row.get(0))?), seq(row.get(1))))).collect()
}
