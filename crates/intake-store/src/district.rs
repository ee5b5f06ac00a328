//! What came down from the district: its journals for this desk, what it did with matters, and the tables it published.
//!
//! The newest journal goes on; an older one is of before the district was restored, and what it says stays. Only the words of
//! an act can go, with those of its matter. Deliberately absent: signatures, which are checked before anything comes here.

use chrono::NaiveDate;
use intake_model::{ActTold, ActWords, DistrictAct};
use intake_wire::{
    ClerkLeft, ClerkNamed, Entry, Hash, Head, JournalId, Kind, MatterActed, Part, Record, TablePublished,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::db::{Reader, Writer};
use crate::line::{Line, LineWriter};
use crate::matters::open_part;
use crate::{Error, Matters, Result, elsewhere, shared};

/// The epoch of the journal that was told at enrolment.
const FIRST: i64 = 1;

/// Matters of this desk with an act that nobody has looked at. Each act looks for its matter, not each matter for an act.
pub(crate) const UNSEEN_ACTS: &str = "SELECT number FROM acts_unseen a
    WHERE EXISTS (SELECT 1 FROM matters m WHERE m.number = a.number) ORDER BY number";

/// An act of the district about a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActRecord {
    /// What was done, when and by when.
    pub told: ActTold,
    /// When this centre received what was sent to it; `None` of what goes to another body.
    pub received_on: Option<NaiveDate>,
    /// Its words; `None` once they went with those of the matter.
    pub words: Option<ActWords>,
}

impl Line<'_> {
    /// The district's journal for this desk that goes on; `None` before enrolment.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`].
    pub fn district(&self) -> Result<Option<JournalId>> {
        Ok(self.district_journals()?.pop())
    }

    /// Every journal of the district's for this desk, the oldest first.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`].
    pub fn district_journals(&self) -> Result<Vec<JournalId>> {
        let Some(admission) = self.admission()? else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare_cached("SELECT journal FROM district_epochs ORDER BY id")?;
        let later = statement.query_map([], |row| Ok(JournalId(row.get(0)?)))?;
        let mut journals = vec![admission.answer.journal];
        journals.extend(later.collect::<rusqlite::Result<Vec<_>>>()?);
        Ok(journals)
    }

    /// Every table that the district published, in the order in which it did.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`].
    pub fn tables(&self) -> Result<Vec<TablePublished>> {
        let sql = "SELECT j.entry FROM district_tables t JOIN district_journal j ON j.epoch = t.epoch AND j.seq = t.seq
                   ORDER BY t.epoch, t.seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|bytes| open_part(&intake_wire::decode(&bytes?)?)).collect()
    }

    /// Clerks of whom the district says that they have left, by number and name.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn clerks_left(&self) -> Result<Vec<(u32, String)>> {
        let mut statement = self.connection.prepare_cached("SELECT DISTINCT clerk, name FROM clerks_left")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How far the journal that goes on is held.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn district_head(&self) -> Result<Head> {
        head(self.connection, newest(self.connection)?)
    }
}

impl LineWriter<'_> {
    /// Appends an entry of a journal of the district's. The first entry of one that the desk does not know begins the next
    /// epoch; only the newest goes on.
    ///
    /// # Errors
    /// [`Error::Wire`] where it does not continue the chain; [`Error::Contradiction`] where its journal is an older one.
    pub fn append_district(&self, journal: JournalId, entry: &Entry) -> Result<Head> {
        let known = Line { connection: self.connection }.district_journals()?;
        let mut epoch = newest(self.connection)?;
        if known.last() != Some(&journal) {
            if known.contains(&journal) {
                return Err(Error::Contradiction("an entry of a journal that the district left".into()));
            }
            epoch += 1;
            let sql = "INSERT INTO district_epochs (id, journal) VALUES (?1, ?2)";
            self.connection.prepare_cached(sql)?.execute(params![epoch, journal.0])?;
        }
        let now = entry.follow(journal, head(self.connection, epoch)?)?;
        let sql = "INSERT INTO district_journal (epoch, seq, hash, entry) VALUES (?1, ?2, ?3, ?4)";
        let bytes = intake_wire::encode(entry)?;
        self.connection.prepare_cached(sql)?.execute(params![epoch, now.seq, now.hash.0, bytes])?;
        if let Some(number) = elsewhere::index(self.connection, epoch, entry)?
            && !is_told(self.connection, &number)?
        {
            forget(self.connection, &number)?;
        }
        if let Some((number, is_new)) = index(self.connection, epoch, entry)? {
            if is_new {
                let sql = "INSERT OR IGNORE INTO acts_unseen (number) VALUES (?1)";
                self.connection.prepare_cached(sql)?.execute([&number])?;
            }
            if !is_told(self.connection, &number)? {
                forget(self.connection, &number)?;
            }
        }
        Ok(now)
    }
}

impl Matters<'_> {
    /// What the district did with a matter, the oldest first.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`], [`Error::Json`].
    pub fn acts(&self, number: &str) -> Result<Vec<ActRecord>> {
        let sql = "SELECT j.entry FROM district_acts a JOIN district_journal j ON j.epoch = a.epoch AND j.seq = a.seq
                   WHERE a.number = ?1 ORDER BY a.epoch, a.seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([number], |row| row.get::<_, Vec<u8>>(0))?;
        rows.map(|bytes| {
            let entry: Entry = intake_wire::decode(&bytes?)?;
            let MatterActed { id, told, .. } = open_part(&entry)?;
            let words = entry.personal.bytes().map(serde_json::from_slice).transpose()?;
            let received_on = if told.to_centre { self.received_on(number, &id)? } else { None };
            Ok(ActRecord { told, received_on, words })
        })
        .collect()
    }

    /// What the district did with a matter last.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`], [`Error::Json`].
    pub fn last_act(&self, number: &str) -> Result<Option<DistrictAct>> {
        let sql = "SELECT j.entry FROM district_acts a JOIN district_journal j ON j.epoch = a.epoch AND j.seq = a.seq
                   WHERE a.number = ?1 ORDER BY a.epoch DESC, a.seq DESC LIMIT 1";
        let found = self.connection.prepare_cached(sql)?.query_row([number], |row| row.get::<_, Vec<u8>>(0));
        let Some(bytes) = found.optional()? else { return Ok(None) };
        let MatterActed { told, .. } = open_part(&intake_wire::decode(&bytes)?)?;
        Ok(Some(told.act))
    }

    /// Matters of this desk with an act that no clerk has looked at yet.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn unseen_acts(&self) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached(UNSEEN_ACTS)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// A clerk has looked at what the district did with a matter.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn seen_acts(&self, number: &str) -> Result<()> {
        self.connection.prepare_cached("DELETE FROM acts_unseen WHERE number = ?1")?.execute([number])?;
        Ok(())
    }

    /// The words of the district about a matter go with those of the matter itself.
    pub(crate) fn forget_acts(&self, number: &str) -> Result<()> {
        forget(self.connection, number)
    }
}

impl Reader<'_> {
    /// The district's journals as they came down: each is a chain.
    pub(crate) fn verify_district_journals(&self) -> Result<()> {
        let mut statement =
            self.connection.prepare("SELECT seq, hash, entry FROM district_journal WHERE epoch = ?1 ORDER BY seq")?;
        for (epoch, journal) in (FIRST..).zip(self.line().district_journals()?) {
            let mut rows = statement.query([epoch])?;
            let mut head = Head::EMPTY;
            while let Some(row) = rows.next()? {
                let (seq, hash, bytes): (u64, [u8; 32], Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let read = intake_wire::decode::<Entry>(&bytes).and_then(|entry| entry.follow(journal, head));
                head = match read {
                    Ok(next) if next.seq == seq && next.hash.0 == hash => next,
                    _ => return Err(Error::Contradiction(format!("the district's entry {seq} was changed"))),
                };
            }
        }
        Ok(())
    }
}

/// Makes the list of acts anew; what words of a matter are gone, go here too.
pub(crate) fn fill(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM district_acts; DELETE FROM district_tables; DELETE FROM clerks_left;
         DELETE FROM shared_matters; DELETE FROM delivered_elsewhere;",
    )?;
    let mut statement = connection.prepare("SELECT epoch, entry FROM district_journal ORDER BY epoch, seq")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut numbers = std::collections::BTreeSet::new();
    for (epoch, bytes) in rows.collect::<rusqlite::Result<Vec<(i64, Vec<u8>)>>>()? {
        let entry: Entry = intake_wire::decode(&bytes)?;
        numbers.extend(index(connection, epoch, &entry)?.map(|(number, _)| number));
        numbers.extend(elsewhere::index(connection, epoch, &entry)?);
    }
    for number in numbers {
        if !is_told(connection, &number)? {
            forget(connection, &number)?;
        }
    }
    Ok(())
}

/// Lists what an entry brought. Of an act it gives the number of its matter, and whether it was not listed before. What this
/// version cannot read is kept and not listed.
fn index(connection: &Connection, epoch: i64, entry: &Entry) -> Result<Option<(String, bool)>> {
    shared::index(connection, epoch, entry)?;
    if entry.kind == Kind::table_published()
        && let Ok(TablePublished { heading, .. }) = open_part(entry)
    {
        let sql = "INSERT OR IGNORE INTO district_tables (kind, name, version, epoch, seq) VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = params![heading.kind.word(), heading.name, heading.version, epoch, entry.seq];
        connection.prepare_cached(sql)?.execute(row)?;
    }
    if entry.kind == Kind::clerk_left()
        && let (Ok(ClerkLeft { clerk }), Some(Ok(ClerkNamed { name }))) =
            (open_part(entry), entry.personal.bytes().map(serde_json::from_slice))
    {
        let sql = "INSERT OR IGNORE INTO clerks_left (epoch, seq, clerk, name) VALUES (?1, ?2, ?3, ?4)";
        connection.prepare_cached(sql)?.execute(params![epoch, entry.seq, clerk, name])?;
    }
    if entry.kind != Kind::matter_acted() {
        return Ok(None);
    }
    let Ok(MatterActed { id, number, .. }) = open_part(entry) else { return Ok(None) };
    let sql = "INSERT OR IGNORE INTO district_acts (number, act_id, epoch, seq) VALUES (?1, ?2, ?3, ?4)";
    let new = connection.prepare_cached(sql)?.execute(params![number, id, epoch, entry.seq])?;
    Ok(Some((number, new > 0)))
}

/// Whether the words of a matter are open to everybody at the desk, or it is not here at all.
fn is_told(connection: &Connection, number: &str) -> Result<bool> {
    let found = Matters { connection }.find(number)?;
    Ok(found.is_none_or(|matter| matches!(matter.record, Record::Told(_))))
}

fn forget(connection: &Connection, number: &str) -> Result<()> {
    let known: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM district_acts WHERE number = ?1)
                 OR EXISTS (SELECT 1 FROM delivered_elsewhere WHERE number = ?1)",
        )?
        .query_row([number], |row| row.get(0))?;
    if !known {
        return Ok(());
    }
    // One that was said again is not in the list, and has the same words.
    let mut statement = connection.prepare_cached("SELECT rowid, entry FROM district_journal")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (rowid, bytes) in rows.collect::<rusqlite::Result<Vec<(i64, Vec<u8>)>>>()? {
        let mut entry: Entry = intake_wire::decode(&bytes)?;
        let acted = open_part::<MatterActed>(&entry).ok().filter(|_| entry.kind == Kind::matter_acted());
        let about = acted.map(|act| act.number).or_else(|| elsewhere::read(&entry).map(|one| one.number));
        if about.as_deref() != Some(number) {
            continue;
        }
        if entry.personal.bytes().is_none_or(|words| words == b"{}") {
            continue;
        }
        entry.personal = Part::Erased { digest: entry.personal.digest() };
        let sql = "UPDATE district_journal SET entry = ?2 WHERE rowid = ?1";
        connection.prepare_cached(sql)?.execute(params![rowid, intake_wire::encode(&entry)?])?;
        connection.execute("INSERT OR IGNORE INTO unscrubbed (id) VALUES (1)", [])?;
    }
    Ok(())
}

fn newest(connection: &Connection) -> Result<i64> {
    let sql = "SELECT coalesce(max(id), ?1) FROM district_epochs";
    Ok(connection.prepare_cached(sql)?.query_row([FIRST], |row| row.get(0))?)
}

fn head(connection: &Connection, epoch: i64) -> Result<Head> {
    let sql = "SELECT seq, hash FROM district_journal WHERE epoch = ?1 ORDER BY seq DESC LIMIT 1";
    let found = connection
        .prepare_cached(sql)?
        .query_row([epoch], |row| Ok(Head { seq: row.get(0)?, hash: Hash(row.get(1)?) }));
    Ok(found.optional()?.unwrap_or(Head::EMPTY))
}
