//! The clerks as the journal tells of them, and after how long the desk locks.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};
use serde_json::Value;

use crate::db::{Reader, Writer};
use crate::journal::Journal;
use crate::{Error, Result};

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

    /// Compares the clerks, and after how long the desk locks, with what the journal says.
    pub(crate) fn compare_clerks(&self) -> Result<()> {
        let (told, minutes) = told(self.connection)?;
        let differs = |clerk| Error::Contradiction(format!("clerk {clerk} is not what the journal says"));
        // How often a password was set is only for telling what is not journalled yet.
        let found: Vec<_> = self.clerks()?.into_iter().map(|one| ClerkRow { passwords: 0, ..one }).collect();
        if let Some(one) = found.iter().find(|one| told.get(&one.clerk) != Some(one)) {
            return Err(differs(one.clerk));
        }
        if let Some(clerk) = told.keys().find(|clerk| !found.iter().any(|one| one.clerk == **clerk)) {
            return Err(differs(*clerk));
        }
        if self.lock_minutes()? != minutes {
            return Err(Error::Contradiction("the time to lock is not what the journal says".into()));
        }
        Ok(())
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

pub(crate) fn clerks(connection: &Connection) -> Result<Vec<ClerkRow>> {
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

/// The clerks, and after how many minutes the desk locks, as the journal tells.
pub(crate) fn told(connection: &Connection) -> Result<(BTreeMap<u32, ClerkRow>, u32)> {
    let (mut told, mut minutes) = (BTreeMap::new(), 5);
    let kinds = ["clerk_added", "clerk_disabled", "sealed_reader_set", "lock_changed"];
    Journal { connection }.each_of(&kinds, |_, entry| {
        let open: Value = serde_json::from_slice(entry.open.bytes().unwrap_or_default())?;
        if entry.kind.as_str() == "lock_changed" {
            minutes = number(&open, "minutes");
            return Ok(());
        }
        explain(&mut told, entry.kind.as_str(), &open, entry.personal.bytes())
    })?;
    Ok((told, minutes))
}

/// What one entry about a clerk changes.
fn explain(told: &mut BTreeMap<u32, ClerkRow>, kind: &str, open: &Value, personal: Option<&[u8]>) -> Result<()> {
    let clerk = number(open, "clerk");
    if kind == "clerk_added" {
        let text = |value: &Value, field| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let personal: Value = personal.map_or(Ok(Value::Null), serde_json::from_slice)?;
        let (name, role) = (text(&personal, "name"), text(open, "role"));
        told.insert(clerk, ClerkRow { clerk, name, role, disabled: false, reader: false, passwords: 0 });
        return Ok(());
    }
    let unknown = || Error::Contradiction(format!("an entry is about clerk {clerk}, whom nobody added"));
    let one = told.get_mut(&clerk).ok_or_else(unknown)?;
    match kind {
        "clerk_disabled" => one.disabled = true,
        _ => one.reader = open.get("reader").and_then(Value::as_bool).unwrap_or(false),
    }
    Ok(())
}

fn number(open: &Value, field: &str) -> u32 {
    open.get(field).and_then(Value::as_u64).and_then(|number| number.try_into().ok()).unwrap_or(0)
}
