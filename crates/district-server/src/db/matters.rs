//! What is folded from entries: matters and clerks.

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use intake_wire::{JournalId, Record};
use serde::Serialize;

use super::journals::Journal;
use super::{execute, fixed, place, query, query_one, query_opt};
use crate::Result;

/// One version of a matter, as an entry says it.
pub(crate) struct Version<'a> {
    /// The journal in which the matter was registered; the version itself stands in the one that is applied.
    pub(crate) of: JournalId,
    pub(crate) number: &'a str,
    pub(crate) seq: u64,
    /// The entry that is taken for the registration where none is known.
    pub(crate) registered_seq: u64,
    pub(crate) ordinal: u32,
    pub(crate) local_date: NaiveDate,
    pub(crate) headcount: u32,
    pub(crate) party: &'a str,
    pub(crate) owes_written_notice: bool,
    pub(crate) words: Words<'a>,
}

/// What of a record the tables show.
#[derive(Default)]
pub(crate) struct Words<'a> {
    name: Option<&'a str>,
    address: Option<&'a str>,
    title: Option<&'a str>,
    demand: Option<&'a str>,
    query_code: Option<&'a str>,
}

impl<'a> Words<'a> {
    /// All of an open one; of a sealed one the query code and the fixed word; nothing of an erased one.
    pub(crate) fn of(record: &'a Record, sealed_title: &'a str) -> Self {
        let query_code = record.query_code();
        match record {
            Record::Erased => Self::default(),
            Record::Sealed(_) => Self { title: Some(sealed_title), query_code, ..Self::default() },
            Record::Told(told) => Self {
                name: told.visit.name.text(),
                address: told.visit.address.text(),
                title: Some(&told.visit.title),
                demand: Some(&told.visit.demand),
                query_code,
            },
        }
    }
}

/// A matter as it stands.
pub(crate) struct Standing {
    /// The journal that registered it.
    pub(crate) of: JournalId,
    pub(crate) version: i32,
    /// The journal that wrote this version.
    pub(crate) version_journal: JournalId,
}

/// How a matter of this desk stands: one of the journal's own number, else one of the desk's other epochs, the newest first.
pub(crate) async fn standing(c: &impl GenericClient, j: &Journal, number: &str) -> Result<Option<Standing>> {
    let row = query_opt(
        c,
        "SELECT m.journal_id, m.version, m.version_journal FROM matters m JOIN journals j USING (centre, journal_id)
             WHERE m.centre = $1 AND m.number = $2 AND m.desk = $3
             ORDER BY m.journal_id = $4 DESC, length(j.mark) DESC, j.mark DESC LIMIT 1",
        &[&j.centre, &number, &i16::from(j.desk), &j.id.0.as_slice()],
    )
    .await?;
    row.map(|row| {
        Ok(Standing {
            of: JournalId(fixed(row.get(0))?),
            version: row.get(1),
            version_journal: JournalId(fixed(row.get(2))?),
        })
    })
    .transpose()
}

/// Puts a version in the place of the one before; registration, voiding and slips stay.
pub(crate) async fn put(c: &impl GenericClient, j: &Journal, v: &Version<'_>) -> Result<()> {
    execute(
        c,
        "INSERT INTO matters (centre, number, journal_id, desk, registered_seq, version_seq, version, local_date,
            headcount, party, owes_written_notice, name, address, title, demand, query_code, version_journal)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT (centre, number, journal_id) DO UPDATE SET version_seq = excluded.version_seq,
            version_journal = excluded.version_journal,
            version = excluded.version, headcount = excluded.headcount, party = excluded.party,
            owes_written_notice = excluded.owes_written_notice, name = excluded.name, address = excluded.address,
            title = excluded.title, demand = excluded.demand, query_code = excluded.query_code",
        &[
            &j.centre,
            &v.number,
            &v.of.0.as_slice(),
            &i16::from(j.desk),
            &place(v.registered_seq)?,
            &place(v.seq)?,
            &i32::try_from(v.ordinal).unwrap_or(i32::MAX),
            &v.local_date,
            &i64::from(v.headcount),
            &v.party,
            &v.owes_written_notice,
            &v.words.name,
            &v.words.address,
            &v.words.title,
            &v.words.demand,
            &v.words.query_code,
            &j.id.0.as_slice(),
        ],
    )
    .await?;
    Ok(())
}

/// Whether one of these numbers is registered in this journal.
pub(crate) async fn any_registered(c: &impl GenericClient, j: &Journal, numbers: &[&str]) -> Result<bool> {
    // Each number by itself (OFFSET 0 keeps it so): by ANY, the index is walked through the whole centre.
    let sql = "SELECT EXISTS (SELECT 1 FROM unnest($2::text[]) n CROSS JOIN LATERAL
                   (SELECT 1 FROM matters WHERE centre = $1 AND number = n AND journal_id = $3 OFFSET 0) m)";
    Ok(query_one(c, sql, &[&j.centre, &numbers, &j.id.0.as_slice()]).await?.get(0))
}

/// Puts matters that nothing is known of, each with how often its slip was printed.
pub(crate) async fn put_new(c: &impl GenericClient, j: &Journal, new: &[(Version<'_>, u32)]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let seqs = new.iter().map(|(v, _)| place(v.seq)).collect::<Result<Vec<_>>>()?;
    let numbers: Vec<&str> = new.iter().map(|(v, _)| v.number).collect();
    let slips: Vec<i32> = new.iter().map(|(_, slips)| i32::try_from(*slips).unwrap_or(i32::MAX)).collect();
    let dates: Vec<NaiveDate> = new.iter().map(|(v, _)| v.local_date).collect();
    let headcounts: Vec<i64> = new.iter().map(|(v, _)| i64::from(v.headcount)).collect();
    let parties: Vec<&str> = new.iter().map(|(v, _)| v.party).collect();
    let owed: Vec<bool> = new.iter().map(|(v, _)| v.owes_written_notice).collect();
    let words = |word: for<'v> fn(&Words<'v>) -> Option<&'v str>| -> Vec<Option<&str>> {
        new.iter().map(|(v, _)| word(&v.words)).collect()
    };
    execute(
        c,
        "INSERT INTO matters (centre, journal_id, version_journal, desk, version, number, registered_seq, version_seq, slips,
            local_date, headcount, party, owes_written_notice, name, address, title, demand, query_code)
         SELECT $1, $2, $2, $3, 1, t.number, t.seq, t.seq, t.slips, t.day, t.headcount, t.party, t.owed, t.name, t.address,
            t.title, t.demand, t.query_code
         FROM unnest($4::text[], $5::int8[], $6::int4[], $7::date[], $8::int8[], $9::text[], $10::bool[], $11::text[],
            $12::text[], $13::text[], $14::text[], $15::text[])
            t (number, seq, slips, day, headcount, party, owed, name, address, title, demand, query_code)",
        &[
            &j.centre,
            &j.id.0.as_slice(),
            &i16::from(j.desk),
            &numbers,
            &seqs,
            &slips,
            &dates,
            &headcounts,
            &parties,
            &owed,
            &words(|words| words.name),
            &words(|words| words.address),
            &words(|words| words.title),
            &words(|words| words.demand),
            &words(|words| words.query_code),
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn void(c: &impl GenericClient, j: &Journal, of: JournalId, number: &str) -> Result<()> {
    execute(
        c,
        "UPDATE matters SET void = true WHERE centre = $1 AND number = $2 AND journal_id = $3",
        &[&j.centre, &number, &of.0.as_slice()],
    )
    .await?;
    Ok(())
}

pub(crate) async fn slip(c: &impl GenericClient, j: &Journal, of: JournalId, number: &str, copy: u32) -> Result<()> {
    let copy = i32::try_from(copy).unwrap_or(i32::MAX);
    execute(
        c,
        "UPDATE matters SET slips = greatest(slips, $4) WHERE centre = $1 AND number = $2 AND journal_id = $3",
        &[&j.centre, &number, &of.0.as_slice(), &copy],
    )
    .await?;
    Ok(())
}

pub(crate) async fn clerk(
    c: &impl GenericClient,
    j: &Journal,
    clerk: i64,
    role: &str,
    name: Option<&str>,
) -> Result<()> {
    execute(
        c,
        "INSERT INTO clerks (centre, journal_id, clerk, role, name) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (centre, journal_id, clerk) DO UPDATE SET role = excluded.role, name = excluded.name",
        &[&j.centre, &j.id.0.as_slice(), &clerk, &role, &name],
    )
    .await?;
    Ok(())
}

/// Registrations of a journal, and how many of them are void.
pub(crate) async fn counts(c: &impl GenericClient, j: &Journal) -> Result<(i64, i64)> {
    let row = query_one(
        c,
        "SELECT count(*), count(*) FILTER (WHERE void) FROM matters WHERE centre = $1 AND journal_id = $2",
        &[&j.centre, &j.id.0.as_slice()],
    )
    .await?;
    Ok((row.get(0), row.get(1)))
}

/// A matter as it is written out for people.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) number: String,
    pub(crate) date: NaiveDate,
    pub(crate) desk: i16,
    pub(crate) version: i32,
    pub(crate) void: bool,
    pub(crate) party: String,
    pub(crate) headcount: i64,
    pub(crate) owes_written_notice: bool,
    pub(crate) slips: i32,
    pub(crate) name: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) demand: Option<String>,
}

/// A centre's matters from one day to another, both included.
pub(crate) async fn of_period(
    c: &impl GenericClient,
    centre: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Line>> {
    let rows = query(c, "SELECT number, local_date, desk, version, void, party, headcount, owes_written_notice, slips, name, address,
                title, demand FROM matters WHERE centre = $1 AND local_date BETWEEN $2 AND $3 ORDER BY number, journal_id",
            &[&centre, &from, &to],
        )
        .await?;
    let line = |row: &tokio_postgres::Row| Line {
        number: row.get(0),
        date: row.get(1),
        desk: row.get(2),
        version: row.get(3),
        void: row.get(4),
        party: row.get(5),
        headcount: row.get(6),
        owes_written_notice: row.get(7),
        slips: row.get(8),
        name: row.get(9),
        address: row.get(10),
        title: row.get(11),
        demand: row.get(12),
    };
    Ok(rows.iter().map(line).collect())
}
