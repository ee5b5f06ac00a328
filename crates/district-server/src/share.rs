//! What the desks of one centre hear of one another's matters, so that any window answers, delivers and links: number, day,
//! state, the visitor's name and phone, which papers were issued and how each stands; and the desk that issued a paper hears
//! that another one delivered it. Never of a sealed matter; where one becomes sealed, what was told of it goes.
//!
//! A desk hears of them when it asks where both sides stand. Deliberately absent: what a visitor said, what a paper says, and any
//! other centre.

use std::collections::BTreeMap;

use deadpool_postgres::Transaction;
use intake_model::{Paper, RegistrationNumber, counting};
use intake_wire::{
    DeliveryTold, Draft, Entry, Kind, MatterShared, PaperDelivered, Record, SharedDelivery, SharedPaper, SharedState,
    SharedWords,
};

use crate::db::documents::{self, Issued};
use crate::db::own::{self, Own};
use crate::db::shared::{self, Stands};
use crate::matter_acts::json;
use crate::{District, Result, apply};

/// Matters told at once; the desk asks again until there are no more.
const AT_ONCE: i64 = 512;
/// Bytes of records that are read together: they are another desk's, which may be as large as an entry may be.
const AT_ONCE_BYTES: usize = 4 << 20;

impl District {
    /// Writes what a desk is to hear of into the district's journal for it. However many matters it is, they are read and
    /// written by a few statements: after a busy day each window of a centre hears of all that the others registered.
    pub(crate) async fn share(&self, tx: &Transaction<'_>, centre: &str, desk: u8, journal: &mut Own) -> Result<()> {
        let taken = shared::take(tx, centre, desk, AT_ONCE).await?;
        let (its_own, others): (Vec<_>, Vec<_>) =
            taken.iter().map(String::as_str).partition(|number| desk_of(number) == Some(desk));
        for number in its_own {
            self.hand_back(tx, centre, desk, journal, number).await?;
        }
        let sizes = if others.is_empty() { BTreeMap::new() } else { shared::sizes(tx, centre, &others).await? };
        let mut rest = others.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = rest.iter().take_while(|number| {
                bytes += sizes.get(**number).copied().unwrap_or(0);
                bytes <= AT_ONCE_BYTES
            });
            let (now, later) = rest.split_at(fits.count().max(1));
            self.tell_of(tx, centre, desk, journal, now).await?;
            rest = later;
        }
        Ok(())
    }

    /// Writes how matters of other desks stand.
    async fn tell_of(
        &self,
        tx: &Transaction<'_>,
        centre: &str,
        desk: u8,
        journal: &mut Own,
        others: &[&str],
    ) -> Result<()> {
        let stands = shared::stands(tx, centre, others).await?;
        let told = shared::told(tx, centre, desk, others).await?;
        let mut papers = papers(tx, centre, others).await?;
        let (mut numbers, mut drafts) = (Vec::new(), Vec::new());
        for (&number, matter) in others.iter().filter_map(|number| Some((number, stands.get(*number)?))) {
            let before = told.get(number);
            let Some((open, words)) = says(number, matter, before.is_some()) else { continue };
            let words = if open.state == SharedState::Sealed {
                for (journal, seq) in before.into_iter().flatten() {
                    shared::forget(tx, centre, journal, *seq).await?;
                }
                words
            } else {
                SharedWords { papers: papers.remove(number).unwrap_or_default(), ..words }
            };
            numbers.push(number);
            drafts.push(Draft { kind: Kind::matter_shared(), open: json(&open)?, personal: json(&words)? });
        }
        let seqs = own::append_all(tx, centre, journal, drafts, self.moment()).await?;
        shared::put_told(tx, centre, desk, &numbers, (journal.id, &seqs)).await
    }

    /// Tells the desk that issued a matter's papers what other desks wrote of their delivery, each once. Of a sealed matter
    /// that it was done, and not how.
    async fn hand_back(
        &self,
        tx: &Transaction<'_>,
        centre: &str,
        desk: u8,
        journal: &mut Own,
        number: &str,
    ) -> Result<()> {
        let before = shared::entries_told(tx, centre, desk, number).await?;
        let told: Vec<_> = before.iter().filter_map(delivered).map(|one| (one.journal, one.seq)).collect();
        let sealed = shared::keeps_silent(tx, centre, number).await?;
        for one in documents::elsewhere(tx, centre, desk, number).await? {
            if told.contains(&(one.journal, one.seq)) {
                continue;
            }
            let open = PaperDelivered {
                number: number.to_owned(),
                documents: one.documents,
                desk: one.desk,
                written_ms: one.at_ms,
                journal: one.journal,
                seq: one.seq,
            };
            // What that desk has sealed meanwhile is no delivery that can be read.
            let words =
                one.personal.filter(|words| !sealed && apply::read::<DeliveryTold>(Some(words.as_slice())).is_some());
            let personal = words.unwrap_or_else(|| b"{}".to_vec());
            let draft = Draft { kind: Kind::paper_delivered(), open: json(&open)?, personal };
            let seqs = own::append_all(tx, centre, journal, vec![draft], self.moment()).await?;
            shared::put_told(tx, centre, desk, &[number], (journal.id, &seqs)).await?;
        }
        Ok(())
    }

    /// Says again in the journal that goes on that another desk delivered papers: the desk may never have heard of it.
    pub(crate) async fn delivered_again(
        &self,
        tx: &Transaction<'_>,
        centre: &str,
        desk: u8,
        journal: &mut Own,
        entry: &Entry,
    ) -> Result<()> {
        let (Some(open), Some(PaperDelivered { number, .. })) = (entry.open.bytes(), delivered(entry)) else {
            return Ok(());
        };
        let personal = entry.personal.bytes().unwrap_or(b"{}").to_vec();
        let draft = Draft { kind: entry.kind.clone(), open: open.to_vec(), personal };
        let seqs = own::append_all(tx, centre, journal, vec![draft], entry.moment).await?;
        shared::put_told(tx, centre, desk, &[&number], (journal.id, &seqs)).await
    }
}

/// What an entry of the district's tells of a delivery by another desk.
fn delivered(entry: &Entry) -> Option<PaperDelivered> {
    apply::read(entry.open.bytes()).filter(|_| entry.kind == Kind::paper_delivered())
}

/// The desk that gave this number.
fn desk_of(number: &str) -> Option<u8> {
    number.parse().ok().map(|number: RegistrationNumber| number.desk().get())
}

/// The notices that each of these matters' own desk issued, each as it stands: what other windows may hand over.
async fn papers(tx: &Transaction<'_>, centre: &str, numbers: &[&str]) -> Result<BTreeMap<String, Vec<SharedPaper>>> {
    let mut issued = documents::of_matters(tx, centre, numbers).await?;
    issued.retain(|one| {
        desk_of(&one.number) == Some(one.desk) && Paper::from_word(&one.paper).is_some_and(Paper::is_handed_over)
    });
    let same = |one: &Issued, other: &Issued| (&one.number, &one.document) == (&other.number, &other.document);
    let mut papers: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (number, paper) in issued.chunk_by(same).filter_map(|rows| Some((rows.first()?.number.clone(), paper(rows)?))) {
        papers.entry(number).or_default().push(paper);
    }
    Ok(papers)
}

/// One of them, by its rows: one for each delivery.
fn paper(rows: &[Issued]) -> Option<SharedPaper> {
    let last = rows.last()?;
    // What is sealed or erased tells no day, and counts before what does.
    let delivered = counting(rows.iter().filter_map(|row| row.delivery.as_ref()), |one| (one.refused, one.on));
    Some(SharedPaper {
        document: last.document.clone(),
        paper: last.paper.clone(),
        issued_on: last.on,
        void: last.void,
        delivered: delivered.map(|one| SharedDelivery { desk: one.desk, on: one.on, refused: one.refused }),
    })
}

/// What is said of a matter; nothing of a sealed one that was never told of, and of one whose record is erased.
fn says(number: &str, stands: &Stands, told: bool) -> Option<(MatterShared, SharedWords)> {
    let state = match (stands.sealed, stands.void, stands.version) {
        (true, ..) => SharedState::Sealed,
        (_, true, _) => SharedState::Void,
        (_, _, 1) => SharedState::Registered,
        _ => SharedState::Corrected,
    };
    let registered_on = stands.date;
    let open = |party| MatterShared { number: number.to_owned(), state, registered_on, party };
    if state == SharedState::Sealed {
        return told.then(|| (open(intake_model::Party::Person), SharedWords::default()));
    }
    match apply::content(Some(stands.personal.as_deref()?))? {
        Record::Told(record) if !record.visit.is_sealed() => {
            let visit = record.visit;
            let name = visit.name.shown().to_owned();
            let phone = visit.phone.unwrap_or_default();
            Some((open(visit.party), SharedWords { title: visit.title, name, phone, papers: Vec::new() }))
        }
        _ => None,
    }
}
