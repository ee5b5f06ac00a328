//! Opening the file, and the two doors to it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError, Weak};
use std::time::Duration;

use intake_wire::{Head, JournalId};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::erase::unscrubbed;
use crate::folder::{Folder, sync_folder};
use crate::head::HeadFile;
use crate::journal::Journal;
use crate::keyring::DataKey;
use crate::marker::Marker;
use crate::{Error, Result, backup, migrations};

/// The desk's database, open. Cheap to clone; closed when the last clone is dropped.
#[derive(Clone)]
pub struct Db(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    // One writer: SQLite has one anyway, and waiting here is fair where SQLite's busy handler is not.
    pub(crate) writer: Mutex<TheWriter>,
    // Readers that rest. A reader never waits for the writer (WAL).
    pub(crate) readers: Mutex<Vec<Connection>>,
    // Held by each look; taken alone while the file is exchanged for one under another key. So no look within a look.
    pub(crate) looks: RwLock<()>,
    pub(crate) folder: Folder,
    pub(crate) key: Mutex<DataKey>,
}

pub(crate) struct TheWriter {
    pub(crate) connection: Connection,
    head_file: HeadFile,
    // The same head outside the data folder, so that a folder set back is known for one.
    marker: Option<Marker>,
    // A committed head that could not be noted outside; tried again at the next chance.
    pub(crate) unnoted: Option<(JournalId, Head)>,
}

impl TheWriter {
    pub(crate) fn note(&mut self) -> Result<()> {
        if let Some((journal, head)) = self.unnoted {
            self.head_file.write(journal, head)?;
            if let Some(marker) = &mut self.marker {
                marker.note(journal, head)?;
            }
            self.unnoted = None;
        }
        Ok(())
    }
}

/// A database that somebody may still have open. Two openings of one file in one program must not be: SQLite would take away
/// the WAL of a file that was exchanged under the other.
#[derive(Clone, Default)]
pub struct LateDb(Weak<Inner>);

impl LateDb {
    /// The database, where it is still open.
    pub fn open(&self) -> Option<Db> {
        self.0.upgrade().map(Db)
    }
}

/// One consistent look at the tables.
pub struct Reader<'c> {
    pub(crate) connection: &'c Connection,
}

/// One transaction. What it appends to the journal and what it changes in the tables stand or fall together.
pub struct Writer<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) appended: std::cell::Cell<Option<(JournalId, Head)>>,
}

impl Writer<'_> {
    /// The tables as they stand within this transaction.
    pub fn look(&self) -> Reader<'_> {
        Reader { connection: self.connection }
    }
}

impl Db {
    /// Makes the database of a new desk.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Sqlite`].
    pub fn create(folder: &Folder, key: &DataKey) -> Result<Self> {
        Self::connected(folder, key, connect(&folder.database(), key, Access::Create)?, false)
    }

    /// Opens the folder's database with its key and migrates it, after a checked backup. A database that is not there is
    /// a loss, never made anew: an empty one would hide what was lost. One that is refused stays as it was, with its WAL.
    ///
    /// # Errors
    /// [`Error::Newer`], [`Error::Damaged`], [`Error::Lost`], [`Error::Io`] or [`Error::Sqlite`].
    pub fn open(folder: &Folder, key: &DataKey) -> Result<Self> {
        // Before SQLite looks at it: beside an empty file it deletes the WAL, which may be all that is left.
        if !folder.database().metadata().is_ok_and(|file| file.len() > 0) {
            let noted = HeadFile::open(&folder.head())?.read()?;
            let confirmed = noted.iter().map(|(_, head)| head.seq).max().unwrap_or(0);
            return Err(Error::Lost { confirmed, found: 0 });
        }
        Self::connected(folder, key, connect(&folder.database(), key, Access::Write)?, true)
    }

    fn connected(folder: &Folder, key: &DataKey, mut writer: Connection, kept: bool) -> Result<Self> {
        // Until it is known to be whole: closing a database whose WAL was dropped would empty the WAL for good.
        leave_wal(&writer, true)?;
        if kept && migrations::waits(&writer)? {
            backup::before_migration(folder, key, &writer)?;
        }
        migrations::to_latest(&mut writer)?;
        sync_folder(folder.path())?;
        let head_file = HeadFile::open(&folder.head())?;
        let inner = Inner {
            writer: Mutex::new(TheWriter { connection: writer, head_file, marker: None, unnoted: None }),
            readers: Mutex::new(Vec::new()),
            looks: RwLock::new(()),
            folder: folder.clone(),
            key: Mutex::new(key.clone()),
        };
        let db = Self(Arc::new(inner));
        db.compare_head()?;
        leave_wal(&lock(&db.0.writer).connection, false)?;
        // The power went while an erasure was being made good. A full disk must not keep the desk closed: it stays noted.
        if db.with_writer(unscrubbed)? {
            let _ = db.scrub();
        }
        Ok(db)
    }

    /// The writing connection outside any transaction, for what none can hold.
    pub(crate) fn with_writer<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        work(&lock(&self.0.writer).connection)
    }

    /// Notes each head outside the data folder too, from now on, beginning with the present one.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn watch(&self, mut marker: Marker) -> Result<()> {
        let mut guard = lock(&self.0.writer);
        let newest = Journal { connection: &guard.connection }.newest()?;
        if let Some((journal, head)) = newest {
            marker.note(journal, head)?;
        }
        guard.marker = Some(marker);
        Ok(())
    }

    /// The data folder.
    pub fn folder(&self) -> &Folder {
        &self.0.folder
    }

    /// For finding it again while somebody has it open.
    pub fn late(&self) -> LateDb {
        LateDb(Arc::downgrade(&self.0))
    }

    /// The data key, for wrapping it again.
    pub fn key(&self) -> DataKey {
        lock(&self.0.key).clone()
    }

    /// Runs `work` on one consistent look.
    ///
    /// # Errors
    /// Those of `work`, and [`Error::Sqlite`].
    pub fn read<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&Reader<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let _look = self.0.looks.read().unwrap_or_else(PoisonError::into_inner);
        let resting = lock(&self.0.readers).pop();
        let connection = match resting {
            Some(connection) => connection,
            None => connect(&self.0.folder.database(), &self.key(), Access::Read)?,
        };
        // Kept ready: a look is short, and these two words would be read anew for each.
        connection.prepare_cached("BEGIN").and_then(|mut begin| begin.execute([])).map_err(Error::from)?;
        let result = work(&Reader { connection: &connection });
        let ended = connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
        // Nothing was written: one that cannot end its look is closed, and loses nothing by it.
        if ended.is_ok() {
            lock(&self.0.readers).push(connection);
        }
        result
    }

    /// Runs `work` in one transaction; commits, durably, if it succeeds, and then notes the new head outside the database.
    ///
    /// # Errors
    /// Those of `work`, and [`Error::Sqlite`]; nothing is kept then. What is committed is never answered with an error.
    pub fn write<T, E: From<Error>>(
        &self,
        work: impl FnOnce(&Writer<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut guard = lock(&self.0.writer);
        let transaction =
            guard.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Error::from)?;
        let writer = Writer { connection: &transaction, appended: std::cell::Cell::new(None) };
        let value = work(&writer)?;
        let appended = writer.appended.get();
        transaction.commit().map_err(Error::from)?;
        guard.unnoted = appended.or(guard.unnoted);
        // What is committed is committed: an error here would have the clerk register it again. The mark guards against a
        // loss that has not happened; the next pause tries again and tells.
        let _ = guard.note();
        Ok(value)
    }

    /// Moves the WAL into the database and empties it; for idle moments. Gives up at once where a reader is in the way,
    /// and does nothing where a visit is just being written.
    ///
    /// # Errors
    /// [`Error::Sqlite`], and [`Error::Io`] where the last head could not be noted and still cannot.
    pub fn checkpoint(&self) -> Result<()> {
        let mut guard = match self.0.writer.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        guard.note()?;
        // Without this SQLite would wait for a reader while it keeps the next registration waiting.
        guard.connection.busy_timeout(Duration::ZERO)?;
        let emptied = guard.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        guard.connection.busy_timeout(PATIENCE)?;
        match emptied {
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Reads every page of the file and checks its seal.
    ///
    /// # Errors
    /// [`Error::Contradiction`] with the first page that is not as it was written.
    pub fn check_pages(&self) -> Result<()> {
        // First of all, as whoever changes the key does: else each would wait for the other.
        let _look = self.0.looks.read().unwrap_or_else(PoisonError::into_inner);
        let check = || {
            let connection = connect(&self.0.folder.database(), &self.key(), Access::Read)?;
            sealed_pages(&connection)
        };
        if check().is_ok() {
            return Ok(());
        }
        // A checkpoint may just have been writing the page: once more while nobody writes.
        let _turn = lock(&self.0.writer);
        check()
    }

    /// A head above the database is loss. Below it is normal after a power cut, and is brought up to date, so that what
    /// the database holds is guarded from now on.
    fn compare_head(&self) -> Result<()> {
        let mut guard = lock(&self.0.writer);
        let TheWriter { connection, head_file, .. } = &mut *guard;
        let journal = Journal { connection };
        let confirmed = head_file.read()?;
        for (id, confirmed) in confirmed {
            // It gave way to the district's, and stands aside: the older of the two slots still names it.
            if journal.stands_aside(id, confirmed)? {
                continue;
            }
            let found = journal.head_of(id)?.unwrap_or(Head::EMPTY);
            if confirmed.seq > found.seq {
                return Err(Error::Lost { confirmed: confirmed.seq, found: found.seq });
            }
            if journal.hash_at(id, confirmed.seq)?.is_some_and(|hash| hash != confirmed.hash) {
                return Err(Error::Contradiction(format!("entry {} is not the confirmed one", confirmed.seq)));
            }
        }
        if let Some((id, head)) = journal.newest()? {
            head_file.write(id, head)?;
        }
        Ok(())
    }
}

/// Whether each page of a file bears the seal of its content.
pub(crate) fn sealed_pages(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("PRAGMA cipher_integrity_check")?;
    let mut faults = statement.query([])?;
    match faults.next()? {
        Some(fault) => Err(Error::Contradiction(fault.get(0)?)),
        None => Ok(()),
    }
}

/// Whether the WAL stays as it is when the connection closes.
fn leave_wal(connection: &Connection, leave: bool) -> Result<()> {
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, leave)?;
    Ok(())
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves no half state: an open transaction rolls back when it is dropped.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Create,
    Write,
    /// A file that is written beside the one that counts, with no WAL to leave behind.
    Beside,
    Read,
    /// Leaves every byte as it is: for backups, and for what is damaged.
    Look,
}

/// How long a connection waits for another of this program: it holds the folder alone.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn connect(path: &Path, key: &DataKey, access: Access) -> Result<Connection> {
    let writes = !matches!(access, Access::Read | Access::Look);
    let door =
        if access == Access::Look { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    let mut flags = door | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if access == Access::Create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    // First of all, or SQLite reads ciphertext.
    connection.pragma_update(None, "key", key.pragma().as_str())?;
    // Asks for the first page now, so that a damaged file says so here.
    let _: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if writes && access != Access::Beside {
        // Readers go on while a visit is written.
        connection.pragma_update(None, "journal_mode", "WAL")?;
    }
    // A slip in the visitor's hand must survive a power cut: every commit is synced.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // The program holds the folder alone; only its own checkpoint can be in the way.
    connection.busy_timeout(PATIENCE)?;
    // No temporary file ever holds what a visitor said.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Erased content leaves no bytes behind.
    connection.pragma_update(None, "secure_delete", true)?;
    // 16 MiB of pages stay decrypted: a search reads the same ones again with each letter that is typed.
    connection.pragma_update(None, "cache_size", -16_384)?;
    // A schema somebody planted runs no functions.
    connection.pragma_update(None, "trusted_schema", false)?;
    if !writes {
        connection.pragma_update(None, "query_only", true)?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Locked;

    #[test]
    fn a_file_of_a_newer_program_is_refused_and_stays_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let locked = Locked::take(home.path()).unwrap();
        let (folder, key) = (locked.folder(), DataKey::generate().unwrap());
        drop(Db::create(&folder, &key).unwrap());
        let connection = connect(&folder.database(), &key, Access::Write).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        drop(connection);
        let before = std::fs::read(folder.database()).unwrap();
        let refused = Db::open(&folder, &key).err().unwrap();
        assert!(matches!(refused, Error::Newer { found: 99, .. }), "{refused}");
        assert_eq!(refused.code(), intake_model::Code::NewerDatabase);
        assert!(before == std::fs::read(folder.database()).unwrap(), "a refused file was written to");
    }

    #[test]
    fn a_database_that_is_not_there_is_never_made_anew_by_opening() {
        let home = tempfile::tempdir().unwrap();
        let locked = Locked::take(home.path()).unwrap();
        let (folder, key) = (locked.folder(), DataKey::generate().unwrap());
        drop(Db::create(&folder, &key).unwrap());
        let wal = folder.path().join("desk.db-wal");
        std::fs::write(&wal, "what was committed last").unwrap();
        for empty in [false, true] {
            std::fs::remove_file(folder.database()).unwrap();
            if empty {
                std::fs::write(folder.database(), "").unwrap();
            }
            let refused = Db::open(&folder, &key).err().unwrap();
            assert_eq!(refused.code(), intake_model::Code::EntriesLost);
            assert_eq!(folder.database().exists(), empty);
            assert!(wal.exists(), "the WAL may be all that is left");
            std::fs::write(folder.database(), "").unwrap();
        }
    }

    #[test]
    fn a_head_that_a_power_cut_left_behind_is_brought_up_to_date_at_opening() {
        let home = tempfile::tempdir().unwrap();
        let locked = Locked::take(home.path()).unwrap();
        let (folder, key) = (locked.folder(), DataKey::generate().unwrap());
        let db = Db::create(&folder, &key).unwrap();
        let moment = intake_wire::Moment { at_ms: 0, boot: intake_wire::BootId([0; 16]), mono_ms: 0 };
        let append = |db: &Db| {
            let draft = || intake_wire::Draft { kind: intake_wire::Kind::voided(), open: vec![], personal: vec![] };
            db.write::<_, Error>(|tx| tx.append(draft(), 1, moment)).unwrap()
        };
        db.write::<_, Error>(|tx| tx.open_epoch(JournalId([1; 16]), "A")).unwrap();
        append(&db);
        let stale = std::fs::read(folder.head()).unwrap();
        assert_eq!(append(&db), 2);
        drop(db);
        std::fs::write(folder.head(), stale).unwrap();
        drop(Db::open(&folder, &key).unwrap());
        let noted = HeadFile::open(&folder.head()).unwrap().read().unwrap();
        assert_eq!(noted.iter().map(|(_, head)| head.seq).max(), Some(2));
    }

    #[test]
    fn the_sqlite_inside_has_no_wal_reset_bug() {
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }
}
