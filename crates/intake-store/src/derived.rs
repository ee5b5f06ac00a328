//! The tables beside the matters that follow from the journal: clerks, what was sealed later, papers, closed
//! days, steps, and the search index.
//! Repair, and whatever comes back from elsewhere, makes them anew; in ordinary work each use case keeps its own up to date.

use std::collections::{BTreeMap, BTreeSet};

use intake_wire::{Erased, Kind, Resealed};

use crate::clerks::ClerkRow;
use crate::db::Writer;
use crate::journal::Journal;
use crate::{
    Result, attachments, clerks, closings, district, documents, elsewhere, identities, received, sealed, steps,
};

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
            "documents",
            "deliveries",
            "delivered_for",
            "delivered_elsewhere",
            "closings",
            "steps",
            "acts_received",
            "district_acts",
            "district_tables",
            "clerks_left",
            "shared_matters",
        ]
        .contains(&table)
}

impl Writer<'_> {
    /// Makes those tables anew, and forgets the drafts that the journal says were registered. The index begins from nothing and is caught up in the pauses; until then it is done without.
    pub(crate) fn derive_anew(&self) -> Result<()> {
        let connection = self.connection;
        self.erase_what_the_journal_says()?;
        // How often a password was set is the keyring's to say, and stands here so that it is told once.
        let passwords: BTreeMap<u32, u32> =
            clerks::clerks(connection)?.into_iter().map(|one| (one.clerk, one.passwords)).collect();
        connection.execute_batch(
            "DELETE FROM clerks; DELETE FROM resealed; DELETE FROM indexed;
             INSERT INTO search (search) VALUES ('delete-all'); UPDATE index_purge SET step = 0;",
        )?;
        let (told, minutes) = clerks::told(connection)?;
        for row in told.values() {
            let passwords = passwords.get(&row.clerk).copied().unwrap_or(0);
            self.put_clerk(&ClerkRow { passwords, ..row.clone() })?;
        }
        self.set_lock_minutes(minutes)?;
        let sql = "INSERT INTO resealed (epoch, seq, by_epoch, by_seq) VALUES (?1, ?2, ?3, ?4)";
        for (place, by) in sealed::resealed(connection)? {
            connection.prepare_cached(sql)?.execute((place.0, place.1, by.0, by.1))?;
        }
        attachments::fill(connection)?;
        self.forget_registered_drafts()?;
        documents::fill(connection)?;
        elsewhere::fill(connection)?;
        closings::fill(connection)?;
        steps::fill(connection)?;
        district::fill(connection)?;
        received::fill(connection)?;
        identities::fill(connection)
    }

    /// What was erased after a backup was made stands in that backup with its words: they go again before anything is made
    /// of them.
    fn erase_what_the_journal_says(&self) -> Result<()> {
        let journal = Journal { connection: self.connection };
        let (mut places, mut numbers) = (Vec::new(), BTreeSet::new());
        journal.each_of(&["resealed", "erased"], |_, entry| {
            let open = entry.open.bytes().unwrap_or_default();
            if entry.kind == Kind::erased() {
                numbers.extend(serde_json::from_slice::<Erased>(open)?.numbers);
            } else {
                let told: Resealed = serde_json::from_slice(open)?;
                places.extend(told.of.iter().map(|seq| (told.number.clone(), told.journal, *seq)));
            }
            Ok(())
        })?;
        let mut erased = false;
        for (number, name, seq) in places {
            if let Some((epoch, entry)) = journal.of_number(name, seq, &number)? {
                erased |= self.make_husk(epoch, &entry)?;
            }
        }
        let numbers: BTreeSet<&str> = numbers.iter().map(String::as_str).collect();
        if !numbers.is_empty() {
            for (epoch, seq) in self.places_of(&numbers)? {
                erased |= self.make_husk(epoch, &journal.at(epoch, seq)?)?;
            }
        }
        if erased {
            self.connection.execute("INSERT OR IGNORE INTO unscrubbed (id) VALUES (1)", [])?;
        }
        Ok(())
    }
}
