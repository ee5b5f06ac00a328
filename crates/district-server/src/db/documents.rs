//! The papers that desks issued, and how they were delivered.

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use intake_wire::{DocumentIssued, JournalId};
use tokio_postgres::Row;

use super::journals::Journal;
use super::{execute, fixed, place, query, query_one, query_opt, seq};
use crate::Result;

/// Where a paper's entry stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    journal: JournalId,
    seq: u64,
}

/// How a paper was delivered, as far as it can be read.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    pub(crate) way: Option<&'static str>,
    pub(crate) on: Option<NaiveDate>,
    pub(crate) refused: Option<bool>,
}

pub(crate) async fn put(c: &impl GenericClient, j: &Journal, at: u64, one: &DocumentIssued, name: &str) -> Result<()> {
    execute(
        c,
        "INSERT INTO documents (centre, journal_id, seq, desk, number, document, paper, issued_on)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            &j.centre,
            &j.id.0.as_slice(),
            &place(at)?,
            &i16::from(j.desk),
            &one.number,
            &name,
            &one.paper.word(),
            &one.issued_on,
        ],
    )
    .await?;
    Ok(())
}

/// The last paper of this number that a desk of the journal's centre issued to a matter: one of the journal's own, else one of
/// that desk's other epochs, the newest first.
pub(crate) async fn find(
    c: &impl GenericClient,
    j: &Journal,
    desk: u8,
    number: &str,
    name: &str,
) -> Result<Option<Place>> {
    let row = query_opt(
        c,
        "SELECT d.journal_id, d.seq FROM documents d JOIN journals j USING (centre, journal_id)
             WHERE d.centre = $1 AND d.number = $2 AND d.document = $3 AND d.desk = $4
             ORDER BY d.journal_id = $5 DESC, length(j.mark) DESC, j.mark DESC, d.seq DESC LIMIT 1",
        &[&j.centre, &number, &name, &i16::from(desk), &j.id.0.as_slice()],
    )
    .await?;
    row.map(|row| Ok(Place { journal: JournalId(fixed(row.get(0))?), seq: seq(row.get(1)) })).transpose()
}

pub(crate) async fn void(c: &impl GenericClient, j: &Journal, of: Place) -> Result<()> {
    let sql = "UPDATE documents SET void = true WHERE centre = $1 AND journal_id = $2 AND seq = $3";
    execute(c, sql, &[&j.centre, &of.journal.0.as_slice(), &place(of.seq)?]).await?;
    Ok(())
}

pub(crate) async fn copies(c: &impl GenericClient, j: &Journal, of: Place, copy: u32) -> Result<()> {
    let copy = i32::try_from(copy).unwrap_or(i32::MAX);
    let sql = "UPDATE documents SET copies = greatest(copies, $4) WHERE centre = $1 AND journal_id = $2 AND seq = $3";
    execute(c, sql, &[&j.centre, &of.journal.0.as_slice(), &place(of.seq)?, &copy]).await?;
    Ok(())
}

pub(crate) async fn deliver(c: &impl GenericClient, j: &Journal, at: u64, of: Place, told: &Delivered) -> Result<()> {
    execute(
        c,
        "INSERT INTO deliveries (centre, journal_id, seq, document_journal, document_seq, way, delivered_on, refused)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        &[
            &j.centre,
            &j.id.0.as_slice(),
            &place(at)?,
            &of.journal.0.as_slice(),
            &place(of.seq)?,
            &told.way,
            &told.on,
            &told.refused,
        ],
    )
    .await?;
    Ok(())
}

/// What these entries told of a delivery is sealed now.
pub(crate) async fn forget(c: &impl GenericClient, j: &Journal, seqs: &[u64]) -> Result<()> {
    let seqs = seqs.iter().map(|&seq| place(seq)).collect::<Result<Vec<_>>>()?;
    let sql = "UPDATE deliveries SET way = NULL, delivered_on = NULL, refused = NULL
               WHERE centre = $1 AND journal_id = $2 AND seq = ANY($3)";
    execute(c, sql, &[&j.centre, &j.id.0.as_slice(), &seqs]).await?;
    Ok(())
}

/// The same of every delivery of a matter's papers, whoever wrote it down.
pub(crate) async fn forget_all(c: &impl GenericClient, centre: &str, number: &str) -> Result<()> {
    let sql = "UPDATE deliveries v SET way = NULL, delivered_on = NULL, refused = NULL FROM documents d
               WHERE d.centre = $1 AND d.number = $2 AND v.centre = d.centre AND v.document_journal = d.journal_id
               AND v.document_seq = d.seq";
    execute(c, sql, &[&centre, &number]).await?;
    Ok(())
}

/// A paper of a matter, with one of its deliveries where there is any.
pub(crate) struct Issued {
    pub(crate) number: String,
    /// The desk that issued it.
    pub(crate) desk: u8,
    pub(crate) document: String,
    pub(crate) paper: String,
    pub(crate) on: NaiveDate,
    pub(crate) void: bool,
    pub(crate) delivery: Option<Told>,
}

/// One delivery of it.
pub(crate) struct Told {
    pub(crate) desk: u8,
    pub(crate) on: Option<NaiveDate>,
    pub(crate) refused: bool,
}

/// The papers that were issued to these matters, matter by matter and one after the other, each once for every delivery.
pub(crate) async fn of_matters(c: &impl GenericClient, centre: &str, numbers: &[&str]) -> Result<Vec<Issued>> {
    let rows = query(
        c,
        "SELECT n, p.* FROM unnest($2::text[]) n CROSS JOIN LATERAL
             (SELECT d.desk, d.document, d.paper, d.issued_on, d.void, o.desk, v.delivered_on, v.refused,
                     length(j.mark), j.mark, d.journal_id, d.seq, v.journal_id, v.seq
                 FROM documents d JOIN journals j USING (centre, journal_id)
                 LEFT JOIN deliveries v ON v.centre = d.centre AND v.document_journal = d.journal_id
                     AND v.document_seq = d.seq
                 LEFT JOIN journals o ON o.centre = v.centre AND o.journal_id = v.journal_id
                 WHERE d.centre = $1 AND d.number = n OFFSET 0) p
             ORDER BY 1, 10, 11, 12, 13, 14, 15",
        &[&centre, &numbers],
    )
    .await?;
    let desk = |of: i16| u8::try_from(of).unwrap_or(0);
    let told = |row: &Row| {
        let by = desk(row.get::<_, Option<i16>>(6)?);
        Some(Told { desk: by, on: row.get(7), refused: row.get::<_, Option<bool>>(8).unwrap_or(false) })
    };
    let issued = |row: &Row| Issued {
        number: row.get(0),
        desk: desk(row.get(1)),
        document: row.get(2),
        paper: row.get(3),
        on: row.get(4),
        void: row.get(5),
        delivery: told(row),
    };
    Ok(rows.iter().map(issued).collect())
}

/// What another desk wrote of papers that a desk issued.
pub(crate) struct Elsewhere {
    pub(crate) journal: JournalId,
    pub(crate) seq: u64,
    pub(crate) desk: u8,
    pub(crate) at_ms: i64,
    /// `None` once erased.
    pub(crate) personal: Option<Vec<u8>>,
    pub(crate) documents: Vec<String>,
}

/// Each entry in which another desk told of a delivery of this desk's papers of a matter, the oldest first.
pub(crate) async fn elsewhere(c: &impl GenericClient, centre: &str, desk: u8, number: &str) -> Result<Vec<Elsewhere>> {
    let rows = query(
        c,
        "SELECT v.journal_id, v.seq, o.desk, e.at_ms, e.personal, array_agg(d.document ORDER BY d.seq)
             FROM documents d
             JOIN deliveries v ON v.centre = d.centre AND v.document_journal = d.journal_id AND v.document_seq = d.seq
             JOIN journals o ON o.centre = v.centre AND o.journal_id = v.journal_id
             JOIN entries e ON e.centre = v.centre AND e.journal_id = v.journal_id AND e.seq = v.seq
             WHERE d.centre = $1 AND d.desk = $2 AND d.number = $3 AND o.desk <> $2
             GROUP BY v.journal_id, v.seq, o.desk, e.at_ms, e.personal ORDER BY e.at_ms, v.journal_id, v.seq",
        &[&centre, &i16::from(desk), &number],
    )
    .await?;
    let one = |row: &Row| {
        Ok(Elsewhere {
            journal: JournalId(fixed(row.get(0))?),
            seq: seq(row.get(1)),
            desk: u8::try_from(row.get::<_, i16>(2)).unwrap_or(0),
            at_ms: row.get(3),
            personal: row.get(4),
            documents: row.get(5),
        })
    };
    rows.iter().map(one).collect()
}

/// Papers of a journal, how many of them are void, and how many were delivered.
pub(crate) async fn counts(c: &impl GenericClient, j: &Journal) -> Result<(i64, i64, i64)> {
    let row = query_one(
        c,
        "SELECT count(*), count(*) FILTER (WHERE void), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM deliveries e
                 WHERE e.centre = d.centre AND e.document_journal = d.journal_id AND e.document_seq = d.seq
                 AND e.refused IS NOT TRUE))
             FROM documents d WHERE centre = $1 AND journal_id = $2",
        &[&j.centre, &j.id.0.as_slice()],
    )
    .await?;
    Ok((row.get(0), row.get(1), row.get(2)))
}
