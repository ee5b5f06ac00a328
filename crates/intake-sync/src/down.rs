//! What the district's pages say: checked against its key, chained to what the desk holds, and read as far as this version
//! understands them.

use intake_wire::{Admission, Block, Entry, Frames, Head, JournalId, Kind, MatterActed, Verdict, VerdictKind};

use crate::{Error, Result};

/// The entries of a page of the district's that are new, and whose journal they continue: that of `at`, else one that begins
/// with this page, for a district that was restored. Empty where the page says nothing new; `None` where it contradicts what
/// the desk holds.
pub(crate) fn continuing(
    admission: &Admission,
    known: &[JournalId],
    at: (JournalId, Head),
    page: &[u8],
) -> Result<Option<(JournalId, Vec<Entry>)>> {
    let foreign = |_| Error::NotRecognised("a page that is not the district's");
    let blocks = if page.is_empty() { Vec::new() } else { Frames::read_page(page).map_err(foreign)? };
    let (mut journal, mut held) = at;
    let mut entries = Vec::new();
    for block in blocks {
        let hashes = block.verify(&admission.answer.district_key).map_err(foreign)?;
        let mut place = block.before().map_err(foreign)?;
        if block.journal != journal {
            // Another one is only begun from its beginning, and never half way through a page.
            if known.contains(&block.journal) || place != Head::EMPTY || !entries.is_empty() {
                return Ok(Some((at.0, Vec::new())));
            }
            if !block.entries.first().is_some_and(|first| admits(first, admission)) {
                return Err(Error::NotRecognised("a journal of the district that does not begin with this desk"));
            }
            (journal, held) = (block.journal, Head::EMPTY);
        }
        if place.seq > held.seq {
            return Ok(None);
        }
        let Block { entries: more, .. } = block;
        for (entry, hash) in more.into_iter().zip(hashes) {
            if place.seq == held.seq && place != held {
                return Ok(None);
            }
            place = Head { seq: entry.seq, hash };
            // What the desk holds already, from another answer on a stick, is passed over.
            if place.seq > held.seq {
                held = place;
                entries.push(entry);
            }
        }
    }
    Ok(Some((journal, entries)))
}

/// Whether the entry admits this very desk: with it every journal of the district's begins.
fn admits(entry: &Entry, admission: &Admission) -> bool {
    #[derive(serde::Deserialize)]
    struct Admitted {
        centre: String,
        desk: u8,
    }
    let certificate = &admission.answer.certificate;
    let told = entry.open.bytes().and_then(|bytes| serde_json::from_slice(bytes).ok());
    entry.kind == Kind::desk_admitted()
        && told.is_some_and(|Admitted { centre, desk }| centre == certificate.centre && desk == certificate.desk)
}

/// The matter with which the district did something.
pub(crate) fn acted(entry: &Entry) -> Option<String> {
    if entry.kind != Kind::matter_acted() {
        return None;
    }
    let MatterActed { number, .. } = serde_json::from_slice(entry.open.bytes()?).ok()?;
    Some(number)
}

/// What a `verdict_changed` of the district says, where this version understands it.
pub(crate) fn verdict_changed(entry: &Entry) -> Option<(JournalId, Verdict)> {
    #[derive(serde::Deserialize)]
    struct Changed {
        journal: JournalId,
        seq: u64,
        verdict: VerdictKind,
    }
    if entry.kind != Kind::verdict_changed() {
        return None;
    }
    let Changed { journal, seq, verdict } = serde_json::from_slice(entry.open.bytes()?).ok()?;
    Some((journal, Verdict { seq, verdict }))
}

/// Whether the entry says if the desk is in service.
pub(crate) fn tells_of_service(entry: &Entry) -> bool {
    entry.kind == Kind::desk_admitted() || entry.kind == Kind::desk_retired()
}

/// Whom to ask, where the district retired the desk with this entry.
pub(crate) fn contact(entry: &Entry) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Retired {
        contact: String,
    }
    if entry.kind != Kind::desk_retired() {
        return None;
    }
    // A district of another version may say it otherwise: the desk is retired all the same.
    let told = entry.open.bytes().and_then(|bytes| serde_json::from_slice(bytes).ok());
    Some(told.map_or_else(String::new, |Retired { contact }| contact))
}
