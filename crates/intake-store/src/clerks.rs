//! Clerks as the journal knows them; their wraps of the key lie in the keyring.

use rusqlite::params;

use crate::Result;
use crate::db::{Reader, Writer};
use crate::keyring::Role;

/// One clerk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClerkRow {
    /// The desk's number of the clerk.
    pub id: u32,
    /// Their name.
    pub name: String,
}

impl Writer<'_> {
    /// Writes a new clerk's row.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn insert_clerk(&self, id: u32, name: &str, role: Role) -> Result<()> {
        let role = match role {
            Role::Administrator => "administrator",
            Role::Clerk => "clerk",
        };
        let sql = "INSERT INTO clerks (id, name, role) VALUES (?1, ?2, ?3)";
        self.connection.prepare_cached(sql)?.execute(params![id, name, role])?;
        Ok(())
    }
}

impl Reader<'_> {
    /// All clerks, by number.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn clerks(&self) -> Result<Vec<ClerkRow>> {
        let mut statement = self.connection.prepare_cached("SELECT id, name FROM clerks ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok(ClerkRow { id: row.get(0)?, name: row.get(1)? }))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
