//! Changing the data key, so that whoever knew the old one can read nothing that is written from now on.
//!
//! The whole database is written anew beside the old one, under the new key and with the entries that tell of the change;
//! it is opened and compared before it counts. What decides is one file: once `keyring.next` is there, whole, the change is
//! made, and [`Folder::settle_key_change`] ends it by two renames, now or at the next start. Before that the old file and the
//! old keyring stand untouched, and what lies beside them is swept away (docs/adr/0011).
//!
//! Not `PRAGMA rekey`: it rewrites the one file there is, and neither key opens it while that goes on.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use intake_wire::{Head, JournalId};
use rusqlite::{Connection, TransactionBehavior};

use crate::db::{Access, Db, TheWriter, Writer, connect, lock};
use crate::folder::{Folder, remove, sync_folder};
use crate::journal::Journal;
use crate::keyring::{DataKey, Keyring};
use crate::{Error, Result};

impl Folder {
    fn next_database(&self) -> PathBuf {
        self.path().join("desk.next")
    }

    fn next_keyring(&self) -> PathBuf {
        self.path().join("keyring.next")
    }

    /// Ends a change of the key that was decided, or sweeps away one that was not. Called before anything else is read.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Contradiction`] where the old database was written to after the change was decided.
    pub fn settle_key_change(&self) -> Result<()> {
        if !self.next_keyring().exists() {
            for name in ["desk.next", "desk.next-journal"] {
                remove(&self.path().join(name))?;
            }
            return Ok(());
        }
        if self.next_database().exists() {
            self.no_wal()?;
            remove(&self.path().join("desk.db-shm"))?;
            std::fs::rename(self.next_database(), self.database())?;
            sync_folder(self.path())?;
        }
        std::fs::rename(self.next_keyring(), self.keyring())?;
        sync_folder(self.path())
    }

    /// No WAL may lie beside a database that it does not belong to: SQLite would play it into it.
    fn no_wal(&self) -> Result<()> {
        let wal = self.path().join("desk.db-wal");
        if wal.metadata().is_ok_and(|file| file.len() > 0) {
            return Err(Error::Contradiction("the old database was written to beside the new one".into()));
        }
        remove(&wal)
    }
}

impl Db {
    /// Writes the database anew under `key`; `ring` is the keyring that goes with it, and what `work` appends stands in the
    /// new file alone. Everybody who reads or writes waits.
    ///
    /// # Errors
    /// Those of `work` and of the disk, [`Error::Contradiction`] where the new file is not the old one's like. Nothing has
    /// changed then; or else it was decided, this handle is of no more use, and opening the folder again ends it: the old
    /// password opens nothing any more.
    pub fn change_key<T, E: From<Error>>(
        &self,
        key: &DataKey,
        ring: &Keyring,
        work: impl FnOnce(&Writer<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let inner = &*self.0;
        let folder = &inner.folder;
        // In this order: a look waits for nobody, and no look is taken within a write.
        let _alone = inner.looks.write().unwrap_or_else(PoisonError::into_inner);
        let mut writer = lock(&inner.writer);
        writer.emptied_wal()?;
        // Closed, since the last one that closes takes the WAL with it.
        lock(&inner.readers).clear();
        let made = folder
            .settle_key_change()
            .and_then(|()| export(&writer.connection, &folder.next_database(), key))
            .map_err(E::from)
            .and_then(|()| fill(folder, key, work));
        let (value, appended) = match made {
            Ok(made) => made,
            Err(error) => {
                // What is left of it is swept away at the next start.
                let _ = folder.settle_key_change();
                return Err(error);
            }
        };
        let decided = writer.close().and_then(|()| folder.no_wal()).and_then(|()| ring.write(&folder.next_keyring()));
        if let Err(error) = decided {
            // Where even the file that decides was written, the change is made: the handle stays closed.
            if !folder.next_keyring().exists() {
                writer.connection = connect(&folder.database(), &self.key(), Access::Write)?;
                let _ = folder.settle_key_change();
            }
            return Err(error.into());
        }
        folder.settle_key_change()?;
        writer.connection = connect(&folder.database(), key, Access::Write)?;
        *lock(&inner.key) = key.clone();
        writer.unnoted = appended.or(writer.unnoted);
        // As after any commit: what is committed is never answered with an error.
        let _ = writer.note();
        Ok(value)
    }
}

impl TheWriter {
    fn emptied_wal(&mut self) -> Result<()> {
        self.note()?;
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 { Ok(()) } else { Err(Error::Contradiction("somebody reads while nobody may".into())) }
    }

    /// Closes the file. A stand-in without tables is in its place until it is opened again: whoever writes is refused.
    fn close(&mut self) -> Result<()> {
        let open = std::mem::replace(&mut self.connection, Connection::open_in_memory()?);
        open.close().map_err(|(open, error)| {
            self.connection = open;
            error.into()
        })
    }
}

/// Copies every table into a new file under another key.
pub(crate) fn export(old: &Connection, path: &Path, key: &DataKey) -> Result<()> {
    // A connection that makes no files makes none by ATTACH either; of an empty one it makes a database.
    File::create(path)?;
    let path = path.to_str().ok_or_else(|| Error::Contradiction("the folder's name is no text".into()))?;
    old.execute("ATTACH DATABASE ?1 AS next KEY ?2", [path, key.pragma().as_str()])?;
    let copied = copy(old);
    old.execute("DETACH DATABASE next", [])?;
    copied
}

fn copy(old: &Connection) -> Result<()> {
    // Synced whole at the end: until then the old file is the one that counts.
    old.pragma_update(Some("next"), "synchronous", "OFF")?;
    old.query_row("SELECT sqlcipher_export('next')", [], |_| Ok(()))?;
    for mark in ["user_version", "application_id"] {
        let value: i64 = old.pragma_query_value(Some("main"), mark, |row| row.get(0))?;
        old.pragma_update(Some("next"), mark, value)?;
    }
    // A table that is not the other's like: rows lost, or a table that the copying does not know.
    // What a virtual table shows lies in tables of its own beside it.
    let sql =
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name";
    let mut statement = old.prepare(sql)?;
    let tables = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    for table in tables {
        let quoted = table.replace('"', "\"\"");
        let sql = format!("SELECT (SELECT count(*) FROM main.\"{quoted}\") = (SELECT count(*) FROM next.\"{quoted}\")");
        if !old.query_row(&sql, [], |row| row.get::<_, bool>(0))? {
            return Err(Error::Contradiction(format!("table {table} was not copied whole")));
        }
    }
    Ok(())
}

/// Opens the copy with the new key alone, appends what tells of the change, checks it, and makes it durable.
fn fill<T, E: From<Error>>(
    folder: &Folder,
    key: &DataKey,
    work: impl FnOnce(&Writer<'_>) -> std::result::Result<T, E>,
) -> std::result::Result<(T, Option<(JournalId, Head)>), E> {
    let path = folder.next_database();
    let mut next = connect(&path, key, Access::Beside)?;
    let transaction = next.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Error::from)?;
    let writer = Writer { connection: &transaction, appended: std::cell::Cell::new(None) };
    let value = work(&writer)?;
    let appended = writer.appended.get();
    transaction.commit().map_err(Error::from)?;
    whole(&next, appended)?;
    next.close().map_err(|(_, error)| Error::from(error))?;
    File::open(&path).and_then(|file| file.sync_all()).map_err(Error::from)?;
    sync_folder(folder.path())?;
    Ok((value, appended))
}

/// Each page reads with the key, and the journal ends where it should.
fn whole(next: &Connection, appended: Option<(JournalId, Head)>) -> Result<()> {
    let mut statement = next.prepare("PRAGMA cipher_integrity_check")?;
    if statement.exists([])? {
        return Err(Error::Damaged("the new file does not read".into()));
    }
    let newest = Journal { connection: next }.newest()?;
    if appended.is_some() && newest != appended {
        return Err(Error::Contradiction("the new file ends elsewhere".into()));
    }
    Ok(())
}
