//! The schema's versions, forwards only, all or nothing.

use std::sync::LazyLock;

use rusqlite_migration::{M, Migrations};

/// The version this program writes.
pub(crate) const VERSION: u32 = 3;

const SQL: &[&str] =
    &[include_str!("sql/0001_first.sql"), include_str!("sql/0002_epochs.sql"), include_str!("sql/0003_clerks.sql")];

static MIGRATIONS: LazyLock<Migrations<'static>> =
    LazyLock::new(|| Migrations::new(SQL.iter().map(|sql| M::up(sql)).collect()));

/// Whether a database of an older program waits to be migrated. An empty one does not.
pub(crate) fn waits(connection: &rusqlite::Connection) -> crate::Result<bool> {
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(found > 0 && found < VERSION)
}

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

    #[test]
    fn a_matter_of_the_first_schema_keeps_its_places_and_its_corrections_are_listed() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        MIGRATIONS.to_version(&mut connection, 1).unwrap();
        let entry = "INSERT INTO journal (epoch, seq, hash, kind, clerk, at_ms, boot, mono_ms, open_salt, open)
                     VALUES (1, ?1, x'00', ?2, 1, 0, x'00', 0, x'00', CAST('{\"number\":\"N\"}' AS BLOB))";
        connection.execute("INSERT INTO epochs (journal, mark) VALUES (x'01', 'A')", []).unwrap();
        for (seq, kind) in [(1, "registered"), (2, "corrected"), (3, "corrected"), (4, "slip_issued"), (5, "voided")] {
            connection.execute(entry, rusqlite::params![seq, kind]).unwrap();
        }
        let matter =
            "INSERT INTO matters (number, epoch, local_date, serial, registered_seq, version, version_seq, void_seq,
                      slips, slip_seq) VALUES ('N', 1, '2026-11-24', 1, 1, 3, 3, 5, 1, 4)";
        connection.execute(matter, []).unwrap();
        to_latest(&mut connection).unwrap();
        let places = "SELECT version_epoch, version_seq, void_epoch, void_seq, slip_epoch, slip_seq FROM matters";
        let found = connection
            .query_row(places, [], |row| (0..6).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<i64>>>())
            .unwrap();
        assert_eq!(found, [1, 3, 1, 5, 1, 4]);
        let listed = "SELECT group_concat(seq) FROM corrections WHERE number = 'N' AND epoch = 1";
        assert_eq!(connection.query_row(listed, [], |row| row.get::<_, String>(0)).unwrap(), "2,3");
    }
}
