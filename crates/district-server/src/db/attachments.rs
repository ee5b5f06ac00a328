//! Which files desks added to matters, and whether their bytes are here.

use deadpool_postgres::GenericClient;
use intake_wire::{AttachmentAdded, Hash, MissingBlob};
use tokio_postgres::Row;

use super::journals::Journal;
use super::{execute, fixed, place, query, query_opt, seq};
use crate::Result;

/// A file stands with a matter. `opens`: its entry still has the key.
pub(crate) async fn put(
    c: &impl GenericClient,
    j: &Journal,
    at: u64,
    one: &AttachmentAdded,
    opens: bool,
) -> Result<()> {
    execute(
        c,
        "INSERT INTO attachments (centre, journal_id, seq, desk, number, blob, bytes, kind, pages, opens, at_desk, there)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, EXISTS (SELECT 1 FROM blobs b
            WHERE b.centre = $1 AND b.desk = $4 AND b.blob = $6 AND b.whole)) ON CONFLICT DO NOTHING",
        &[
            &j.centre,
            &j.id.0.as_slice(),
            &place(at)?,
            &i16::from(j.desk),
            &one.number,
            &one.blob.0.as_slice(),
            &place(one.bytes)?,
            &one.kind.word(),
            &i64::from(one.pages),
            &opens,
        ],
    )
    .await?;
    Ok(())
}

/// The desk took a file off a matter.
pub(crate) async fn remove(c: &impl GenericClient, j: &Journal, number: &str, blob: Hash) -> Result<()> {
    let sql = "UPDATE attachments SET removed = true WHERE centre = $1 AND desk = $2 AND number = $3 AND blob = $4";
    execute(c, sql, &[&j.centre, &i16::from(j.desk), &number, &blob.0.as_slice()]).await?;
    Ok(())
}

/// The desk erased what it held of these matters: their files are not asked for any more.
pub(crate) async fn leave_desk(c: &impl GenericClient, j: &Journal, numbers: &[String]) -> Result<()> {
    let sql = "UPDATE attachments SET at_desk = false WHERE centre = $1 AND desk = $2 AND number = ANY($3)";
    execute(c, sql, &[&j.centre, &i16::from(j.desk), &numbers]).await?;
    Ok(())
}

/// Whether an entry still has the keys of what was added at these places. What no entry opens any more is deleted.
pub(crate) async fn set_opens(c: &impl GenericClient, j: &Journal, seqs: &[u64], opens: bool) -> Result<()> {
    let seqs = seqs.iter().map(|&seq| place(seq)).collect::<Result<Vec<_>>>()?;
    let sql = "UPDATE attachments SET opens = $4, at_desk = at_desk OR $4
               WHERE centre = $1 AND journal_id = $2 AND seq = ANY($3)";
    let changed = execute(c, sql, &[&j.centre, &j.id.0.as_slice(), &seqs, &opens]).await?;
    if changed > 0 && !opens {
        let sql = "DELETE FROM blobs b WHERE centre = $1 AND desk = $2 AND NOT EXISTS (SELECT 1 FROM attachments a
                   WHERE a.centre = b.centre AND a.desk = b.desk AND a.blob = b.blob AND a.opens)";
        execute(c, sql, &[&j.centre, &i16::from(j.desk)]).await?;
    }
    Ok(())
}

const ASKED: &str = "a.centre = $1 AND a.desk = $2 AND a.opens AND a.at_desk AND NOT a.removed AND NOT a.there";

/// Files of a desk whose bytes are missing, the smallest first.
pub(crate) async fn missing(
    c: &impl GenericClient,
    (centre, desk): (&str, u8),
    after: (u64, Hash),
    limit: i64,
) -> Result<Vec<MissingBlob>> {
    let sql = format!(
        "SELECT a.blob, a.bytes, coalesce(b.held, 0) FROM (SELECT DISTINCT a.blob, a.bytes FROM attachments a
            WHERE {ASKED} AND (a.bytes, a.blob) > ($3, $4) ORDER BY a.bytes, a.blob LIMIT $5) a
         LEFT JOIN blobs b ON b.centre = $1 AND b.desk = $2 AND b.blob = a.blob ORDER BY a.bytes, a.blob"
    );
    let (bytes, blob) = after;
    let with: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&centre, &i16::from(desk), &place(bytes)?, &blob.0.as_slice(), &limit];
    let one =
        |row: &Row| Ok(MissingBlob { blob: Hash(fixed(row.get(0))?), bytes: seq(row.get(1)), held: seq(row.get(2)) });
    query(c, &sql, &with).await?.iter().map(one).collect()
}

/// How large the file is that these bytes are asked for, as its entry says; `None` where nobody asks for them.
pub(crate) async fn asked(c: &impl GenericClient, centre: &str, desk: u8, blob: Hash) -> Result<Option<u64>> {
    let sql = "SELECT max(a.bytes) FROM attachments a WHERE a.centre = $1 AND a.desk = $2 AND a.blob = $3
               AND a.opens AND a.at_desk AND NOT a.removed";
    let row = query_opt(c, sql, &[&centre, &i16::from(desk), &blob.0.as_slice()]).await?;
    Ok(row.and_then(|row| row.get::<_, Option<i64>>(0)).map(seq))
}

/// The bytes are here.
pub(crate) async fn set_there(c: &impl GenericClient, centre: &str, desk: u8, blob: Hash) -> Result<()> {
    let sql = "UPDATE attachments SET there = true WHERE centre = $1 AND desk = $2 AND blob = $3";
    execute(c, sql, &[&centre, &i16::from(desk), &blob.0.as_slice()]).await?;
    Ok(())
}

/// A file of a matter, as people look at it.
pub(crate) struct File {
    pub(crate) blob: Hash,
    pub(crate) bytes: u64,
    pub(crate) kind: String,
    pub(crate) pages: i64,
    pub(crate) removed: bool,
    pub(crate) there: bool,
    /// Of its entry; `None` once erased.
    pub(crate) personal: Option<Vec<u8>>,
}

/// The files of a matter, in the order in which they were added. For matters that are not sealed.
pub(crate) async fn of_matter(c: &impl GenericClient, centre: &str, desk: i16, number: &str) -> Result<Vec<File>> {
    let sql = "SELECT a.blob, a.bytes, a.kind, a.pages, a.removed, a.there, e.personal
               FROM attachments a JOIN entries e USING (centre, journal_id, seq) JOIN journals j USING (centre, journal_id)
               WHERE a.centre = $1 AND a.number = $2 AND a.desk = $3
               ORDER BY length(j.mark), j.mark, a.journal_id, a.seq";
    let file = |row: &Row| {
        Ok(File {
            blob: Hash(fixed(row.get(0))?),
            bytes: seq(row.get(1)),
            kind: row.get(2),
            pages: row.get(3),
            removed: row.get(4),
            there: row.get(5),
            personal: row.get(6),
        })
    };
    query(c, sql, &[&centre, &number, &desk]).await?.iter().map(file).collect()
}

/// Entries about files that were stored before there was a table for them: centre, journal, place, in the desks' order.
pub(crate) async fn unfolded(c: &impl GenericClient, limit: i64) -> Result<Vec<(String, Vec<u8>, u64)>> {
    let sql =
        "SELECT u.centre, u.journal_id, u.seq FROM attachments_unfolded u JOIN journals j USING (centre, journal_id)
               ORDER BY u.centre, j.desk, length(j.mark), j.mark, u.journal_id, u.seq LIMIT $1";
    Ok(query(c, sql, &[&limit]).await?.iter().map(|row| (row.get(0), row.get(1), seq(row.get(2)))).collect())
}

pub(crate) async fn is_folded(c: &impl GenericClient, centre: &str, journal: &[u8], at: u64) -> Result<()> {
    let sql = "DELETE FROM attachments_unfolded WHERE centre = $1 AND journal_id = $2 AND seq = $3";
    execute(c, sql, &[&centre, &journal, &place(at)?]).await?;
    Ok(())
}
