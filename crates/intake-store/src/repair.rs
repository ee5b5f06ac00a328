//! Rebuilding a damaged database: from the newest backup that passes its check, then from the entries of the damaged file
//! that continue it, and without a backup from that file alone. What was there is moved aside and never deleted.
//!
//! What the district holds beyond that comes back at the next exchange, since the rebuilt database says of itself that it
//! is a copy, so that the desk opens a new epoch. Deliberately absent: guessing. An entry whose hash does not follow ends
//! the reading.

use std::path::Path;

use intake_wire::{Entry, Hash, Head, JournalId};
use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use crate::backup::{Backup, copy_blobs, newest_first};
use crate::db::{Access, Reader, Writer, connect};
use crate::derived::is_derived;
use crate::folder::{Folder, write_whole};
use crate::head::HeadFile;
use crate::journal::{COLUMNS, entry};
use crate::keyring::{DataKey, Keyring};
use crate::{Error, Result, drafts, key_change, migrations, swap};

/// What a repair brought back, and what it did not. It lies in the data folder until a clerk has seen it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repaired {
    /// When, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// From a backup of when; `None` where there was no usable one.
    pub backup_ms: Option<i64>,
    /// Entries read from the damaged file beyond the backup.
    pub from_file: u64,
    /// Entries there are now.
    pub entries: u64,
    /// Entries that a clerk had been told of and that are not here now.
    pub missing: u64,
    /// The number of the last registration that is here.
    pub last_number: Option<String>,
    /// The folder inside the data folder in which the damaged files lie.
    pub aside: String,
}

/// Read at one time from the damaged file.
const PAGE: usize = 256;

/// Notes that the database was found damaged while it was in use: the next opening repairs it.
///
/// # Errors
/// [`Error::Io`].
pub fn mark_damaged(folder: &Folder) -> Result<()> {
    write_whole(&folder.path().join("damaged"), b"")
}

/// Whether it was.
pub fn is_marked_damaged(folder: &Folder) -> bool {
    folder.path().join("damaged").exists()
}

/// The last repair, until it was seen.
pub fn repaired(folder: &Folder) -> Option<Repaired> {
    let bytes = std::fs::read(folder.path().join("repaired.json")).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A clerk has seen it: it is kept with the damaged files.
///
/// # Errors
/// [`Error::Io`].
pub fn seen_repaired(folder: &Folder) -> Result<()> {
    let told = folder.path().join("repaired.json");
    let Some(last) = repaired(folder) else { return Ok(()) };
    // Only a name, whoever wrote it.
    let aside = folder.path().join(Path::new(&last.aside).file_name().unwrap_or_default());
    Ok(std::fs::rename(told, aside.join("repaired.json"))?)
}

/// Rebuilds the folder's database. `unlock` opens the keyring of a backup of another key, with what was typed just now.
///
/// # Errors
/// [`Error::Damaged`] where there is neither a usable backup nor a readable beginning; then nothing was changed.
pub fn repair(
    folder: &Folder,
    key: &DataKey,
    unlock: &dyn Fn(&Keyring) -> Option<DataKey>,
    at_ms: i64,
) -> Result<Repaired> {
    let noted = HeadFile::open(&folder.head())?.read()?;
    let damaged = Damaged::open(folder, key);
    let staged = swap::stage(folder)?;
    let database = staged.join("desk.db");
    let whose = damaged.as_ref().and_then(Damaged::desk);
    let base = usable(folder, key, unlock, whose.as_ref());
    let mut new = match &base {
        Some((backup, its_key)) => {
            copy_under(&backup.database(), its_key, &database, key)?;
            connect(&database, key, Access::Write)?
        }
        None => connect(&database, key, Access::Create)?,
    };
    migrations::to_latest(&mut new)?;
    let transaction = new.transaction()?;
    let writer = Writer { connection: &transaction, appended: std::cell::Cell::new(None) };
    if let Some((backup, _)) = &base {
        drafts::doubt(&transaction, backup.manifest.made_ms)?;
    }
    let mut from_file = 0;
    if let Some(damaged) = &damaged {
        match base {
            None => damaged.copy_what_is_not_folded(&transaction)?,
            Some(_) => damaged.copy_what_is_of_now(&transaction)?,
        }
        from_file = damaged.entries_into(&writer)?;
    }
    let desks: i64 = transaction.query_row("SELECT count(*) FROM desk", [], |row| row.get(0))?;
    if desks == 0 || writer.journal().newest()?.is_none() {
        return Err(Error::Damaged("neither a backup nor a readable beginning".into()));
    }
    // Of entries beyond what could be read.
    transaction.execute(
        "DELETE FROM verdicts WHERE NOT EXISTS
         (SELECT 1 FROM journal j WHERE j.epoch = verdicts.epoch AND j.seq = verdicts.seq)",
        [],
    )?;
    writer.fold_anew()?;
    let reader = Reader { connection: &transaction };
    let held = |journal: JournalId| reader.journal().head_of(journal).map(|head| head.unwrap_or(Head::EMPTY).seq);
    let mut missing = 0;
    for (journal, head) in noted {
        missing = missing.max(head.seq.saturating_sub(held(journal)?));
    }
    let entries = reader.line().epochs()?.iter().map(|epoch| epoch.head.seq).sum();
    let sql = "SELECT number FROM matters WHERE carried = 0 ORDER BY epoch DESC, registered_seq DESC LIMIT 1";
    let last_number = transaction.query_row(sql, [], |row| row.get(0)).optional()?;
    transaction.commit()?;
    drop((new, damaged));
    swap::make_ready(&database, key, None)?;
    if let Some((backup, _)) = &base {
        copy_blobs(&backup.blobs(), &folder.path().join("blobs"))?;
    }
    let aside = swap::free(folder, &format!("damaged-{}", swap::stamp(at_ms)));
    let backup_ms = base.map(|(backup, _)| backup.manifest.made_ms);
    let report = Repaired { at_ms, backup_ms, from_file, entries, missing, last_number, aside };
    write_whole(&staged.join("repaired.json"), &serde_json::to_vec_pretty(&report)?)?;
    swap::decide(folder, &report.aside)?;
    Ok(report)
}

/// Copies a database. Under another key it is written anew: the salt at the beginning of a file stands for one key.
fn copy_under(from: &Path, its_key: &DataKey, to: &Path, key: &DataKey) -> Result<()> {
    if *its_key == *key {
        std::fs::copy(from, to)?;
        return Ok(());
    }
    let old = to.with_extension("old");
    std::fs::copy(from, &old)?;
    let connection = connect(&old, its_key, Access::Write)?;
    key_change::export(&connection, to, key)?;
    connection.close().map_err(|(_, error)| Error::from(error))?;
    Ok(std::fs::remove_file(&old)?)
}

/// The newest backup that passes its check, with the key that opens it.
fn usable(
    folder: &Folder,
    key: &DataKey,
    unlock: &dyn Fn(&Keyring) -> Option<DataKey>,
    whose: Option<&(String, u8)>,
) -> Option<(Backup, DataKey)> {
    let whose = whose.map(|(centre, desk)| (centre.as_str(), *desk));
    newest_first(folder, whose).into_iter().find_map(|backup| {
        let ring = backup.keyring().ok()?;
        let key = if ring.fits(key) { key.clone() } else { unlock(&ring)? };
        backup.check(&key).ok()?;
        Some((backup, key))
    })
}

/// The damaged file, as far as it reads.
struct Damaged(Connection);

impl Damaged {
    fn open(folder: &Folder, key: &DataKey) -> Option<Self> {
        if !folder.database().metadata().is_ok_and(|file| file.len() > 0) {
            return None;
        }
        let connection = connect(&folder.database(), key, Access::Read).ok()?;
        // The WAL may hold what nobody can read yet.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok()?;
        Some(Self(connection))
    }

    fn desk(&self) -> Option<(String, u8)> {
        self.0.query_row("SELECT centre_code, number FROM desk", [], |row| Ok((row.get(0)?, row.get(1)?))).ok()
    }

    /// Appends what continues the journals in `into`, up to the first row of each that does not read or follow. Gives how
    /// many entries that were.
    fn entries_into(&self, into: &Writer<'_>) -> Result<u64> {
        let mut taken = 0;
        for (epoch, journal, mark) in self.epochs() {
            let known = into.journal().head_of(journal)?;
            if known.is_none() {
                into.open_epoch(journal, &mark)?;
            }
            let mut head = known.unwrap_or(Head::EMPTY);
            loop {
                let page = self.page(epoch, journal, &mut head);
                for entry in &page {
                    into.store(journal, entry)?;
                }
                taken += page.len() as u64;
                if page.len() < PAGE {
                    break;
                }
            }
        }
        Ok(taken)
    }

    fn epochs(&self) -> Vec<(i64, JournalId, String)> {
        let Ok(mut statement) = self.0.prepare("SELECT id, journal, mark FROM epochs ORDER BY id") else {
            return Vec::new();
        };
        let rows = statement.query_map([], |row| Ok((row.get(0)?, JournalId(row.get(1)?), row.get(2)?)));
        rows.map(|rows| rows.map_while(rusqlite::Result::ok).collect()).unwrap_or_default()
    }

    /// The next rows that read and follow.
    fn page(&self, epoch: i64, journal: JournalId, head: &mut Head) -> Vec<Entry> {
        let sql = format!("SELECT {COLUMNS}, hash FROM journal WHERE epoch = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3");
        let Ok(mut statement) = self.0.prepare_cached(&sql) else { return Vec::new() };
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
        let rows =
            statement.query_map(params![epoch, head.seq, limit], |row| Ok((entry(row)?, Hash(row.get("hash")?))));
        let Ok(rows) = rows else { return Vec::new() };
        let mut page = Vec::new();
        for (entry, hash) in rows.map_while(rusqlite::Result::ok) {
            match entry.follow(journal, *head) {
                Ok(next) if next.hash == hash => *head = next,
                _ => break,
            }
            page.push(entry);
        }
        page
    }

    /// Puts the file's drafts and its print queue in the place of the backup's, each if all of it reads: what was open on
    /// the backup's day may have been registered or printed since, and what is open now is in the file alone.
    fn copy_what_is_of_now(&self, into: &Connection) -> Result<()> {
        for table in ["drafts", "print_jobs"] {
            if let Some(read) = self.rows(table, into)?.filter(|read| read.whole) {
                into.execute(&format!("DELETE FROM {table}"), [])?;
                read.insert(into, table)?;
            }
        }
        Ok(())
    }

    /// Copies the rows of every table that does not follow from the journal, as far as they read.
    fn copy_what_is_not_folded(&self, into: &Connection) -> Result<()> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let names: Vec<String> =
            into.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for table in names.iter().filter(|name| !is_derived(name)) {
            // A table that does not read leaves the rest: the desk's own row is asked for afterwards.
            if let Some(read) = self.rows(table, into)? {
                read.insert(into, table)?;
            }
        }
        Ok(())
    }

    /// What reads of a table, in the columns that `into` has too; nothing where not even those can be told.
    fn rows(&self, table: &str, into: &Connection) -> Result<Option<Readable>> {
        let known = columns(into, table)?;
        let Ok(there) = columns(&self.0, table) else { return Ok(None) };
        let both: Vec<&str> = known.iter().filter(|name| there.contains(name)).map(String::as_str).collect();
        if both.is_empty() {
            return Ok(None);
        }
        let columns = both.join(", ");
        let Ok(mut statement) = self.0.prepare(&format!("SELECT {columns} FROM {table}")) else { return Ok(None) };
        let values = |row: &rusqlite::Row<'_>| (0..both.len()).map(|place| row.get(place)).collect();
        let Ok(found) = statement.query_map([], values) else { return Ok(None) };
        let (mut rows, mut whole) = (Vec::new(), true);
        for row in found {
            let Ok(row) = row else {
                whole = false;
                break;
            };
            rows.push(row);
        }
        Ok(Some(Readable { columns, rows, whole }))
    }
}

/// Rows of a table up to the first that does not read.
struct Readable {
    columns: String,
    rows: Vec<Vec<Value>>,
    whole: bool,
}

impl Readable {
    fn insert(self, into: &Connection, table: &str) -> Result<()> {
        let Self { columns, rows, .. } = self;
        let places = (1..=columns.split(',').count()).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
        let mut insert = into.prepare(&format!("INSERT INTO {table} ({columns}) VALUES ({places})"))?;
        for row in rows {
            insert.execute(rusqlite::params_from_iter(row))?;
        }
        Ok(())
    }
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    Ok(statement.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}
