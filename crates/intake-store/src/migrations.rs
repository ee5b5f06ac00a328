//! The schema's versions, forwards only, all or nothing.

use std::sync::LazyLock;

use rusqlite_migration::{M, Migrations};

use crate::identities;

/// The version this program writes.
pub(crate) const VERSION: u32 = 2;

static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
    Migrations::new(vec![
        M::up(include_str!("sql/0001_first.sql")),
        // It lays the journal anew, to which other tables refer.
        M::up_with_hook(include_str!("sql/0002_search.sql"), identities::fill).foreign_key_check(),
    ])
});

pub(crate) fn to_latest(connection: &mut rusqlite::Connection) -> crate::Result<()> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > VERSION {
        return Err(crate::Error::Newer { found, known: VERSION });
    }
    // A table that others refer to can only be laid anew without this; each migration checks at its end.
    connection.pragma_update(None, "foreign_keys", false)?;
    let migrated = MIGRATIONS.to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => crate::Error::Damaged(other.to_string()),
    });
    connection.pragma_update(None, "foreign_keys", true)?;
    migrated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_run_and_end_at_the_version_we_name() {
        MIGRATIONS.validate().unwrap();
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        to_latest(&mut connection).unwrap();
        let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(found, VERSION);
    }
}
