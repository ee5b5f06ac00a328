//! What is folded from entries: matters and clerks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use intake_model::{Filed, Identity, identity, name, phone, seek};
use intake_wire::{JournalId, Record, RecordOf};
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

/// What of a record the tables show, and by what they find it.
#[derive(Default)]
pub(crate) struct Words<'a> {
    name: Option<&'a str>,
    address: Option<&'a str>,
    title: Option<&'a str>,
    demand: Option<&'a str>,
    query_code: Option<&'a str>,
    sealed: bool,
    received_on: Option<NaiveDate>,
    filed: Option<&'a Filed>,
    found_by: Vec<String>,
}

impl<'a> Words<'a> {
    /// All of an open one; of a sealed one the query code and the fixed word; nothing of an erased one.
    pub(crate) fn of(record: &'a Record, sealed_title: &'a str) -> Self {
        let common = Self {
            query_code: record.query_code(),
            received_on: record.received_at().map(|at| at.date()),
            ..Self::default()
        };
        match record {
            Record::Erased => common,
            Record::Told(told) if !told.visit.is_sealed() => Self {
                name: told.visit.name.text(),
                address: told.visit.address.text(),
                title: Some(&told.visit.title),
                demand: Some(&told.visit.demand),
                filed: told.visit.content.as_ref(),
                found_by: found_by(told),
                ..common
            },
            Record::Told(_) | Record::Sealed(_) => Self { title: Some(sealed_title), sealed: true, ..common },
        }
    }

    fn category(&self) -> (Option<i64>, Option<&str>) {
        (self.filed.map(|filed| i64::from(filed.edition)), self.filed.map(|filed| filed.code.as_str()))
    }
}

/// What a person is looked for by, as it is compared: the letter of its kind and the plain form.
pub(crate) enum Sought<'a> {
    Name(&'a str),
    Phone(&'a str),
    Paper(&'a str),
}

impl Sought<'_> {
    /// `None` where nothing is left of what was typed.
    pub(crate) fn key(&self) -> Option<String> {
        let (letter, plain) = match self {
            Self::Name(typed) => ('n', name::normalise(typed.trim())),
            Self::Phone(typed) => {
                let typed = name::half_width(typed);
                let read = phone::read(&typed).into_iter().next();
                let dialled = read.map_or(typed, |number| number.dialled);
                ('p', dialled.chars().filter(char::is_ascii_digit).collect())
            }
            Self::Paper(typed) => {
                let number = name::plain_number(typed);
                let told = Identity { paper: identity::paper_by_form(&number), number, nationality: None };
                ('i', told.normalised().number)
            }
        };
        (!plain.is_empty()).then(|| format!("{letter}{plain}"))
    }
}

/// Everybody named in a matter, their phones and papers.
fn found_by(told: &RecordOf) -> Vec<String> {
    let visit = &told.visit;
    let names = visit.name.text().into_iter().chain(visit.people.iter().map(|person| person.name.as_str()));
    let papers = visit.identity.iter().map(|paper| paper.number.as_str()).chain(visit.uscc.as_deref());
    let phones = seek::phones(visit);
    let sought = names.map(Sought::Name).chain(papers.map(Sought::Paper));
    let mut keys: Vec<String> = sought.filter_map(|one| one.key()).collect();
    keys.extend(phones.iter().map(|digits| format!("p{digits}")));
    keys.sort();
    keys.dedup();
    keys
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
    let (edition, category) = v.words.category();
    execute(
        c,
        "INSERT INTO matters (centre, number, journal_id, desk, registered_seq, version_seq, version, local_date,
            headcount, party, owes_written_notice, name, address, title, demand, query_code, version_journal, sealed,
            received_on, category_edition, category, found_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
         ON CONFLICT (centre, number, journal_id) DO UPDATE SET version_seq = excluded.version_seq,
            version_journal = excluded.version_journal,
            version = excluded.version, headcount = excluded.headcount, party = excluded.party,
            owes_written_notice = excluded.owes_written_notice, name = excluded.name, address = excluded.address,
            title = excluded.title, demand = excluded.demand, query_code = excluded.query_code,
            sealed = excluded.sealed, received_on = excluded.received_on,
            category_edition = excluded.category_edition, category = excluded.category,
            found_by = excluded.found_by",
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
            &v.words.sealed,
            &v.words.received_on,
            &edition,
            &category,
            &v.words.found_by,
        ],
    )
    .await?;
    Ok(())
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
    let sealed: Vec<bool> = new.iter().map(|(v, _)| v.words.sealed).collect();
    let received: Vec<Option<NaiveDate>> = new.iter().map(|(v, _)| v.words.received_on).collect();
    let (editions, categories): (Vec<_>, Vec<_>) = new.iter().map(|(v, _)| v.words.category()).unzip();
    // A list of lists has no place in `unnest`.
    let found_by: Vec<String> = new.iter().map(|(v, _)| v.words.found_by.join("\u{1F}")).collect();
    execute(
        c,
        "INSERT INTO matters (centre, journal_id, version_journal, desk, version, number, registered_seq, version_seq, slips,
            local_date, headcount, party, owes_written_notice, name, address, title, demand, query_code, sealed,
            received_on, category_edition, category, found_by)
         SELECT $1, $2, $2, $3, 1, t.number, t.seq, t.seq, t.slips, t.day, t.headcount, t.party, t.owed, t.name, t.address,
            t.title, t.demand, t.query_code, t.sealed, t.received_on, t.edition, t.category,
            string_to_array(t.found_by, chr(31))
         FROM unnest($4::text[], $5::int8[], $6::int4[], $7::date[], $8::int8[], $9::text[], $10::bool[], $11::text[],
            $12::text[], $13::text[], $14::text[], $15::text[], $16::bool[], $17::date[], $18::int8[], $19::text[],
            $20::text[])
            t (number, seq, slips, day, headcount, party, owed, name, address, title, demand, query_code, sealed,
               received_on, edition, category, found_by)",
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
            &sealed,
            &received,
            &editions,
            &categories,
            &found_by,
        ],
    )
    .await?;
    Ok(())
}

/// The highest copy of slips, of matters that this journal registered; whether it registered all of them.
pub(crate) async fn slips(c: &impl GenericClient, j: &Journal, copies: &BTreeMap<String, u32>) -> Result<bool> {
    if copies.is_empty() {
        return Ok(true);
    }
    let numbers: Vec<&str> = copies.keys().map(String::as_str).collect();
    let slips: Vec<i32> = copies.values().map(|copy| i32::try_from(*copy).unwrap_or(i32::MAX)).collect();
    let sql =
        "UPDATE matters m SET slips = greatest(m.slips, t.slips) FROM unnest($3::text[], $4::int4[]) t (number, slips)
               WHERE m.centre = $1 AND m.number = t.number AND m.journal_id = $2";
    let found = execute(c, sql, &[&j.centre, &j.id.0.as_slice(), &numbers, &slips]).await?;
    Ok(found == copies.len() as u64)
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

/// A matter that was folded by an earlier version of this program.
pub(crate) struct Unfolded {
    pub(crate) centre: String,
    number: String,
    journal: Vec<u8>,
    /// Of its version's entry; `None` once erased.
    pub(crate) personal: Option<Vec<u8>>,
}

pub(crate) async fn unfolded(c: &impl GenericClient, limit: i64) -> Result<Vec<Unfolded>> {
    let rows = query(
        c,
        "SELECT m.centre, m.number, m.journal_id, e.personal FROM matters m LEFT JOIN entries e
             ON e.centre = m.centre AND e.journal_id = m.version_journal AND e.seq = m.version_seq
             WHERE m.sealed IS NULL LIMIT $1",
        &[&limit],
    )
    .await?;
    let one = |row: &tokio_postgres::Row| Unfolded {
        centre: row.get(0),
        number: row.get(1),
        journal: row.get(2),
        personal: row.get(3),
    };
    Ok(rows.iter().map(one).collect())
}

/// Writes what an earlier version did not fold.
pub(crate) async fn fold_again(c: &impl GenericClient, of: &Unfolded, words: &Words<'_>) -> Result<()> {
    let (edition, category) = words.category();
    execute(
        c,
        "UPDATE matters SET sealed = $4, received_on = $5, category_edition = $6, category = $7, found_by = $8
         WHERE centre = $1 AND number = $2 AND journal_id = $3",
        &[&of.centre, &of.number, &of.journal, &words.sealed, &words.received_on, &edition, &category, &words.found_by],
    )
    .await?;
    Ok(())
}
