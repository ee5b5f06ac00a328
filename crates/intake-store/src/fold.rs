//! What entries make of the tables: the one place that knows it (invariant 6: tables fold from entries by `(epoch, seq)`).
//!
//! The use cases write their rows themselves, in the transaction of their entry; [`Reader::verify`](crate::Reader) folds
//! the journal into a picture beside the tables and compares; repair, restore and what comes back from the district fold
//! into the tables. Where two epochs touched one matter the later place wins, and both stay in the journal.

use chrono::NaiveDate;
use intake_model::{Profile, RegistrationNumber};
use intake_wire::{Corrected, Entry, Hash, JournalId, Registered, SlipIssued, Voided};
use rusqlite::{OptionalExtension as _, params};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::db::Writer;
use crate::{Error, Result};

/// Where an entry stands: epoch and place.
pub(crate) type Place = (i64, u64);

/// A matter's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) date: NaiveDate,
    pub(crate) serial: u32,
    pub(crate) registered: Place,
    pub(crate) carried: bool,
    pub(crate) version: u32,
    pub(crate) version_at: Place,
    /// Zeros where it was not voided.
    pub(crate) void_at: Place,
    pub(crate) void_reason: String,
    pub(crate) slips: u32,
    /// Zeros where none was issued.
    pub(crate) slip_at: Place,
    pub(crate) import_key: String,
}

/// What the office is called and under which rules it works, as `desk_changed` says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Office {
    #[serde(rename = "centre_name")]
    pub(crate) name: String,
    #[serde(rename = "office_phone")]
    pub(crate) phone: String,
    #[serde(rename = "office_address")]
    pub(crate) address: String,
    #[serde(default)]
    pub(crate) profile: String,
    pub(crate) profile_text: Option<String>,
}

/// What entries are folded into.
pub(crate) trait Tables {
    fn matter(&self, number: &str) -> Result<Option<Row>>;
    fn put(&mut self, number: &str, row: &Row) -> Result<()>;
    /// The matter that was taken from this row of a ledger.
    fn holder(&self, import_key: &str) -> Result<Option<String>>;
    fn corrected(&mut self, number: &str, at: Place) -> Result<()>;
    fn twin(&mut self, number: &str, at: Place) -> Result<()>;
    fn office(&mut self, office: &Office) -> Result<()>;
}

/// Whether what came could be folded as if everything had come in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Kept,
    /// It stands before something that was folded already: the tables must be folded anew.
    Broken,
}

/// Folds one entry.
pub(crate) fn fold(tables: &mut impl Tables, at: Place, entry: Entry) -> Result<Order> {
    let (told, carried) = (entry.seq, entry.kind == intake_wire::Kind::carried());
    let entry = entry.meant()?;
    let missing = || Error::Contradiction(format!("entry {told} is about a matter that was not registered"));
    let mut order = Order::Kept;
    match entry.kind.as_str() {
        "registered" => order = registered(tables, at, &entry, carried)?,
        "corrected" => {
            let Corrected { number, version, .. } = open(&entry)?;
            let mut row = tables.matter(&number)?.ok_or_else(missing)?;
            tables.corrected(&number, at)?;
            if row.version_at < at {
                (row.version, row.version_at) = (version, at);
                tables.put(&number, &row)?;
            } else {
                order = Order::Broken;
            }
        }
        "voided" => {
            let Voided { number } = open(&entry)?;
            let mut row = tables.matter(&number)?.ok_or_else(missing)?;
            if is_later(at, row.void_at) {
                (row.void_at, row.void_reason) = (at, reason(&entry));
                row.import_key.clear();
                tables.put(&number, &row)?;
            } else {
                order = Order::Broken;
            }
        }
        "slip_issued" => {
            let SlipIssued { number, copy, .. } = open(&entry)?;
            let mut row = tables.matter(&number)?.ok_or_else(missing)?;
            if is_later(at, row.slip_at) {
                (row.slips, row.slip_at) = (row.slips.max(copy), at);
                tables.put(&number, &row)?;
            } else {
                order = Order::Broken;
            }
        }
        "desk_changed" => {
            tables.office(&open(&entry)?)?;
            order = Order::Broken;
        }
        _ => {}
    }
    Ok(order)
}

fn registered(tables: &mut impl Tables, at: Place, entry: &Entry, carried: bool) -> Result<Order> {
    let missing = || Error::Contradiction("a ledger's row is held by no matter".into());
    let mut order = Order::Kept;
    let Registered { number, mut import_key, .. } = open(entry)?;
    let parsed: RegistrationNumber =
        number.parse().map_err(|_| Error::Contradiction(format!("entry {} has no number", entry.seq)))?;
    if let Some(holder) = tables.holder(&import_key)?.filter(|holder| *holder != number) {
        // One row of a ledger taken in two epochs: the later place keeps it.
        let mut row = tables.matter(&holder)?.ok_or_else(missing)?;
        if row.registered < at {
            row.import_key.clear();
            tables.put(&holder, &row)?;
        } else {
            import_key.clear();
        }
        order = Order::Broken;
    }
    let row = Row {
        date: parsed.date(),
        serial: parsed.serial(),
        registered: at,
        carried,
        version: 1,
        version_at: at,
        void_at: (0, 0),
        void_reason: String::new(),
        slips: 0,
        slip_at: (0, 0),
        import_key,
    };
    match tables.matter(&number)? {
        None => tables.put(&number, &row)?,
        Some(other) if other.registered < at => {
            tables.twin(&number, other.registered)?;
            tables.put(&number, &row)?;
        }
        Some(_) => {
            tables.twin(&number, at)?;
            order = Order::Broken;
        }
    }
    Ok(order)
}

/// Whether a place is later than one that may be none yet.
fn is_later(at: Place, than: Place) -> bool {
    than.1 == 0 || than < at
}

fn open<T: DeserializeOwned>(entry: &Entry) -> Result<T> {
    let unreadable = |_| Error::Contradiction(format!("entry {} does not read", entry.seq));
    serde_json::from_slice(entry.open.bytes().unwrap_or_default()).map_err(unreadable)
}

/// Empty once erased.
fn reason(entry: &Entry) -> String {
    #[derive(Deserialize)]
    struct Told {
        reason: String,
    }
    let told = entry.personal.bytes().and_then(|bytes| serde_json::from_slice::<Told>(bytes).ok());
    told.map(|told| told.reason).unwrap_or_default()
}

impl Writer<'_> {
    /// Takes in an entry that was lost here, from a backup's file or from the district: where it continues its journal it
    /// is kept and folded, as if it had never been away. `mark` names the epoch where the desk forgot the journal itself.
    ///
    /// # Errors
    /// [`Error::Wire`] where it does not continue the journal; [`Error::Contradiction`] where it cannot be folded.
    pub fn take_back(&self, journal: JournalId, mark: &str, entries: &[Entry]) -> Result<()> {
        if self.journal().head_of(journal)?.is_none() {
            self.adopt_epoch(journal, mark)?;
        }
        let mut order = Order::Kept;
        for entry in entries {
            if self.fold(journal, entry)? == Order::Broken {
                order = Order::Broken;
            }
        }
        // At the end of the newest epoch nothing stands behind it.
        let last = self.journal().newest()?.is_some_and(|(newest, _)| newest == journal);
        if order == Order::Broken && !last { self.fold_anew() } else { self.derive_anew() }
    }

    /// Where the district holds other entries of a journal from a place on: puts the own ones aside and takes the
    /// district's in their place. Gives the own ones in order; they are to be appended again as `carried`, and then all is
    /// to be folded with [`Writer::fold_anew`], in one transaction.
    ///
    /// # Errors
    /// [`Error::Wire`] where the district's do not continue what stays.
    pub fn give_way(&self, journal: JournalId, from: u64, theirs: &[Entry]) -> Result<Vec<(Entry, Hash)>> {
        let aside = self.put_aside(journal, from)?;
        for entry in theirs {
            self.store(journal, entry)?;
        }
        Ok(aside)
    }

    /// Keeps an entry at the end of its journal and folds it.
    fn fold(&self, journal: JournalId, entry: &Entry) -> Result<Order> {
        let epoch = self.store(journal, entry)?;
        fold(&mut InPlace(self), (epoch, entry.seq), entry.clone())
    }

    pub(crate) fn store(&self, journal: JournalId, entry: &Entry) -> Result<i64> {
        let unknown = || Error::Contradiction("no such epoch".into());
        let head = self.journal().head_of(journal)?.ok_or_else(unknown)?;
        let sql = "SELECT id FROM epochs WHERE journal = ?1";
        let epoch: i64 = self.connection.prepare_cached(sql)?.query_row([journal.0], |row| row.get(0))?;
        let head = entry.follow(journal, head)?;
        self.insert(epoch, entry, head.hash)?;
        Ok(epoch)
    }

    /// Folds the whole journal into emptied tables.
    ///
    /// # Errors
    /// [`Error::Contradiction`] where an entry cannot be folded.
    pub fn fold_anew(&self) -> Result<()> {
        self.connection.execute_batch("DELETE FROM matters; DELETE FROM corrections; DELETE FROM twins;")?;
        let mut statement = self.connection.prepare("SELECT id, journal FROM epochs ORDER BY id")?;
        let epochs = statement.query_map([], |row| Ok((row.get(0)?, JournalId(row.get(1)?))))?;
        for (epoch, journal) in epochs.collect::<rusqlite::Result<Vec<(i64, _)>>>()? {
            let mut after = 0;
            loop {
                let page = self.journal().entries(journal, after, 512)?;
                let Some(last) = page.last().map(|entry| entry.seq) else { break };
                for entry in page {
                    fold(&mut InPlace(self), (epoch, entry.seq), entry)?;
                }
                after = last;
            }
        }
        self.derive_anew()
    }

    fn put_aside(&self, journal: JournalId, from: u64) -> Result<Vec<(Entry, Hash)>> {
        let mut aside = Vec::new();
        let entries = self.journal().entries(journal, from.saturating_sub(1), usize::MAX)?;
        for entry in entries {
            let hash = self.journal().hash_at(journal, entry.seq)?.unwrap_or(Hash::ZERO);
            let sql = "INSERT INTO forks (journal, seq, hash, entry) VALUES (?1, ?2, ?3, ?4)";
            let bytes = intake_wire::encode(&entry)?;
            self.connection.prepare_cached(sql)?.execute(params![journal.0, entry.seq, hash.0, bytes])?;
            aside.push((entry, hash));
        }
        // What is folded from them must go first; all of it is folded anew.
        self.connection.execute_batch(
            "DELETE FROM matters; DELETE FROM corrections; DELETE FROM twins; DELETE FROM attachments;
             DELETE FROM deliveries; DELETE FROM documents; DELETE FROM delivered_for; DELETE FROM closings;
             DELETE FROM steps; DELETE FROM acts_received;",
        )?;
        let epoch = "(SELECT id FROM epochs WHERE journal = ?1)";
        for table in ["verdicts", "journal"] {
            let sql = format!("DELETE FROM {table} WHERE epoch = {epoch} AND seq >= ?2");
            self.connection.execute(&sql, params![journal.0, from])?;
        }
        Ok(aside)
    }
}

/// The tables of the database itself.
struct InPlace<'w, 'c>(&'w Writer<'c>);

pub(crate) const ROW: &str = "local_date, serial, epoch, registered_seq, carried, version, version_epoch, version_seq,
    void_epoch, void_seq, void_reason, slips, slip_epoch, slip_seq, import_key";

/// A matter's row whose columns begin at `at`, in the order of [`ROW`].
pub(crate) fn read_row(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Row> {
    let date: String = row.get(at)?;
    let place = |epoch: usize| Ok::<_, rusqlite::Error>((row.get(at + epoch)?, row.get(at + epoch + 1)?));
    Ok(Row {
        date: date.parse().unwrap_or_default(),
        serial: row.get(at + 1)?,
        registered: place(2)?,
        carried: row.get(at + 4)?,
        version: row.get(at + 5)?,
        version_at: place(6)?,
        void_at: place(8)?,
        void_reason: row.get(at + 10)?,
        slips: row.get(at + 11)?,
        slip_at: place(12)?,
        import_key: row.get(at + 14)?,
    })
}

impl Tables for InPlace<'_, '_> {
    fn matter(&self, number: &str) -> Result<Option<Row>> {
        let sql = format!("SELECT {ROW} FROM matters WHERE number = ?1");
        Ok(self.0.connection.prepare_cached(&sql)?.query_row([number], |row| read_row(row, 0)).optional()?)
    }

    fn put(&mut self, number: &str, row: &Row) -> Result<()> {
        self.0.connection.prepare_cached("DELETE FROM matters WHERE number = ?1")?.execute([number])?;
        let sql = format!(
            "INSERT INTO matters (place, number, {ROW})
             VALUES ((?4 << 40) | ?5, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
        );
        self.0.connection.prepare_cached(&sql)?.execute(params![
            number,
            row.date.to_string(),
            row.serial,
            row.registered.0,
            row.registered.1,
            row.carried,
            row.version,
            row.version_at.0,
            row.version_at.1,
            row.void_at.0,
            row.void_at.1,
            row.void_reason,
            row.slips,
            row.slip_at.0,
            row.slip_at.1,
            row.import_key,
        ])?;
        Ok(())
    }

    fn holder(&self, import_key: &str) -> Result<Option<String>> {
        self.0.matters().imported(import_key)
    }

    fn corrected(&mut self, number: &str, at: Place) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO corrections (number, epoch, seq) VALUES (?1, ?2, ?3)";
        self.0.connection.prepare_cached(sql)?.execute(params![number, at.0, at.1])?;
        Ok(())
    }

    fn twin(&mut self, number: &str, at: Place) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO twins (number, epoch, seq) VALUES (?1, ?2, ?3)";
        self.0.connection.prepare_cached(sql)?.execute(params![number, at.0, at.1])?;
        Ok(())
    }

    fn office(&mut self, office: &Office) -> Result<()> {
        let Office { name, phone, address, profile, profile_text } = office;
        self.0.set_office(name, phone, address)?;
        let mut settings = self.0.settings()?;
        let own = Profile::parse("profile.toml", &settings.profile_text).ok().map(|own| own.id);
        match profile_text {
            Some(text) => settings.profile_text.clone_from(text),
            // One of the program's in place of the centre's own.
            None if !settings.profile_text.is_empty() && own.as_ref() == Some(profile) => return Ok(()),
            None => (settings.profile, settings.profile_text) = (profile.clone(), String::new()),
        }
        self.0.set_settings(&settings)
    }
}
