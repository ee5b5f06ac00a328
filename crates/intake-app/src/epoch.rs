//! Epochs: a desk that may not know its own newest history opens a new journal before it writes (invariant 9).
//!
//! That is so for a database that was put back from a backup or rebuilt, for one that another machine wrote last, and for
//! one behind the marker outside its folder. Deliberately absent: asking a person. Whoever sits at the window goes on.

use std::collections::BTreeSet;
use std::path::PathBuf;

use intake_model::EpochMark;
use intake_store::{Db, DeskRow, Marked, Marker, home, marks_in, raise};
use intake_wire::{JournalId, Moment};

use crate::desk::Desk;
use crate::machine::hashed;
use crate::{Error, Result};

impl Desk {
    /// After the database was opened: a new epoch where one is due, and the marker from then on.
    pub(crate) fn settle(&self, db: &Db) -> Result<()> {
        if !self.0.setup.mends {
            return Ok(());
        }
        let here = hashed(&self.0.setup.machine);
        let marked = self.marked(db)?;
        let (is_copy, machine, ahead) = db.read::<_, Error>(|r| {
            let (is_copy, machine) = r.origin()?;
            Ok((is_copy, machine, marked.is_ahead_of(r)?))
        })?;
        let moved = !here.is_empty() && !machine.is_empty() && here != machine;
        let why = if is_copy && intake_store::repaired(&self.folder()).is_some() {
            Some("repaired")
        } else if is_copy {
            Some("restored")
        } else if moved {
            Some("other_machine")
        } else if ahead {
            Some("set_back")
        } else {
            None
        };
        if let Some(why) = why {
            let (journal, mark) = self.next_epoch(db, &marked, moved)?;
            let moment = self.now();
            db.write::<_, Error>(|tx| {
                tx.set_machine(&here)?;
                if !is_copy {
                    tx.doubt_drafts()?;
                }
                Ok(tx.begin_epoch(journal, mark.as_str(), why, moment)?)
            })?;
            tracing::info!(why, mark = mark.as_str(), "a new epoch was opened");
        } else if machine.is_empty() && !here.is_empty() {
            db.write::<_, Error>(|tx| Ok(tx.set_machine(&here)?))?;
        }
        self.watch(db)
    }

    /// Notes each head in the marker from now on. A marker that cannot be written holds nobody up: a backup still says of
    /// itself that it is one.
    pub(crate) fn watch(&self, db: &Db) -> Result<()> {
        let Some(folder) = self.marker_folder(db)? else { return Ok(()) };
        let marks = known(db)?;
        let watched = raise(&folder, &marks).and_then(|()| Marker::open(&folder)).and_then(|marker| db.watch(marker));
        if let Err(error) = watched {
            tracing::warn!(%error, "the marker cannot be written");
        }
        Ok(())
    }

    /// A journal and a mark that no number bears yet. They are noted before anything is written with them.
    pub(crate) fn next_epoch(&self, db: &Db, marked: &Marked, moved: bool) -> Result<(JournalId, EpochMark)> {
        let (centre, desk) =
            db.read::<_, Error>(|r| r.desk().map(|row| (row.centre_code, row.number)).map_err(Error::from))?;
        let places = self.backup_places()?;
        let mut marks = known(db)?;
        marks.extend(marked.marks.iter().cloned());
        marks.extend(places.iter().flat_map(|place| marks_in(place, &centre, desk)));
        let told = at_district(db);
        // Two machines that both went on from one backup count alike; one of them drew, once.
        let apart = moved || marks.iter().any(|mark| mark.rank().is_none());
        let can_count = told.is_some() || (marked.found && !apart);
        marks.extend(told.unwrap_or_default());
        let counted = EpochMark::above(&marks).filter(|_| can_count);
        let mark = match counted {
            Some(mark) => mark,
            None => loop {
                let drawn = EpochMark::drawn(intake_wire::random()?);
                if !marks.contains(&drawn) {
                    break drawn;
                }
            },
        };
        marks.insert(mark.clone());
        let mut folders: Vec<PathBuf> = self.marker_folder(db)?.into_iter().collect();
        folders.extend(places.iter().filter(|place| place.is_dir()).map(|place| home(place, &centre, desk)));
        for folder in folders {
            if let Err(error) = raise(&folder, &marks) {
                tracing::warn!(%error, "a mark could not be noted");
            }
        }
        Ok((JournalId(intake_wire::random()?), mark))
    }

    /// What the marker of this desk tells; nothing where it cannot be read.
    pub(crate) fn marked(&self, db: &Db) -> Result<Marked> {
        let Some(folder) = self.marker_folder(db)? else { return Ok(Marked::default()) };
        Ok(Marked::read(&folder).unwrap_or_else(|error| {
            tracing::warn!(%error, "the marker cannot be read");
            Marked::default()
        }))
    }

    fn marker_folder(&self, db: &Db) -> Result<Option<PathBuf>> {
        Ok(self.marker_of(&db.read::<_, Error>(|r| Ok(r.desk()?))?))
    }

    /// Where the marker of a desk lies. Practice has none: one machine may hold any number of practice desks of one number.
    pub(crate) fn marker_of(&self, desk: &DeskRow) -> Option<PathBuf> {
        let markers = self.0.setup.marker.as_ref().filter(|_| !desk.practice)?;
        Some(home(markers, &desk.centre_code, desk.number))
    }

    /// After an exchange that found other entries of an own journal at the district: gives way to them. What is written at
    /// the desk goes on in an epoch that nobody else has.
    pub(crate) async fn give_way(&self, db: &Db, journal: JournalId, moment: Moment) -> Result<u64> {
        let newest = db.read::<_, Error>(|r| Ok(r.line().epochs()?.pop().map(|epoch| epoch.journal)))?;
        let into = if newest == Some(journal) {
            let (desk, from) = (self.clone(), db.clone());
            let next = tokio::task::spawn_blocking(move || desk.next_epoch(&from, &desk.marked(&from)?, false));
            let (name, mark) = next.await.map_err(|_| Error::Task)??;
            Some((name, mark.as_str().to_owned()))
        } else {
            None
        };
        Ok(intake_sync::give_way(db, journal, into, moment).await?)
    }
}

fn known(db: &Db) -> Result<BTreeSet<EpochMark>> {
    let epochs = db.read::<_, Error>(|r| Ok(r.line().epochs()?))?;
    Ok(epochs.iter().filter_map(|epoch| epoch.mark.parse().ok()).collect())
}

/// The marks that the district knows of; `None` where it is not reached. On a thread of its own: this one may belong to a
/// runtime already.
fn at_district(db: &Db) -> Option<Vec<EpochMark>> {
    db.read::<_, Error>(|r| Ok(r.line().admission()?)).ok()??;
    let db = db.clone();
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        runtime.block_on(intake_sync::marks(&db)).ok()
    });
    let told = asked.join().ok()??;
    Some(told.iter().filter_map(|mark| mark.parse().ok()).collect())
}
