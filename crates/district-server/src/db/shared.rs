//! Which matters the desks of a centre hear of from one another.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use intake_wire::{Entry, JournalId, Part};
use tokio_postgres::Row;

use super::journals::Journal;
use super::{execute, place, query, query_one, query_opt};
use crate::Result;

/// The centre's desks are to hear of what was applied between two places of a journal, the second included: of a matter and its
/// papers every desk but the one that registered it, and that one of what another desk did for it.
///
/// A desk that was to hear of it anyway and asks at this moment waits until all this is committed: else it would be told how the
/// matter stood before, and never how it stands. So this comes last, after the district's own journal is locked, as it is there.
pub(crate) async fn note(c: &impl GenericClient, j: &Journal, after: u64, to: u64) -> Result<()> {
    execute(
        c,
        "INSERT INTO to_share SELECT DISTINCT e.centre, d.desk, e.number FROM entries e JOIN desks d ON d.centre = e.centre
             WHERE e.centre = $1 AND e.journal_id = $2 AND e.seq > $3 AND e.seq <= $4 AND e.number IS NOT NULL
                AND e.verdict = 'stored' AND e.kind IN ('registered', 'corrected', 'voided', 'resealed', 'carried',
                    'document_issued', 'document_voided', 'document_delivered', 'delivered_for')
                AND (d.desk <> substr(e.number, 20, 2)::int2 OR d.desk <> $5)
             ORDER BY 1, 2, 3 ON CONFLICT (centre, desk, number) DO UPDATE SET number = excluded.number",
        &[&j.centre, &j.id.0.as_slice(), &place(after)?, &place(to)?, &i16::from(j.desk)],
    )
    .await?;
    Ok(())
}

/// The same of matters that their desk has just registered, by their numbers.
pub(crate) async fn note_registered(c: &impl GenericClient, j: &Journal, numbers: &[&str]) -> Result<()> {
    let sql = "INSERT INTO to_share SELECT d.centre, d.desk, n FROM desks d CROSS JOIN unnest($3::text[]) n
                   WHERE d.centre = $1 AND d.desk <> $2 ORDER BY 2, 3 ON CONFLICT DO NOTHING";
    execute(c, sql, &[&j.centre, &i16::from(j.desk), &numbers]).await?;
    Ok(())
}

/// A desk is to hear of every matter of the centre's other desks.
pub(crate) async fn note_all(c: &impl GenericClient, centre: &str, desk: u8) -> Result<()> {
    let sql = "INSERT INTO to_share SELECT DISTINCT centre, $2::int2, number FROM matters
               WHERE centre = $1 AND desk <> $2 AND sealed = false ON CONFLICT DO NOTHING";
    execute(c, sql, &[&centre, &i16::from(desk)]).await?;
    Ok(())
}

/// A desk is to hear of a matter once more.
pub(crate) async fn note_one(c: &impl GenericClient, centre: &str, desk: u8, number: &str) -> Result<()> {
    let sql = "INSERT INTO to_share (centre, desk, number) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    execute(c, sql, &[&centre, &i16::from(desk), &number]).await?;
    Ok(())
}

/// Takes the first of what a desk is to hear of.
pub(crate) async fn take(c: &impl GenericClient, centre: &str, desk: u8, limit: i64) -> Result<Vec<String>> {
    let sql = "DELETE FROM to_share WHERE centre = $1 AND desk = $2 AND number IN
                   (SELECT number FROM to_share WHERE centre = $1 AND desk = $2 ORDER BY number LIMIT $3 FOR UPDATE)
               RETURNING number";
    let mut taken: Vec<String> =
        query(c, sql, &[&centre, &i16::from(desk), &limit]).await?.iter().map(|row| row.get(0)).collect();
    taken.sort();
    Ok(taken)
}

/// A matter as it stands, with the version's record.
pub(crate) struct Stands {
    pub(crate) date: NaiveDate,
    pub(crate) version: i32,
    pub(crate) void: bool,
    pub(crate) sealed: bool,
    /// Of the version; `None` once erased.
    pub(crate) personal: Option<Vec<u8>>,
}

/// How many bytes the record of each of these matters has, where it is told at all.
pub(crate) async fn sizes(c: &impl GenericClient, centre: &str, numbers: &[&str]) -> Result<BTreeMap<String, usize>> {
    let sql = "SELECT n, max(octet_length(m.personal)) FROM unnest($2::text[]) n CROSS JOIN LATERAL
                   (SELECT e.personal FROM matters m JOIN entries e ON e.centre = m.centre
                       AND e.journal_id = m.version_journal AND e.seq = m.version_seq
                    WHERE m.centre = $1 AND m.number = n AND m.sealed = false OFFSET 0) m GROUP BY n";
    let size = |row: &Row| usize::try_from(row.get::<_, Option<i32>>(1).unwrap_or(0)).unwrap_or(0);
    Ok(query(c, sql, &[&centre, &numbers]).await?.iter().map(|row| (row.get(0), size(row))).collect())
}

/// The last one of each number that is known.
pub(crate) async fn stands(c: &impl GenericClient, centre: &str, numbers: &[&str]) -> Result<BTreeMap<String, Stands>> {
    // Each number by itself (OFFSET 0 keeps it so): by ANY, the index may be walked through the whole centre.
    let rows = query(
        c,
        "SELECT n, s.* FROM unnest($2::text[]) n CROSS JOIN LATERAL
             (SELECT m.local_date, m.version, m.void, coalesce(m.sealed, true),
                     CASE WHEN m.sealed = false THEN e.personal END
                 FROM matters m JOIN journals j USING (centre, journal_id)
                 LEFT JOIN entries e ON e.centre = m.centre AND e.journal_id = m.version_journal AND e.seq = m.version_seq
                 WHERE m.centre = $1 AND m.number = n
                 ORDER BY coalesce(m.sealed, true) DESC, length(j.mark) DESC, j.mark DESC LIMIT 1) s",
        &[&centre, &numbers],
    )
    .await?;
    let one = |row: &Row| Stands {
        date: row.get(1),
        version: row.get(2),
        void: row.get(3),
        sealed: row.get(4),
        personal: row.get(5),
    };
    Ok(rows.iter().map(|row| (row.get(0), one(row))).collect())
}

/// Whether nothing may be told of a matter: it is sealed, or not known.
pub(crate) async fn keeps_silent(c: &impl GenericClient, centre: &str, number: &str) -> Result<bool> {
    let sql = "SELECT coalesce(bool_or(coalesce(sealed, true)), true) FROM matters WHERE centre = $1 AND number = $2";
    Ok(query_one(c, sql, &[&centre, &number]).await?.get(0))
}

/// In which entries a desk was told of each of these matters: the journal, and the place in it.
pub(crate) async fn told(
    c: &impl GenericClient,
    centre: &str,
    desk: u8,
    numbers: &[&str],
) -> Result<BTreeMap<String, Vec<(Vec<u8>, i64)>>> {
    let sql = "SELECT n, s.* FROM unnest($3::text[]) n CROSS JOIN LATERAL
                   (SELECT journal_id, seq FROM shared WHERE centre = $1 AND desk = $2 AND number = n OFFSET 0) s";
    let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in query(c, sql, &[&centre, &i16::from(desk), &numbers]).await? {
        told.entry(row.get(0)).or_default().push((row.get(1), row.get(2)));
    }
    Ok(told)
}

/// Notes in which entries of one journal a desk was told of matters, an entry each.
pub(crate) async fn put_told(
    c: &impl GenericClient,
    centre: &str,
    desk: u8,
    numbers: &[&str],
    (journal, seqs): (JournalId, &[i64]),
) -> Result<()> {
    let sql = "INSERT INTO shared (centre, desk, number, journal_id, seq)
                   SELECT $1, $2, number, $4, seq FROM unnest($3::text[], $5::int8[]) AS s (number, seq)";
    execute(c, sql, &[&centre, &i16::from(desk), &numbers, &journal.0.as_slice(), &seqs]).await?;
    Ok(())
}

/// The words of all that a desk was told of a matter go.
pub(crate) async fn forget_told(c: &impl GenericClient, centre: &str, desk: u8, number: &str) -> Result<()> {
    for (journal, seq) in told(c, centre, desk, &[number]).await?.into_values().flatten() {
        forget(c, centre, &journal, seq).await?;
    }
    Ok(())
}

/// The entries in which a desk was told of a matter.
pub(crate) async fn entries_told(c: &impl GenericClient, centre: &str, desk: u8, number: &str) -> Result<Vec<Entry>> {
    let sql = "SELECT e.entry FROM shared s JOIN district_entries e USING (centre, journal_id, seq)
               WHERE s.centre = $1 AND s.desk = $2 AND s.number = $3";
    let rows = query(c, sql, &[&centre, &i16::from(desk), &number]).await?;
    rows.iter().map(|row| Ok(minicbor::decode(row.get(0)).map_err(intake_wire::Error::from)?)).collect()
}

/// The words of an entry of the district's own go. The chain still holds by their digest.
pub(crate) async fn forget(c: &impl GenericClient, centre: &str, journal: &[u8], seq: i64) -> Result<()> {
    let sql = "SELECT entry FROM district_entries WHERE centre = $1 AND journal_id = $2 AND seq = $3";
    let Some(row) = query_opt(c, sql, &[&centre, &journal, &seq]).await? else { return Ok(()) };
    let mut entry: Entry = minicbor::decode(row.get(0)).map_err(intake_wire::Error::from)?;
    entry.personal = Part::Erased { digest: entry.personal.digest() };
    let bytes = minicbor::to_vec(&entry).map_err(intake_wire::Error::from)?;
    let sql = "UPDATE district_entries SET entry = $4 WHERE centre = $1 AND journal_id = $2 AND seq = $3";
    execute(c, sql, &[&centre, &journal, &seq, &bytes]).await?;
    Ok(())
}
