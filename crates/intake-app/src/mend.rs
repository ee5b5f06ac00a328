//! A database that is damaged: rebuilt at sign-in, told plainly, and looked for in the pauses.

use std::sync::PoisonError;

use intake_model::Code;
use intake_store::{DataKey, Db, Keyring, Walk, mark_damaged, repair, seen_repaired};

use crate::desk::Desk;
use crate::view::{DeskState, Repaired};
use crate::visits::minute;
use crate::{Error, Failure, Result};

/// Entries that one pause of two seconds looks at: a few milliseconds.
const IN_A_PAUSE: usize = 300;
/// From the end of one walk to the begin of the next.
const REST_MS: i64 = 6 * 3_600_000;

/// The slow walk along the chain.
#[derive(Default)]
pub(crate) struct SlowWalk {
    walk: Walk,
    ended_ms: Option<i64>,
}

impl Desk {
    /// Opens the database, rebuilt first where it is damaged. `unlock` opens the keyring of a backup of another key.
    pub(crate) fn open_database(&self, key: &DataKey, unlock: &dyn Fn(&Keyring) -> Option<DataKey>) -> Result<Db> {
        let folder = self.folder();
        let marked = self.0.setup.mends && intake_store::is_marked_damaged(&folder);
        let opened = if marked {
            Err(intake_store::Error::Damaged("found while it was in use".into()).into())
        } else {
            self.read_first(key)
        };
        let damage = match opened {
            Err(Error::Store(damage)) if self.0.setup.mends && damage.is_damage() => damage,
            opened => return opened,
        };
        tracing::error!(error = %damage, "the database is damaged");
        match repair(&folder, key, unlock, self.now().at_ms) {
            Ok(report) => {
                let (entries, missing, from_file) = (report.entries, report.missing, report.from_file);
                tracing::warn!(entries, missing, from_file, "the database was rebuilt");
                self.read_first(key)
            }
            Err(why) => {
                tracing::error!(error = %why, "the database was not rebuilt");
                Err(damage.into())
            }
        }
    }

    /// The database, with everything read of it that signing in and the first page of the window need: what cannot be read is
    /// repaired here, or nobody would come in again.
    fn read_first(&self, key: &DataKey) -> Result<Db> {
        let db = Db::open(&self.folder(), key)?;
        self.settle(&db)?;
        db.read::<_, Error>(|r| {
            let line = r.line();
            let first = (r.settings()?, r.desk()?, r.lock_minutes()?, r.clerks()?);
            let told = (line.clerks_left()?, line.tables()?);
            Ok((first, r.last_backup()?, line.admission()?, line.unsent()?, told))
        })?;
        Ok(db)
    }

    /// The last repair, until somebody has seen it.
    pub(crate) fn repaired(&self) -> Option<Repaired> {
        let told = intake_store::repaired(&self.folder())?;
        Some(Repaired {
            at: minute(told.at_ms),
            backup: told.backup_ms.map(minute),
            from_file: told.from_file,
            entries: told.entries,
            missing: told.missing,
            last_number: told.last_number,
            aside: self.folder().path().join(told.aside).display().to_string(),
        })
    }

    /// The clerk has seen what was repaired.
    ///
    /// # Errors
    /// [`Code::DeskLocked`], or those of the disk.
    pub fn seen_repaired(&self) -> Result<DeskState> {
        self.at_work()?;
        seen_repaired(&self.folder())?;
        self.state()
    }

    /// Looks at the next entries of the chain. What is not as it was written is told, and repaired at the next sign-in.
    pub(crate) fn walk_on(&self, db: &Db) -> Result<()> {
        let now = self.now().at_ms;
        let mut slow = self.0.walk.lock().unwrap_or_else(PoisonError::into_inner);
        if slow.ended_ms.is_some_and(|ended| (ended..ended + REST_MS).contains(&now)) {
            return Ok(());
        }
        slow.ended_ms = None;
        let walked = db.read(|r| r.walk_on(&mut slow.walk, IN_A_PAUSE));
        // The chain covers what was written; the seals cover the rest of the file, its lists and indexes.
        let walked = match walked {
            Ok(true) => db.check_pages().map(|()| true),
            other => other,
        };
        match walked {
            Ok(true) => slow.ended_ms = Some(now),
            Ok(false) => {}
            Err(error) => {
                if error.is_damage() {
                    (slow.walk, slow.ended_ms) = (Walk::default(), Some(now));
                }
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// What a pause came upon: damage is told, and repaired at the next sign-in.
    pub(crate) fn noticed(&self, error: Error) -> Result<()> {
        match &error {
            Error::Store(damage) if damage.is_damage() => self.found(damage),
            _ => Err(error),
        }
    }

    /// What the window is told of an error of this desk ([`Error::told`]). A page that work could not read is repaired at the
    /// next sign-in.
    pub fn failed(&self, what: &str, error: &Error) -> Failure {
        if let Error::Store(damage @ intake_store::Error::Damaged(_)) = error
            && self.session().db.is_some()
            && let Err(unmarked) = self.found(damage)
        {
            tracing::error!(error = %unmarked, "the damage could not be noted");
        }
        error.told(what)
    }

    fn found(&self, damage: &intake_store::Error) -> Result<()> {
        tracing::error!(error = %damage, "a difference was found");
        mark_damaged(&self.folder())?;
        self.session().notice = Some(Error::Refused(Code::RecordChanged).told("difference"));
        Ok(())
    }
}
