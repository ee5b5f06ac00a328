//! Folds stored entries into tables, in order, and decides what became of each (invariant 5).
//!
//! What cannot be applied is set aside with a reason and never holds up what stands behind it. A correction carries the
//! whole record: it applies without its predecessor, which it supersedes, and what waited for the matter applies then.
//! Deliberately absent: any say over what was stored; nothing here can lose an entry.

use chrono::NaiveDate;
use deadpool_postgres::Transaction;
use intake_model::{Code, Party, Profile, RegistrationNumber, StepKind};
use intake_wire::{
    Carried, ClerkLeft, Corrected, Draft, JournalId, Kind, Record, Registered, Resealed, SlipIssued, VerdictKind,
    Voided,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::db::entries::{self, Held};
use crate::db::forks;
use crate::db::journals::{self, Journal};
use crate::db::matters::{self, Version};
use crate::db::{self, own, place};
use crate::plain::Run;
use crate::take::word;
use crate::{District, Error, Result, attachments, days, documents, steps};

/// Entries in one transaction.
const AT_ONCE: i64 = 512;
/// Bytes of their content that are held in memory together; one entry is taken however long it is.
const AT_ONCE_BYTES: i64 = 8 << 20;
/// Matters folded again in one transaction.
const FOLDED_AT_ONCE: i64 = 64;

/// What became of an entry, and the matter it is about.
pub(crate) struct Outcome {
    pub(crate) verdict: VerdictKind,
    pub(crate) number: Option<String>,
    /// The journal that registered the matter.
    pub(crate) of: Option<JournalId>,
    /// The matter came into being: what waited for it can apply, and these entries are superseded.
    freed: Vec<u64>,
}

impl Outcome {
    pub(crate) fn of(verdict: VerdictKind, number: Option<String>) -> Self {
        Self { verdict, number, of: None, freed: Vec::new() }
    }

    fn set_aside(code: Code) -> Self {
        Self::of(VerdictKind::SetAside { code: word(code) }, None)
    }
}

impl District {
    /// Applies what was stored when the process last ended.
    pub(crate) async fn apply_all(&self) -> Result<()> {
        let client = self.pool.get().await?;
        let behind = journals::behind(&client).await?;
        drop(client);
        for (centre, journal) in behind {
            self.apply(&centre, journal).await?;
        }
        Ok(())
    }

    /// Folds again what an earlier version of this program folded without what pages show.
    pub(crate) async fn fold_again(&self) -> Result<()> {
        loop {
            let mut client = self.pool.get().await?;
            let tx = client.transaction().await?;
            let unfolded = matters::unfolded(&tx, FOLDED_AT_ONCE).await?;
            if unfolded.is_empty() {
                return Ok(());
            }
            for one in unfolded {
                let record = content(one.personal.as_deref()).unwrap_or(Record::Erased);
                let title = Profile::for_centre(&one.centre).says("sealed_title");
                matters::fold_again(&tx, &one, &matters::Words::of(&record, title)).await?;
            }
            tx.commit().await?;
        }
    }

    /// Transaction 2: applies the stored entries of a journal that are not applied yet.
    pub(crate) async fn apply(&self, centre: &str, id: JournalId) -> Result<()> {
        loop {
            let mut client = self.pool.get().await?;
            let mut tx = client.transaction().await?;
            let Some(journal) = journals::lock(&tx, centre, id).await? else { return Ok(()) };
            if journal.applied >= journal.head.seq {
                return Ok(());
            }
            let batch = entries::after(&tx, &journal, journal.applied, AT_ONCE, AT_ONCE_BYTES).await?;
            let Some(last) = batch.last().map(|entry| entry.seq) else {
                return Err(Error::Internal("a head above the stored entries".into()));
            };
            let (mut changes, mut rest) = (Vec::new(), batch.as_slice());
            while !rest.is_empty() {
                let run = Run::of(&journal, rest);
                let plain = run.decided().len();
                let (mut now, later) = rest.split_at(plain.max(1));
                if plain > 1 && run.apply(&mut tx, &journal).await? {
                    for _ in now {
                        self.metrics.decided(entries::word(&VerdictKind::Stored));
                    }
                    now = &[];
                }
                for entry in now {
                    let outcome = apply_safely(&mut tx, &journal, entry).await?;
                    // What registers a matter finds nothing waiting yet; a correction may.
                    let frees = entry.kind == Kind::corrected().as_str();
                    changes.extend(self.settle(&mut tx, &journal, entry.seq, &outcome, frees).await?);
                }
                rest = later;
            }
            self.tell(&tx, &journal, &changes).await?;
            db::shared::note(&tx, &journal, journal.applied, last).await?;
            journals::set_applied(&tx, &journal, last).await?;
            tx.commit().await?;
        }
    }

    /// Writes down what became of an entry, and of those that it supersedes or frees. Gives the changes to these.
    pub(crate) async fn settle(
        &self,
        tx: &mut Transaction<'_>,
        journal: &Journal,
        seq: u64,
        outcome: &Outcome,
        frees: bool,
    ) -> Result<Vec<(u64, VerdictKind)>> {
        let number = outcome.number.as_deref();
        entries::decide(tx, journal, seq, &outcome.verdict, number).await?;
        self.metrics.decided(entries::word(&outcome.verdict));
        let mut changes = Vec::new();
        for earlier in &outcome.freed {
            let superseded = VerdictKind::Superseded { by: seq };
            entries::decide(tx, journal, *earlier, &superseded, number).await?;
            changes.push((*earlier, superseded));
        }
        if frees && matches!(outcome.verdict, VerdictKind::Stored) {
            changes.extend(free_waiting(tx, journal, number).await?);
        }
        Ok(changes)
    }

    /// Writes changed verdicts into the district's journal for the desk.
    pub(crate) async fn tell(
        &self,
        tx: &Transaction<'_>,
        journal: &Journal,
        changes: &[(u64, VerdictKind)],
    ) -> Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut own = self.own_journal(tx, &journal.centre, journal.desk).await?;
        for (seq, verdict) in changes {
            let open = serde_json::json!({ "journal": journal.id, "seq": seq, "verdict": verdict }).to_string();
            let draft = Draft { kind: Kind::verdict_changed(), open: open.into_bytes(), personal: b"{}".to_vec() };
            own::append(tx, &journal.centre, &mut own, draft, self.moment()).await?;
        }
        Ok(())
    }
}

/// Applies what waited for this matter. Gives the verdicts that changed.
async fn free_waiting(
    tx: &mut Transaction<'_>,
    journal: &Journal,
    number: Option<&str>,
) -> Result<Vec<(u64, VerdictKind)>> {
    let mut changes = Vec::new();
    let Some(number) = number else { return Ok(changes) };
    for entry in entries::waiting_for(tx, journal, number).await? {
        let outcome = apply_safely(tx, journal, &entry).await?;
        if !matches!(outcome.verdict, VerdictKind::Waiting { .. }) {
            entries::decide(tx, journal, entry.seq, &outcome.verdict, outcome.number.as_deref()).await?;
            changes.push((entry.seq, outcome.verdict));
        }
    }
    Ok(changes)
}

/// Applies one entry inside a savepoint: content that the database itself refuses is set aside like any other.
pub(crate) async fn apply_safely(tx: &mut Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let inner = tx.savepoint("entry").await?;
    match apply_one(&inner, journal, entry).await {
        Ok(outcome) => {
            inner.commit().await?;
            Ok(outcome)
        }
        Err(error) if unfit(&error) => {
            inner.rollback().await?;
            Ok(Outcome::set_aside(Code::ContentUnreadable))
        }
        Err(error) => Err(error),
    }
}

/// Whether the database refused what it was given: SQLSTATE classes 22 and 23, data and constraints.
pub(crate) fn unfit(error: &Error) -> bool {
    matches!(error, Error::Internal(said) if said.starts_with("SQLSTATE 22") || said.starts_with("SQLSTATE 23"))
}

/// What is told for the record's sake and changes no table here.
pub(crate) fn is_quiet(kind: &str) -> bool {
    matches!(
        kind,
        "desk_created"
            | "epoch_opened"
            | "desk_enrolled"
            | "desk_changed"
            | "advice_given"
            | "progress_told"
            | "earlier_looked_up"
            | "password_changed"
            | "sealed_reader_set"
            | "key_changed"
            | "keyring_restored"
            | "desk_recovered"
            | "tries_failed"
            | "lock_changed"
            | "sealed_opened"
            | "sealed_anew"
            | "matter_exported"
            | "period_exported"
            | "clock_jumped"
            | "clock_confirmed"
            | "day_reprinted"
            | "act_received"
    )
}

async fn apply_one(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let stored = || Outcome::of(VerdictKind::Stored, None);
    Ok(match entry.kind.as_str() {
        kind if is_quiet(kind) => {
            if read::<serde_json::Map<_, _>>(entry.open.as_deref()).is_some() {
                stored()
            } else {
                unreadable(None)
            }
        }
        "clerk_added" => {
            let Some(clerk) = read::<ClerkAdded>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
            let name = match &entry.personal {
                None => None,
                Some(bytes) => match read::<Named>(Some(bytes)) {
                    Some(named) => Some(named.name),
                    None => return Ok(unreadable(None)),
                },
            };
            matters::clerk(tx, journal, i64::from(clerk.clerk), &clerk.role, name.as_deref()).await?;
            stored()
        }
        "clerk_disabled" => {
            let Some(ClerkLeft { clerk }) = read(entry.open.as_deref()) else { return Ok(unreadable(None)) };
            db::clerks::set_disabled(tx, &journal.centre, journal.desk, i64::from(clerk)).await?;
            stored()
        }
        "resealed" => resealed(tx, journal, entry).await?,
        "registered" => registered(tx, journal, entry).await?,
        "corrected" => corrected(tx, journal, entry).await?,
        "voided" => {
            let Some(voided) = read::<Voided>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
            let outcome = depending(tx, journal, entry, voided.number).await?;
            if let (Some(of), Some(number)) = (outcome.of, &outcome.number) {
                matters::void(tx, journal, of, number).await?;
            }
            outcome
        }
        "slip_issued" => {
            let Some(slip) = read::<SlipIssued>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
            let outcome = depending(tx, journal, entry, slip.number).await?;
            if let (Some(of), Some(number)) = (outcome.of, &outcome.number) {
                matters::slip(tx, journal, of, number, slip.copy).await?;
            }
            outcome
        }
        "document_issued" => documents::issued(tx, journal, entry).await?,
        "document_reprinted" => documents::reprinted(tx, journal, entry).await?,
        "document_voided" => documents::voided(tx, journal, entry).await?,
        "document_delivered" => documents::delivered(tx, journal, entry).await?,
        "delivered_for" => documents::delivered_for(tx, journal, entry).await?,
        "step_withdrawn" => steps::withdrawn(tx, journal, entry).await?,
        "attachment_added" => attachments::added(tx, journal, entry).await?,
        "attachment_removed" => attachments::removed(tx, journal, entry).await?,
        "erased" => attachments::erased(tx, journal, entry).await?,
        "day_closed" => days::closed(tx, journal, entry).await?,
        "carried" => carried(tx, journal, entry).await?,
        kind => match StepKind::from_word(kind) {
            Some(step) => steps::taken(tx, journal, entry, step).await?,
            None => Outcome::set_aside(Code::KindUnknown),
        },
    })
}

/// An entry that stands beside another of the same place, carried over by its desk: applied as what it was, and the fork
/// is settled with it.
async fn carried(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(carried) = read::<Carried>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    if carried.kind == Kind::carried() {
        return Ok(unreadable(None));
    }
    forks::settle(tx, journal, (carried.journal, carried.seq, carried.hash), entry.seq).await?;
    let told = Held {
        seq: entry.seq,
        kind: carried.kind.as_str().to_owned(),
        open: Some(carried.content.into_bytes()),
        personal: entry.personal.clone(),
        carried: true,
    };
    Box::pin(apply_one(tx, journal, &told)).await
}

async fn registered(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<Registered>(entry.open.as_deref()) else {
        return Ok(unreadable(None));
    };
    let (name, date, record) = match legible(journal, entry, &open.number) {
        Ok(legible) => legible,
        Err(aside) => return Ok(aside),
    };
    if matters::standing(tx, journal, &name).await?.is_some_and(|known| known.of == journal.id) {
        return Ok(unreadable(Some(name)));
    }
    let version = Version {
        of: journal.id,
        number: &name,
        seq: entry.seq,
        registered_seq: entry.seq,
        ordinal: 1,
        local_date: date,
        headcount: open.headcount,
        party: party(open.party),
        owes_written_notice: open.owes_written_notice,
        words: matters::Words::of(&record, profile_title(journal)),
    };
    matters::put(tx, journal, &version).await?;
    Ok(Outcome::of(VerdictKind::Stored, Some(name)))
}

async fn corrected(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<Corrected>(entry.open.as_deref()) else {
        return Ok(unreadable(None));
    };
    let (name, date, record) = match legible(journal, entry, &open.number) {
        Ok(legible) => legible,
        Err(aside) => return Ok(aside),
    };
    let known = matters::standing(tx, journal, &name).await?;
    let here = !entry.carried && known.as_ref().is_none_or(|known| known.version_journal == journal.id);
    let later = known.as_ref().is_none_or(|known| i64::from(known.version) < i64::from(open.version));
    // What a later epoch corrects stands in another journal, and both may have made the same version of it.
    if (here && (open.corrects >= entry.seq || !later)) || place(open.corrects).is_err() {
        return Ok(unreadable(Some(name)));
    }
    let of = known.map_or(journal.id, |known| known.of);
    let superseded = superseded(tx, journal, &name, open.corrects, entry.seq).await?;
    let version = Version {
        of,
        number: &name,
        seq: entry.seq,
        registered_seq: superseded.first().copied().unwrap_or(open.corrects),
        ordinal: open.version,
        local_date: date,
        headcount: open.headcount,
        party: party(open.party),
        owes_written_notice: open.owes_written_notice,
        words: matters::Words::of(&record, profile_title(journal)),
    };
    matters::put(tx, journal, &version).await?;
    Ok(Outcome { verdict: VerdictKind::Stored, number: Some(name), of: Some(of), freed: superseded })
}

/// The number of a version with its date and record, or why the entry is set aside.
pub(crate) fn legible(
    journal: &Journal,
    entry: &Held,
    number: &str,
) -> std::result::Result<(String, NaiveDate, Record), Outcome> {
    let number = own_number(journal, number).ok_or_else(|| unreadable(None))?;
    let (name, date) = (number.to_string(), number.date());
    match record(entry) {
        Some(record) => Ok((name, date, record)),
        None => Err(unreadable(Some(name))),
    }
}

/// Set aside as unreadable. The number is kept with the entry even so: what depends on it finds it by that.
pub(crate) fn unreadable(number: Option<String>) -> Outcome {
    Outcome::of(VerdictKind::SetAside { code: word(Code::ContentUnreadable) }, number)
}

/// The versions of a matter that were set aside and that a correction makes needless: the one it names, and every
/// earlier one of the same number.
async fn superseded(
    tx: &Transaction<'_>,
    journal: &Journal,
    number: &str,
    corrects: u64,
    seq: u64,
) -> Result<Vec<u64>> {
    let aside = entries::versions_aside(tx, journal, seq, number, Some(corrects)).await?;
    Ok(aside
        .into_iter()
        .filter(|(at, of)| *at == corrects || of.as_deref() == Some(number))
        .map(|(at, _)| at)
        .collect())
}

/// An entry about a matter: applied if the matter is known, else waiting for the entry that should have made it.
pub(crate) async fn depending(
    tx: &Transaction<'_>,
    journal: &Journal,
    entry: &Held,
    number: String,
) -> Result<Outcome> {
    let Some(number) = own_number(journal, &number) else { return Ok(Outcome::set_aside(Code::ContentUnreadable)) };
    let number = number.to_string();
    if let Some(known) = matters::standing(tx, journal, &number).await? {
        return Ok(Outcome { of: Some(known.of), ..Outcome::of(VerdictKind::Stored, Some(number)) });
    }
    // The one known to be about this number; else the last whose number nobody can read.
    let aside = entries::versions_aside(tx, journal, entry.seq, &number, None).await?;
    let known = aside.iter().rev().find(|(_, of)| of.is_some());
    Ok(match known.or(aside.last()) {
        Some((for_seq, _)) => Outcome::of(VerdictKind::Waiting { for_seq: *for_seq }, Some(number)),
        None => Outcome::of(VerdictKind::SetAside { code: word(Code::NumberUnknown) }, Some(number)),
    })
}

#[derive(Deserialize)]
struct ClerkAdded {
    clerk: u32,
    role: String,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// A number in the model's form, allotted by this very desk.
pub(crate) fn own_number(journal: &Journal, text: &str) -> Option<RegistrationNumber> {
    let number: RegistrationNumber = text.parse().ok()?;
    let ours =
        number.centre().as_str() == journal.centre && number.short().starts_with(&format!("{:02}", journal.desk));
    ours.then_some(number)
}

/// A number in the model's form, allotted by another desk of this one's centre.
pub(crate) fn others_number(journal: &Journal, text: &str) -> Option<RegistrationNumber> {
    let number: RegistrationNumber = text.parse().ok()?;
    (number.centre().as_str() == journal.centre && number.desk().get() != journal.desk).then_some(number)
}

/// The record of an entry; nothing where it cannot be read.
fn record(entry: &Held) -> Option<Record> {
    content(entry.personal.as_deref())
}

/// The record of a personal part.
pub(crate) fn content(personal: Option<&[u8]>) -> Option<Record> {
    match personal {
        None => Some(Record::Erased),
        Some(bytes) => {
            let told = read(Some(bytes)).map(Record::Told);
            told.or_else(|| read(Some(bytes)).map(Record::Sealed))
        }
    }
}

/// The fixed word that stands for the title of a sealed matter.
pub(crate) fn profile_title(journal: &Journal) -> &'static str {
    Profile::for_centre(&journal.centre).says("sealed_title")
}

/// Earlier versions of a matter that became sealed: their words go here as they went at the desk. The chain still holds by
/// their digests. Whatever became of those versions: the erasure does not wait for them.
async fn resealed(tx: &Transaction<'_>, journal: &Journal, entry: &Held) -> Result<Outcome> {
    let Some(open) = read::<Resealed>(entry.open.as_deref()) else { return Ok(unreadable(None)) };
    let ours = own_number(journal, &open.number);
    // Of another desk's matter a desk said how it delivered a paper.
    let Some(number) = ours.clone().or_else(|| others_number(journal, &open.number)) else {
        return Ok(unreadable(None));
    };
    let number = number.to_string();
    // A desk erases what it said itself, and only before this.
    let own = journals::of_desk(tx, &journal.centre, journal.desk).await?;
    let Some(theirs) = own.into_iter().find(|one| one.id == open.journal) else {
        return Ok(unreadable(Some(number)));
    };
    if theirs.id == journal.id && open.of.iter().any(|seq| *seq >= entry.seq) {
        return Ok(unreadable(Some(number)));
    }
    entries::erase_versions(tx, &theirs, &number, &open.of).await?;
    db::documents::forget(tx, &theirs, &open.of).await?;
    if ours.is_some() {
        // What others delivered of it is for its readers too; each desk seals what it wrote itself.
        db::documents::forget_all(tx, &journal.centre, &number).await?;
        db::matter_acts::forget(tx, &journal.centre, &number).await?;
        db::shared::forget_told(tx, &journal.centre, journal.desk, &number).await?;
    }
    attachments::resealed(tx, &theirs, &open.of, entry).await?;
    Ok(Outcome::of(VerdictKind::Stored, Some(number)))
}

/// JSON without NUL in any text: PostgreSQL's text holds everything else.
pub(crate) fn read<T: DeserializeOwned>(bytes: Option<&[u8]>) -> Option<T> {
    let value: serde_json::Value = serde_json::from_slice(bytes?).ok()?;
    if holds_nul(&value) { None } else { serde_json::from_value(value).ok() }
}

/// Depth is bounded by the reader of JSON, which refuses more than 128 levels.
fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(holds_nul),
        serde_json::Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

pub(crate) fn party(party: Party) -> &'static str {
    match party {
        Party::Person => "person",
        Party::Organisation => "organisation",
    }
}
