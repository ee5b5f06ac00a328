//! The schema's versions, forwards only, all or nothing.

use std::sync::LazyLock;

use rusqlite_migration::{M, Migrations};

use crate::{elsewhere, identities};

/// The version this program writes.
pub(crate) const VERSION: u32 = 18;

static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
    Migrations::new(vec![
        M::up(include_str!("sql/0001_first.sql")),
        M::up(include_str!("sql/0002_epochs.sql")),
        M::up(include_str!("sql/0003_clerks.sql")),
        // It lays the journal anew, to which other tables refer.
        M::up_with_hook(include_str!("sql/0004_search.sql"), identities::migrate).foreign_key_check(),
        M::up(include_str!("sql/0005_drafts_attachments.sql")),
        M::up(include_str!("sql/0006_clock_and_retention.sql")),
        M::up(include_str!("sql/0007_places.sql")).foreign_key_check(),
        M::up(include_str!("sql/0008_sealed.sql")),
        M::up(include_str!("sql/0009_after_a_loss.sql")),
        M::up(include_str!("sql/0010_documents.sql")),
        M::up(include_str!("sql/0011_print_queue.sql")),
        M::up(include_str!("sql/0012_days.sql")),
        M::up(include_str!("sql/0013_matters_by_place.sql")).foreign_key_check(),
        M::up(include_str!("sql/0014_steps.sql")),
        M::up(include_str!("sql/0015_district.sql")),
        M::up(include_str!("sql/0016_line.sql")),
        M::up_with_hook(include_str!("sql/0017_delivered_and_received.sql"), elsewhere::migrate),
        M::up(include_str!("sql/0018_files_archived.sql")),
    ])
});

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

    #[test]
    fn a_desk_made_before_search_keeps_its_journal_and_is_found_by_its_papers() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        MIGRATIONS.to_version(&mut connection, 1).unwrap();
        let paper = r#"{"paper":"resident_id","number":"11010519491231002X"}"#;
        let record =
            |more: &str| format!(r#"{{"query_code":"Q","visit":{{"demand":"修灯","identity":{paper}{more}}}}}"#);
        connection
            .execute_batch(&format!(
                "INSERT INTO epochs (id, journal, mark) VALUES (1, x'01', 'A');
                 INSERT INTO journal (epoch, seq, hash, kind, clerk, at_ms, boot, mono_ms, open_salt, open, personal_salt,
                                      personal, personal_digest)
                 VALUES (1, 1, x'11', 'registered', 2, 5, x'00', 6, x'aa', CAST('{{}}' AS BLOB), x'bb',
                         CAST('{}' AS BLOB), NULL),
                        (1, 2, x'22', 'registered', 2, 7, x'00', 8, x'cc', CAST('{{}}' AS BLOB), x'dd',
                         CAST('{}' AS BLOB), NULL);
                 INSERT INTO matters (number, epoch, local_date, serial, registered_seq, version, version_seq)
                 VALUES ('A-1', 1, '2026-11-24', 1, 1, 1, 1), ('A-2', 1, '2026-11-24', 2, 2, 1, 2);",
                record(""),
                record(r#","confidential":true"#),
            ))
            .unwrap();
        let dump = |connection: &rusqlite::Connection| {
            let sql = "SELECT group_concat(epoch || seq || hex(hash) || kind || clerk || at_ms || hex(boot) || mono_ms
                       || hex(open_salt) || hex(open) || hex(personal_salt) || hex(personal), '/') FROM journal";
            connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap()
        };
        let before = dump(&connection);
        to_latest(&mut connection).unwrap();
        assert_eq!(dump(&connection), before);
        let sql =
            "SELECT group_concat(paper || ' ' || number || ' ' || epoch || ' ' || registered_seq, '/') FROM identities";
        let papers: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(papers, "resident_id 11010519491231002X 1 1", "the sealed one is left out");
        let orphan = "INSERT INTO matters (number, epoch, local_date, serial, registered_seq, version, version_seq)
                      VALUES ('A-3', 1, '2026-11-24', 3, 9, 1, 9)";
        assert!(connection.execute(orphan, []).is_err(), "a matter still needs its entry");
    }
}
