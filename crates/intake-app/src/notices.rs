//! From a paper's entry to what is drawn: the record in the version it was made of, the office as it was called then, and
//! what the clerk filled in.
//!
//! Deliberately absent: the form. What is drawn was committed first, but for a preview, which is no paper.

use intake_model::{Code, DeskNumber, Filling, Outcome, Paper, civil_time};
use intake_paper::{Notice, Served};
use intake_store::{DocumentRecord, Version};
use intake_wire::{DocumentIssued, Record};

use crate::documents::Opened;
use crate::visits::parsed;
use crate::{Error, Result};

/// What a preview shows for the serial, which is not given yet.
const OPEN_SERIAL: &str = "　";

/// A paper as it was issued, in its last copy. `all` are the matter's papers: a 送达回证 names some of them.
pub(crate) fn notice(opened: &Opened<'_>, one: &DocumentRecord, all: &[DocumentRecord]) -> Result<Notice> {
    let content = one.content.told().ok_or(Error::Refused(Code::SealedNotYours))?;
    let served = one.issued.documents.iter().filter_map(|name| all.iter().rfind(|other| other.document == *name));
    Ok(Notice {
        document: one.issued.paper.is_numbered().then(|| one.document.clone()),
        documents: served.map(|other| handed_over(other, one.printed_ms, opened.is_sealed())).collect(),
        clerk: one.clerk,
        copy: one.copies,
        issued_at: civil_time(one.at_ms),
        printed_at: civil_time(one.printed_ms),
        void: one.void.is_some() || opened.matter.void,
        ..drawn(opened, &one.issued, content.filling.clone(), content.outcome)?
    })
}

/// A paper before it is issued.
pub(crate) fn preview(
    opened: &Opened<'_>,
    issued: &DocumentIssued,
    filling: Filling,
    outcome: Option<Outcome>,
    clerk: u32,
    now_ms: i64,
) -> Result<Notice> {
    let number = issued.document.number().ok_or_else(Error::internal)?.to_string();
    let open = number.replace("-0号", &format!("-{OPEN_SERIAL}号"));
    Ok(Notice {
        document: issued.paper.is_numbered().then_some(open),
        clerk,
        issued_at: civil_time(now_ms),
        printed_at: civil_time(now_ms),
        ..drawn(opened, issued, filling, outcome)?
    })
}

/// What a paper and its preview have in common.
fn drawn(opened: &Opened<'_>, issued: &DocumentIssued, filling: Filling, outcome: Option<Outcome>) -> Result<Notice> {
    let made_of = |version: &&Version| version.version == issued.version;
    let version = opened.versions.iter().find(made_of).ok_or(Error::Refused(Code::NumberUnknown))?;
    let visit = match &version.record {
        Record::Told(told) => Some(told.visit.clone()),
        // Who came and what for is on no paper of a sealed matter.
        Record::Sealed(_) | Record::Erased => None,
    };
    let printed = issued.printed.clone();
    Ok(Notice {
        paper: issued.paper,
        office: printed.office,
        seal: printed.seal,
        address: printed.address,
        phone: printed.phone,
        hours: printed.hours,
        desk: DeskNumber::new(opened.desk.number).map_err(|_| Error::Refused(Code::DeskNumberUnusable))?,
        document: None,
        registration: Some(parsed(&opened.matter.number)?),
        registered_at: Some(civil_time(opened.matter.registered_ms)),
        title: visit.as_ref().map(|visit| visit.open_title(&opened.profile).to_owned()).unwrap_or_default(),
        visit,
        outcome,
        query_code: version.record.query_code().unwrap_or_default().to_owned(),
        filling,
        documents: Vec::new(),
        approver_title: printed.approver_title,
        signed_on_copy: printed.signed_on_copy && issued.paper != Paper::ServiceRecord,
        retention_years: printed.retention_years,
        issued_at: civil_time(0),
        clerk: 0,
        copy: 1,
        printed_at: civil_time(0),
        void: false,
        practice: opened.desk.practice,
        wording: printed.wording,
    })
}

/// One paper on a 送达回证, with what was known of its delivery when that copy was made. Of a sealed matter that stays open
/// for the pen.
fn handed_over(one: &DocumentRecord, made_ms: i64, sealed: bool) -> Served {
    let numbered = one.issued.paper.is_numbered();
    let served = Served {
        name: one.issued.paper.label().to_owned(),
        number: if numbered { one.document.clone() } else { String::new() },
        ..Served::default()
    };
    let known = one.deliveries.iter().rfind(|delivery| delivery.at_ms <= made_ms);
    let told = known.and_then(|last| last.told.told()).filter(|_| !sealed);
    match told.map(|told| &told.delivery) {
        None => served,
        Some(delivery) => Served {
            way: delivery.way.label().to_owned(),
            receiver: delivery.receiver.clone(),
            relation: delivery.relation.clone(),
            served_at: Some(delivery.at),
            refused: if delivery.refused { delivery.remark.clone() } else { String::new() },
            ..served
        },
    }
}
