//! Clerks as the journal knows them; their wraps of the key lie in the keyring.

use rusqlite::params;

use crate::Result;
use crate::db::Writer;
use crate::keyring::Role;

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
