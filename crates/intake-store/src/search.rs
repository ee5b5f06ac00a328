//! Finding matters by what is typed: an index that trails the journal, and the records themselves, which have the last word.
//!
//! The index is no part of a commit: entries above its place are looked through, so what is registered is found at once.
//! What the index proposes is compared with the record before it counts. Newest first, always: nothing is weighed.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use intake_model::seek::{Words, finds};
use intake_model::{Filed, RegistrationNumber, Visit};
use rusqlite::{Connection, params};

use crate::db::{Reader, Writer};
use crate::erase::about;
use crate::journal::{Journal, of_place, place};
use crate::matters::{MatterRecord, Matters, State};
use crate::tokens;
use crate::{Error, Result};

/// As many proposals of the index are compared with their records before the question is given back unfinished, so that no
/// question keeps a clerk waiting: the next page goes on from there.
const LOOKED_AT: usize = 400;
/// Proposals fetched at a time.
const FETCHED: usize = 64;
/// Kinds of entries that name a matter and change nothing by which it is found.
const WITHOUT_WORDS: &str =
    "('slip_issued', 'progress_told', 'document_issued', 'document_reprinted', 'document_voided',
    'document_delivered', 'delivered_for', 'accepted', 'handed_over', 'replied', 'closed', 'objected', 'act_received',
    'step_withdrawn')";
/// Pages of the index that one slice of taking left-over tokens out may write.
const PURGED_PAGES: i64 = 200;

/// What is looked for. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Each of them is found in the matter.
    pub words: Words,
    /// Registered on this day or after it.
    pub from: Option<NaiveDate>,
    /// Registered on this day or before it.
    pub to: Option<NaiveDate>,
    /// Filed under one of these categories, or under something below it. Empty: under anything.
    pub categories: Vec<Filed>,
    /// How it stands.
    pub state: Option<Wanted>,
}

/// How a matter that is looked for stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Not yet at the district.
    Waiting,
    /// At the district.
    Sent,
    /// There, and something is to be done.
    SetAside,
    /// Voided, wherever it is.
    Void,
}

/// Some of what was found.
#[derive(Debug, Clone)]
pub struct Page {
    /// The newest first.
    pub matters: Vec<MatterRecord>,
    /// Where the next page begins; `None` where there is nothing more. A page that is not full may have one: it was cut off
    /// so that nobody waits.
    pub next: Option<i64>,
}

/// Searching.
pub struct Search<'c> {
    connection: &'c Connection,
}

impl Reader<'_> {
    /// Searching.
    pub fn search(&self) -> Search<'_> {
        Search { connection: self.connection }
    }
}

impl Search<'_> {
    fn matters(&self) -> Matters<'_> {
        Matters { connection: self.connection }
    }

    /// At most `limit` matters below the place where the page before ended; that is the `next` of its answer. What is
    /// registered between two pages neither shifts nor repeats anything: it stands above both.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn page(&self, query: &Query, before: Option<i64>, limit: usize) -> Result<Page> {
        let before = before.unwrap_or(i64::MAX);
        let mut page = Page { matters: Vec::new(), next: None };
        let Some(days) = self.days(query)? else { return Ok(page) };
        let question = tokens::question(&query.words.0, days, &query.categories, query.state == Some(Wanted::Void));
        let Places { ranges, mut apart } = self.places(query.state)?;
        apart.extend(self.unindexed()?);
        let mut listed = apart.range(..before).rev().copied().peekable();
        let mut proposed = Proposals::new(self.connection, &question, ranges, before, limit);
        let mut looked = 0;
        let mut last = before;
        loop {
            let from_index = proposed.peek()?;
            let at = match (listed.peek().copied(), from_index) {
                (Some(one), other) if other.is_none_or(|other| one >= other) => {
                    listed.next();
                    if other == Some(one) {
                        proposed.next();
                    }
                    one
                }
                (_, Some(other)) => {
                    proposed.next();
                    other
                }
                _ => return Ok(page),
            };
            if page.matters.len() == limit || looked == LOOKED_AT {
                page.next = Some(last);
                return Ok(page);
            }
            looked += 1;
            last = at;
            let (epoch, seq) = of_place(at);
            if let Some(matter) = self.matters().registered_at(epoch, seq)?.filter(|matter| holds(query, matter)) {
                page.matters.push(matter);
            }
        }
    }

    /// The days that are asked for, narrowed to those on which anything was registered. `Some(None)`: all of them.
    #[allow(clippy::option_option, reason = "no day at all is something else than every day")]
    fn days(&self, query: &Query) -> Result<Option<Option<(NaiveDate, NaiveDate)>>> {
        if query.from.is_none() && query.to.is_none() {
            return Ok(Some(None));
        }
        let sql = "SELECT (SELECT min(local_date) FROM matters), (SELECT max(local_date) FROM matters)";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let (first, last): (Option<String>, Option<String>) =
            self.connection.prepare_cached(sql)?.query_row([], read)?;
        let day = |text: Option<String>| text.and_then(|text| text.parse::<NaiveDate>().ok());
        let (Some(first), Some(last)) = (day(first), day(last)) else { return Ok(None) };
        let from = query.from.map_or(first, |from| from.max(first));
        let to = query.to.map_or(last, |to| to.min(last));
        Ok((from <= to).then_some(Some((from, to))))
    }

    /// Where in the index matters of a state can stand, the newest epoch first, and which stand apart from that.
    fn places(&self, state: Option<Wanted>) -> Result<Places> {
        match state {
            None | Some(Wanted::Void) => Ok(Places { ranges: vec![(0, i64::MAX)], apart: BTreeSet::new() }),
            Some(Wanted::SetAside) => Ok(Places { ranges: Vec::new(), apart: self.set_aside()? }),
            Some(wanted) => {
                let sql = "SELECT id, remote_seq FROM epochs ORDER BY id DESC";
                let mut statement = self.connection.prepare_cached(sql)?;
                let epochs = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let epochs = epochs.collect::<rusqlite::Result<Vec<(i64, u64)>>>()?;
                let range = |&(epoch, sent): &(i64, u64)| match wanted {
                    Wanted::Waiting => (place(epoch, sent) + 1, place(epoch + 1, 0)),
                    _ => (place(epoch, 0), place(epoch, sent)),
                };
                let ranges = epochs.iter().map(range).collect();
                let mut apart = BTreeSet::new();
                // Registered before, and changed since: in the same epoch, or in a later one.
                let several = epochs.len() > 1;
                let changed = |(_, sent): &(i64, u64)| wanted == Wanted::Waiting && (*sent > 0 || several);
                for (epoch, sent) in epochs.into_iter().filter(changed) {
                    let changed = self.about(epoch, sent, "AND kind <> 'registered'", i64::MAX)?;
                    apart.extend(changed.rowids);
                }
                Ok(Places { ranges, apart })
            }
        }
    }

    fn set_aside(&self) -> Result<BTreeSet<i64>> {
        let sql = "SELECT j.open FROM verdicts v JOIN journal j ON j.epoch = v.epoch AND j.seq = v.seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let opens = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let mut found = BTreeSet::new();
        for open in opens {
            found.extend(self.rowid_about(&open?)?);
        }
        Ok(found)
    }

    /// The matters that entries above the index's place are about.
    fn unindexed(&self) -> Result<BTreeSet<i64>> {
        let mut found = BTreeSet::new();
        for (epoch, seq) in indexed(self.connection)? {
            found.extend(self.about(epoch, seq, "", i64::MAX)?.rowids);
        }
        Ok(found)
    }

    /// The matters that the next entries of an epoch are about, at most `most` of those, and the last entry seen.
    fn about(&self, epoch: i64, after: u64, also: &str, most: i64) -> Result<Seen> {
        let sql = format!(
            "SELECT seq, open FROM journal WHERE epoch = ?1 AND seq > ?2 AND kind NOT IN {WITHOUT_WORDS} {also}
             ORDER BY seq LIMIT ?3"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![epoch, after, most])?;
        let mut seen = Seen::default();
        while let Some(row) = rows.next()? {
            seen.last = Some(row.get(0)?);
            seen.entries += 1;
            seen.rowids.extend(self.rowid_about(&row.get::<_, Vec<u8>>(1)?)?);
        }
        Ok(seen)
    }

    fn rowid_about(&self, open: &[u8]) -> Result<Option<i64>> {
        let Some(number) = about(open) else { return Ok(None) };
        Ok(self.matters().place_of(&number)?.map(|(epoch, seq)| place(epoch, seq)))
    }
}

/// Where to look.
struct Places {
    /// Stretches of the index, the newest first.
    ranges: Vec<(i64, i64)>,
    /// Matters to be looked at besides, whatever the index says.
    apart: BTreeSet<i64>,
}

#[derive(Default)]
struct Seen {
    rowids: BTreeSet<i64>,
    last: Option<u64>,
    entries: i64,
}

/// Each epoch and the last entry of it that the index has seen.
fn indexed(connection: &Connection) -> Result<Vec<(i64, u64)>> {
    let sql = "SELECT e.id, coalesce(i.seq, 0) FROM epochs e LEFT JOIN indexed i ON i.epoch = e.id ORDER BY e.id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a matter is what is looked for, by its record.
fn holds(query: &Query, matter: &MatterRecord) -> bool {
    let Ok(number) = matter.number.parse::<RegistrationNumber>() else { return false };
    let visit = matter.record.visit();
    let date = number.date();
    query.from.is_none_or(|from| from <= date)
        && query.to.is_none_or(|to| date <= to)
        && query.state.is_none_or(|wanted| stands(wanted, matter))
        && (query.categories.is_empty() || visit.is_some_and(|visit| is_under(visit, &query.categories)))
        && query.words.0.iter().all(|word| finds(word, &number, visit))
}

fn is_under(visit: &Visit, categories: &[Filed]) -> bool {
    let lineage = visit.content.iter().flat_map(tokens::lineage).collect::<Vec<_>>();
    !visit.is_sealed() && lineage.iter().any(|filed| categories.contains(filed))
}

fn stands(wanted: Wanted, matter: &MatterRecord) -> bool {
    if matter.void || wanted == Wanted::Void {
        return matter.void && wanted == Wanted::Void;
    }
    match matter.state {
        State::Waiting => wanted == Wanted::Waiting,
        State::Sent => wanted == Wanted::Sent,
        State::SetAside(_) => wanted == Wanted::SetAside,
    }
}

/// What the index proposes, range by range, the newest first, fetched a few at a time.
struct Proposals<'c> {
    connection: &'c Connection,
    question: &'c str,
    ranges: std::vec::IntoIter<(i64, i64)>,
    range: Option<(i64, i64)>,
    before: i64,
    fetched: std::vec::IntoIter<i64>,
    most: usize,
}

impl<'c> Proposals<'c> {
    fn new(connection: &'c Connection, question: &'c str, ranges: Vec<(i64, i64)>, before: i64, limit: usize) -> Self {
        let mut ranges = ranges.into_iter();
        let range = ranges.next();
        Self { connection, question, ranges, range, before, fetched: Vec::new().into_iter(), most: limit + 1 }
    }

    fn peek(&mut self) -> Result<Option<i64>> {
        while self.fetched.as_slice().is_empty() {
            let Some((low, high)) = self.range else { return Ok(None) };
            let high = high.min(self.before.saturating_sub(1));
            let sql = "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid >= ?2 AND rowid <= ?3
                       ORDER BY rowid DESC LIMIT ?4";
            let mut statement = self.connection.prepare_cached(sql)?;
            let most = i64::try_from(self.most).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![self.question, low, high, most], |row| row.get(0))?;
            let fetched = rows.collect::<rusqlite::Result<Vec<i64>>>()?;
            // Fewer than asked for: this range is at its end.
            self.range = match fetched.last() {
                Some(last) if fetched.len() == self.most => Some((low, last - 1)),
                _ => self.ranges.next(),
            };
            self.most = FETCHED;
            self.fetched = fetched.into_iter();
        }
        Ok(self.fetched.as_slice().first().copied())
    }

    fn next(&mut self) {
        self.fetched.next();
    }
}

impl Writer<'_> {
    /// Brings the index up to date by at most `most` entries; says whether more are left. It changes nothing at the desk, so
    /// it has no entry of its own.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn index(&self, most: u32) -> Result<bool> {
        let search = Search { connection: self.connection };
        let mut left = false;
        for (epoch, seq) in indexed(self.connection)? {
            let seen = search.about(epoch, seq, "", most.into())?;
            for rowid in seen.rowids {
                self.index_one(rowid)?;
            }
            let more = seen.entries == i64::from(most);
            left |= more;
            let reached = match seen.last {
                Some(last) if more => last,
                // Up to the epoch's end, over whatever has no words.
                _ => Journal { connection: self.connection }.last_of(epoch)?,
            };
            if reached > seq {
                let sql = "INSERT INTO indexed (epoch, seq) VALUES (?1, ?2)
                           ON CONFLICT (epoch) DO UPDATE SET seq = excluded.seq";
                self.connection.prepare_cached(sql)?.execute(params![epoch, reached])?;
            }
        }
        Ok(left)
    }

    /// Takes one matter into the index as it stands now.
    pub(crate) fn index_matter(&self, number: &str) -> Result<()> {
        match self.matters().place_of(number)? {
            Some((epoch, seq)) => self.index_one(place(epoch, seq)),
            None => Ok(()),
        }
    }

    fn index_one(&self, rowid: i64) -> Result<()> {
        let (epoch, seq) = of_place(rowid);
        let Some(matter) = self.matters().registered_at(epoch, seq)? else { return Ok(()) };
        let number: RegistrationNumber =
            matter.number.parse().map_err(|_| Error::Contradiction("a number does not read".into()))?;
        let visit = matter.record.visit();
        let stood = "SELECT EXISTS (SELECT 1 FROM search_docsize WHERE id = ?1)";
        let stood: bool = self.connection.prepare_cached(stood)?.query_row([rowid], |row| row.get(0))?;
        if stood {
            self.connection.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([rowid])?;
            if visit.is_none_or(Visit::is_sealed) {
                self.set_purge(1)?;
            }
        }
        let sql = "INSERT INTO search (rowid, tokens) VALUES (?1, ?2)";
        self.connection.prepare_cached(sql)?.execute(params![rowid, tokens::of_matter(&number, visit, matter.void)])?;
        Ok(())
    }

    fn set_purge(&self, step: i64) -> Result<()> {
        self.connection.prepare_cached("UPDATE index_purge SET step = ?1 WHERE id = 1")?.execute([step])?;
        Ok(())
    }

    /// One slice of taking out of the index what deletions left in it: FTS5 only marks it. Says whether more is left.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn purge_index(&self) -> Result<bool> {
        let step: i64 = self
            .connection
            .prepare_cached("SELECT step FROM index_purge WHERE id = 1")?
            .query_row([], |row| row.get(0))?;
        if step == 0 {
            return Ok(false);
        }
        // A negative count gathers every segment into one merge; positive ones go on with it.
        let pages = if step == 1 { -PURGED_PAGES } else { PURGED_PAGES };
        let before: i64 = self.connection.query_row("SELECT total_changes()", [], |row| row.get(0))?;
        let sql = "INSERT INTO search (search, rank) VALUES ('merge', ?1)";
        self.connection.prepare_cached(sql)?.execute([pages])?;
        let after: i64 = self.connection.query_row("SELECT total_changes()", [], |row| row.get(0))?;
        // SQLite's own sign that there was nothing to merge: fewer than two changes.
        let more = after - before >= 2;
        self.set_purge(if more { 2 } else { 0 })?;
        Ok(more)
    }

    /// Takes at once out of the index what deletions left in it. It rewrites the whole index: for erasing, which ends with
    /// it.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn optimize_index(&self) -> Result<()> {
        self.connection.prepare_cached("INSERT INTO search (search) VALUES ('optimize')")?.execute([])?;
        self.set_purge(0)
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
