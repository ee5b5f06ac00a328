//! Matters as people look at them: lists, one with all that was written about it, and what a visitor may ask.
//!
//! No statement here reads a word of a sealed matter.

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use intake_wire::JournalId;
use tokio_postgres::Row;

use super::{fixed, query, query_opt, seq};
use crate::Result;

/// A matter in a list.
pub(crate) struct Listed {
    pub(crate) number: String,
    pub(crate) journal: JournalId,
    pub(crate) centre: String,
    pub(crate) desk: i16,
    pub(crate) date: NaiveDate,
    pub(crate) version: i32,
    pub(crate) void: bool,
    pub(crate) sealed: bool,
    /// Of a sealed one the fixed word.
    pub(crate) title: Option<String>,
    /// Papers that stand.
    pub(crate) papers: i64,
}

const LISTED: &str = "m.number, m.journal_id, m.centre, m.desk, m.local_date, m.version, m.void, \
    coalesce(m.sealed, true), m.title, (SELECT count(*) FROM documents d WHERE d.centre = m.centre \
    AND d.number = m.number AND d.desk = m.desk AND NOT d.void)";
const ORDER: &str = "m.local_date DESC, m.number DESC, m.journal_id DESC";

fn listed(row: &Row) -> Result<Listed> {
    Ok(Listed {
        number: row.get(0),
        journal: JournalId(fixed(row.get(1))?),
        centre: row.get(2),
        desk: row.get(3),
        date: row.get(4),
        version: row.get(5),
        void: row.get(6),
        sealed: row.get(7),
        title: row.get(8),
        papers: row.get(9),
    })
}

/// Which matters a list is of.
pub(crate) struct Filter<'a> {
    pub(crate) centre: Option<&'a str>,
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    /// A part of the number.
    pub(crate) part: Option<&'a str>,
    /// The last one of the page before.
    pub(crate) after: Option<(NaiveDate, &'a str, &'a [u8])>,
}

/// The newest matters first.
pub(crate) async fn list(c: &impl GenericClient, of: &Filter<'_>, limit: i64) -> Result<Vec<Listed>> {
    let sql = format!(
        "SELECT {LISTED} FROM matters m WHERE ($1::text IS NULL OR m.centre = $1) AND m.local_date BETWEEN $2 AND $3
         AND ($4::text IS NULL OR strpos(m.number, $4) > 0)
         AND ($5::date IS NULL OR (m.local_date, m.number, m.journal_id) < ($5, $6, $7)) ORDER BY {ORDER} LIMIT $8"
    );
    let day = of.after.map(|(day, _, _)| day);
    let (number, journal) = of.after.map_or(("", [].as_slice()), |(_, number, journal)| (number, journal));
    let rows = query(c, &sql, &[&of.centre, &of.from, &of.to, &of.part, &day, &number, &journal, &limit]).await?;
    rows.iter().map(listed).collect()
}

/// Matters in which this name, phone or paper stands, the newest first; never a sealed one.
pub(crate) async fn of_person(c: &impl GenericClient, key: &str, limit: i64) -> Result<Vec<Listed>> {
    let sql = format!(
        "SELECT {LISTED} FROM matters m WHERE m.found_by @> ARRAY[$1] AND m.sealed = false ORDER BY {ORDER} LIMIT $2"
    );
    query(c, &sql, &[&key, &limit]).await?.iter().map(listed).collect()
}

/// A matter as it stands; a machine rolled back can have given its number twice.
pub(crate) struct Whole {
    pub(crate) desk: i16,
    pub(crate) date: NaiveDate,
    pub(crate) version: i32,
    pub(crate) void: bool,
    pub(crate) sealed: bool,
    pub(crate) headcount: i64,
    pub(crate) owes_written_notice: bool,
    pub(crate) slips: i32,
    pub(crate) name: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) demand: Option<String>,
    pub(crate) category: Option<(i64, String)>,
}

pub(crate) async fn of_number(c: &impl GenericClient, centre: &str, number: &str) -> Result<Vec<Whole>> {
    let rows = query(
        c,
        "SELECT desk, local_date, version, void, coalesce(sealed, true), headcount, owes_written_notice,
                slips, CASE WHEN sealed = false THEN name END, CASE WHEN sealed = false THEN address END,
                CASE WHEN sealed = false THEN title END, CASE WHEN sealed = false THEN demand END, category_edition,
                category
             FROM matters WHERE centre = $1 AND number = $2 ORDER BY journal_id",
        &[&centre, &number],
    )
    .await?;
    let whole = |row: &Row| Whole {
        desk: row.get(0),
        date: row.get(1),
        version: row.get(2),
        void: row.get(3),
        sealed: row.get(4),
        headcount: row.get(5),
        owes_written_notice: row.get(6),
        slips: row.get(7),
        name: row.get(8),
        address: row.get(9),
        title: row.get(10),
        demand: row.get(11),
        category: row.get::<_, Option<i64>>(12).zip(row.get(13)),
    };
    Ok(rows.iter().map(whole).collect())
}

/// An entry about a matter.
pub(crate) struct About {
    pub(crate) mark: String,
    pub(crate) seq: u64,
    pub(crate) kind: String,
    pub(crate) at_ms: i64,
    pub(crate) clerk: i64,
    pub(crate) clerk_name: Option<String>,
    pub(crate) verdict: String,
    pub(crate) code: Option<String>,
    pub(crate) reference: Option<u64>,
    /// Of a version; `None` once erased.
    pub(crate) personal: Option<Vec<u8>>,
}

/// Every entry about a number of a desk, the first epoch first. For matters that are not sealed.
pub(crate) async fn about(c: &impl GenericClient, centre: &str, desk: i16, number: &str) -> Result<Vec<About>> {
    let rows = query(
        c,
        // Each way to an entry by the index made for it, each entry by itself (OFFSET 0 keeps it so): journals are long.
        "SELECT j.mark, e.seq, e.kind, e.at_ms, e.clerk, k.name, e.verdict, e.verdict_code, e.verdict_ref,
                CASE WHEN e.kind IN ('registered', 'corrected') THEN e.personal END
             FROM (SELECT journal_id, seq FROM entries
                       WHERE centre = $1 AND number = $3 AND kind <> 'registered' AND number IS NOT NULL
                   UNION SELECT journal_id, registered_seq FROM matters WHERE centre = $1 AND number = $3
                   UNION SELECT journal_id, seq FROM entries WHERE centre = $1 AND number = $3
                       AND kind = 'registered' AND verdict IN ('set_aside', 'superseded', 'waiting')) a
             JOIN journals j ON j.centre = $1 AND j.journal_id = a.journal_id AND j.desk = $2
             CROSS JOIN LATERAL (SELECT * FROM entries
                       WHERE centre = $1 AND journal_id = a.journal_id AND seq = a.seq AND number = $3 OFFSET 0) e
             LEFT JOIN clerks k ON k.centre = e.centre AND k.journal_id = e.journal_id AND k.clerk = e.clerk
             ORDER BY length(j.mark), j.mark, e.journal_id, e.seq",
        &[&centre, &desk, &number],
    )
    .await?;
    let about = |row: &Row| About {
        mark: row.get(0),
        seq: seq(row.get(1)),
        kind: row.get(2),
        at_ms: row.get(3),
        clerk: row.get(4),
        clerk_name: row.get(5),
        verdict: row.get(6),
        code: row.get(7),
        reference: row.get::<_, Option<i64>>(8).map(seq),
        personal: row.get(9),
    };
    Ok(rows.iter().map(about).collect())
}

/// A paper of a matter, and one of its deliveries where there is any.
pub(crate) struct Issued {
    pub(crate) document: String,
    pub(crate) paper: String,
    pub(crate) on: NaiveDate,
    pub(crate) void: bool,
    pub(crate) copies: i32,
    pub(crate) way: Option<String>,
    pub(crate) delivered_on: Option<NaiveDate>,
    pub(crate) refused: Option<bool>,
    /// The desk that delivered it, where that is another one of the centre.
    pub(crate) elsewhere: Option<i16>,
}

pub(crate) async fn papers(c: &impl GenericClient, centre: &str, desk: i16, number: &str) -> Result<Vec<Issued>> {
    let rows = query(
        c,
        "SELECT d.document, d.paper, d.issued_on, d.void, d.copies, e.way, e.delivered_on, e.refused,
                nullif(j.desk, d.desk)
             FROM documents d LEFT JOIN deliveries e ON e.centre = d.centre AND e.document_journal = d.journal_id
                AND e.document_seq = d.seq
             LEFT JOIN journals j ON j.centre = e.centre AND j.journal_id = e.journal_id
             WHERE d.centre = $1 AND d.desk = $2 AND d.number = $3
             ORDER BY d.issued_on, d.journal_id, d.seq, e.delivered_on",
        &[&centre, &desk, &number],
    )
    .await?;
    let issued = |row: &Row| Issued {
        document: row.get(0),
        paper: row.get(1),
        on: row.get(2),
        void: row.get(3),
        copies: row.get(4),
        way: row.get(5),
        delivered_on: row.get(6),
        refused: row.get(7),
        elsewhere: row.get(8),
    };
    Ok(rows.iter().map(issued).collect())
}

/// What a visitor's question is answered from.
pub(crate) struct Asked {
    pub(crate) query_code: Option<String>,
    pub(crate) desk: i16,
    pub(crate) date: NaiveDate,
    pub(crate) received_on: Option<NaiveDate>,
    pub(crate) void: bool,
    pub(crate) sealed: bool,
    pub(crate) owes_written_notice: bool,
}

pub(crate) async fn asked(c: &impl GenericClient, centre: &str, number: &str) -> Result<Vec<Asked>> {
    let sql = "SELECT query_code, desk, local_date, received_on, void, coalesce(sealed, true), owes_written_notice
               FROM matters WHERE centre = $1 AND number = $2 ORDER BY journal_id";
    let asked = |row: &Row| Asked {
        query_code: row.get(0),
        desk: row.get(1),
        date: row.get(2),
        received_on: row.get(3),
        void: row.get(4),
        sealed: row.get(5),
        owes_written_notice: row.get(6),
    };
    Ok(query(c, sql, &[&centre, &number]).await?.iter().map(asked).collect())
}

/// What the desk last said of where it is reached: the open part of its `desk_changed`.
pub(crate) async fn office(c: &impl GenericClient, centre: &str, desk: i16) -> Result<Option<Vec<u8>>> {
    let row = query_opt(
        c,
        "SELECT e.open FROM journals j JOIN entries e USING (centre, journal_id)
             WHERE j.centre = $1 AND j.desk = $2 AND e.kind = 'desk_changed'
             ORDER BY length(j.mark) DESC, j.mark DESC, e.seq DESC LIMIT 1",
        &[&centre, &desk],
    )
    .await?;
    Ok(row.and_then(|row| row.get(0)))
}

/// What the last slip of a number says of the office: the open part of its `slip_issued`.
pub(crate) async fn slip(c: &impl GenericClient, centre: &str, desk: i16, number: &str) -> Result<Option<Vec<u8>>> {
    let row = query_opt(
        c,
        "SELECT e.open FROM journals j JOIN entries e USING (centre, journal_id)
             WHERE j.centre = $1 AND j.desk = $2 AND e.centre = $1 AND e.number = $3 AND e.number IS NOT NULL
                 AND e.kind = 'slip_issued'
             ORDER BY length(j.mark) DESC, j.mark DESC, e.seq DESC LIMIT 1",
        &[&centre, &desk, &number],
    )
    .await?;
    Ok(row.and_then(|row| row.get(0)))
}
