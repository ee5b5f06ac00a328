//! The clerks as the journal tells of them, and after how long the desk locks.

use rusqlite::{Connection, Row, params};

use crate::Result;
use crate::db::{Reader, Writer};

/// One clerk, as the journal tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClerkRow {
    /// The desk's number of the clerk.
    pub clerk: u32,
    /// Their name.
    pub name: String,
    /// `administrator` or `clerk`.
    pub role: String,
    /// May no longer sign in.
    pub disabled: bool,
    /// Named to read every sealed matter.
    pub reader: bool,
    /// How often the password was set since they were added.
    pub passwords: u32,
}

impl Reader<'_> {
    /// Every clerk there ever was, by number.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn clerks(&self) -> Result<Vec<ClerkRow>> {
        clerks(self.connection)
    }

    /// After how many minutes of rest the desk locks.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn lock_minutes(&self) -> Result<u32> {
        Ok(self.connection.query_row("SELECT lock_minutes FROM desk", [], |row| row.get(0))?)
    }
}

impl Writer<'_> {
    /// Every clerk there ever was, by number.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn clerks(&self) -> Result<Vec<ClerkRow>> {
        clerks(self.connection)
    }

    /// Keeps a clerk as an entry just told.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn put_clerk(&self, row: &ClerkRow) -> Result<()> {
        let sql = "INSERT INTO clerks (clerk, name, role, disabled, reader, passwords) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (clerk) DO UPDATE SET name = excluded.name, role = excluded.role,
                   disabled = excluded.disabled, reader = excluded.reader, passwords = excluded.passwords";
        let ClerkRow { clerk, name, role, disabled, reader, passwords } = row;
        self.connection.prepare_cached(sql)?.execute(params![clerk, name, role, disabled, reader, passwords])?;
        Ok(())
    }

    /// Keeps after how many minutes of rest the desk locks.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn set_lock_minutes(&self, minutes: u32) -> Result<()> {
        self.connection.prepare_cached("UPDATE desk SET lock_minutes = ?1")?.execute([minutes])?;
        Ok(())
    }
}

fn clerks(connection: &Connection) -> Result<Vec<ClerkRow>> {
    let sql = "SELECT clerk, name, role, disabled, reader, passwords FROM clerks ORDER BY clerk";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn row(row: &Row<'_>) -> rusqlite::Result<ClerkRow> {
    Ok(ClerkRow {
        clerk: row.get(0)?,
        name: row.get(1)?,
        role: row.get(2)?,
        disabled: row.get(3)?,
        reader: row.get(4)?,
        passwords: row.get(5)?,
    })
}
