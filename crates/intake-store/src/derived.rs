//! The tables beside the matters that follow from the journal: clerks, what was sealed later, papers, and the search index.
//! Repair, and whatever comes back from elsewhere, makes them anew; in ordinary work each use case keeps its own up to date.

use crate::db::Writer;
use crate::{Result, attachments, clerks, identities, sealed};

/// Everything that [`Writer::fold_anew`] makes: what a damaged file says of it is not looked at.
pub(crate) fn is_derived(table: &str) -> bool {
    // FTS5 keeps its own tables beside the one it shows.
    let of_index = table == "search" || table.starts_with("search_");
    of_index
        || [
            "epochs",
            "journal",
            "matters",
            "corrections",
            "twins",
            "clerks",
            "resealed",
            "identities",
            "indexed",
            "index_purge",
            "attachments",
        ]
        .contains(&table)
}

impl Writer<'_> {
    /// Makes those tables anew. The index begins from nothing and is caught up in the pauses; until then it is done without.
    pub(crate) fn derive_anew(&self) -> Result<()> {
        let connection = self.connection;
        connection.execute_batch(
            "DELETE FROM clerks; DELETE FROM resealed; DELETE FROM indexed;
             INSERT INTO search (search) VALUES ('delete-all'); UPDATE index_purge SET step = 0;",
        )?;
        let (told, minutes) = clerks::told(connection)?;
        for row in told.values() {
            self.put_clerk(row)?;
        }
        self.set_lock_minutes(minutes)?;
        let sql = "INSERT INTO resealed (epoch, seq, by_epoch, by_seq) VALUES (?1, ?2, ?3, ?4)";
        for (place, by) in sealed::resealed(connection)? {
            connection.prepare_cached(sql)?.execute((place.0, place.1, by.0, by.1))?;
        }
        attachments::fill(connection)?;
        identities::fill(connection)
    }
}
