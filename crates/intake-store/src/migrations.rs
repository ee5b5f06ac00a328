//! The schema's versions, forwards only, all or nothing.

use std::sync::LazyLock;

use rusqlite_migration::{M, Migrations};

/// The version this program writes.
pub(crate) const VERSION: u32 = 2;

static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
    Migrations::new(vec![
        M::up(include_str!("sql/0001_first.sql")),
        M::up(include_str!("sql/0002_clock_and_retention.sql")),
    ])
});

pub(crate) fn to_latest(connection: &mut rusqlite::Connection) -> crate::Result<()> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > VERSION {
        return Err(crate::Error::Newer { found, known: VERSION });
    }
    MIGRATIONS.to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        other => crate::Error::Damaged(other.to_string()),
    })
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
