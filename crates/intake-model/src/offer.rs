//! Which papers fit a matter as it stands, why, and what stands on each before the clerk has typed a word.
//!
//! It offers; the clerk issues. Deliberately absent: a paper that fits a person, and any paper of its own accord.

use chrono::{NaiveDate, NaiveDateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Code;
use crate::calendar::Calendars;
use crate::check::text_fault;
use crate::clock::{ClockCode, Due, ExtensionError, due, extended};
use crate::decision::Decision;
use crate::door::Doors;
use crate::name;
use crate::notice::{Filling, FillingField, OtherParty};
use crate::outcome::{Outcome, Paper};
use crate::people::PersonRole;
use crate::profile::Profile;
use crate::routing::{Advice, route};
use crate::visit::{Party, Visit};
use crate::words::words;

words! {
    /// Why a paper is offered.
    Fit, "fits":
    /// It tells the visitor the outcome.
    Outcome = "outcome",
    /// Other doors are open and their limits run.
    OtherDoors = "other_doors",
    /// Both may settle it before the mediation committee.
    Mediation = "mediation",
    /// 重大、紧急 (Art. 25).
    Urgent = "urgent",
    /// It is ours, and a section handles it.
    Handling = "handling",
    /// C4 has not ended and may be extended (Art. 34).
    Extension = "extension",
    /// Something may still have to be handed in.
    Materials = "materials",
    /// An agent came without a 授权委托书.
    Agent = "agent",
    /// Whoever asks for it gets it.
    OnRequest = "on_request",
}

/// What is known of a matter when papers are made about it.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The record.
    pub visit: &'a Visit,
    /// The office as it signs.
    pub office: &'a str,
    /// Its phone.
    pub phone: &'a str,
    /// Now, at +08:00.
    pub now: NaiveDateTime,
    /// The day of 受理, from which C4 counts.
    pub accepted: NaiveDate,
    /// Whether a step of the centre took it on, whatever the record says.
    pub taken_on: bool,
    /// Whether an extension was told already: there is one (Art. 34).
    pub extended: bool,
    /// The section it was handed to last, and by when that is to answer.
    pub handed_to: Option<(&'a str, Option<NaiveDate>)>,
}

/// A paper that fits, filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Offer {
    /// Which.
    pub paper: Paper,
    /// Why.
    pub fit: Fit,
    /// The same in one sentence for the clerk.
    pub because: String,
    /// Its basis; empty where the law names none.
    pub article: String,
    /// Whether it goes out under a number.
    pub numbered: bool,
    /// The fields of [`Filling`] that it has a place for, in the order of the page.
    pub fields: Vec<String>,
    /// Those of them that must be filled in.
    pub required: Vec<String>,
    /// What stands in them.
    pub filling: Filling,
    /// The doors that are advised, by their ids, on a paper that names one.
    pub doors: Vec<String>,
    /// From where the limit was counted.
    pub basis: Option<Due>,
}

impl Paper {
    /// The fields without which it would not say what it is for.
    pub const fn required(self) -> &'static [FillingField] {
        match self {
            Self::AcceptanceNotice => &["addressee", "unit"],
            Self::ForwardingNotice => &["addressee", "to_body"],
            // Its ground and its limits are the door's.
            Self::GuidanceSheet => &["addressee", "door", "to_body"],
            Self::NotAcceptedNotice => &["addressee", "reason", "approver", "approved_at"],
            Self::NoLongerAcceptedNotice => &["addressee", "opinion", "opinion_date", "approver", "approved_at"],
            Self::ExtensionNotice => &["addressee", "limit", "reason", "approver", "approved_at"],
            Self::SupplementNotice => &["addressee", "items"],
            Self::UrgentReport => &["to_body", "reason"],
            Self::InternalAssignment => &["to_body"],
            Self::MediationApplication
            | Self::MediationRegister
            | Self::MediationRights
            | Self::Slip
            | Self::RegistrationForm
            | Self::PrivacyNotice
            | Self::ServiceRecord
            | Self::Authorisation
            | Self::ClosingSheet
            | Self::DayReport => &[],
        }
    }

    /// The fields that it has a place for in this matter. The papers of a sealed one name nobody and tell nothing in free
    /// words; the ground that the law itself asks for is kept with the record, for its readers.
    fn fields_for(self, sealed: bool) -> impl Iterator<Item = FillingField> {
        let ground = move |field: FillingField| field == "reason" && self.required().contains(&field);
        let told = move |field: &FillingField| !sealed || ground(*field) || !matches!(*field, "addressee" | "reason");
        self.fields().iter().copied().filter(told)
    }

    /// Those of them without which it would not say what it is for.
    fn required_for(self, sealed: bool) -> impl Iterator<Item = FillingField> {
        self.fields_for(sealed).filter(move |field| self.required().contains(field))
    }

    /// Whether it can be made without telling what a sealed matter is about or whom it concerns.
    const fn tells_nothing(self) -> bool {
        matches!(
            self,
            Self::AcceptanceNotice
                | Self::ForwardingNotice
                | Self::GuidanceSheet
                | Self::NotAcceptedNotice
                | Self::NoLongerAcceptedNotice
                | Self::ExtensionNotice
                | Self::PrivacyNotice
        )
    }
}

/// The papers that fit, the one that tells the outcome first.
pub fn papers_for(case: &Case<'_>, profile: &Profile) -> Vec<Offer> {
    let question = case.visit.question().unwrap_or_default();
    let advice = route(&question, profile, Doors::built_in());
    let sealed = case.visit.is_sealed();
    let fits = |paper: &Paper| profile.may_issue(*paper) && (!sealed || paper.tells_nothing());
    let mut offers: Vec<Offer> = Vec::new();
    for (paper, fit) in fitting(case, &advice, question.urgent, profile) {
        if fits(&paper) && !offers.iter().any(|offer| offer.paper == paper) {
            offers.push(offered(paper, fit, case, &advice, profile));
        }
    }
    offers
}

/// What fits by what was decided and advised, before the office and the seal are asked.
fn fitting(case: &Case<'_>, advice: &Advice, urgent: bool, profile: &Profile) -> Vec<(Paper, Fit)> {
    let outcome = case.decided().outcome;
    let ours = matches!(outcome, Outcome::Accepted | Outcome::Received);
    let mut found = Vec::new();
    if outcome.paper() != Paper::Slip {
        found.push((outcome.paper(), Fit::Outcome));
    }
    if advice.paper == Paper::GuidanceSheet || advice.also.contains(&Paper::GuidanceSheet) {
        found.push((Paper::GuidanceSheet, Fit::OtherDoors));
    }
    if urgent {
        found.push((Paper::UrgentReport, Fit::Urgent));
    }
    if outcome == Outcome::Mediation || advice.also.contains(&Paper::MediationApplication) {
        let papers = [Paper::MediationRights, Paper::MediationApplication, Paper::MediationRegister];
        found.extend(papers.map(|paper| (paper, Fit::Mediation)));
    } else if advice.mediation_offered {
        found.push((Paper::MediationRights, Fit::Mediation));
    }
    if ours {
        found.push((Paper::InternalAssignment, Fit::Handling));
    }
    if outcome == Outcome::Accepted && !case.extended && longest_extension(case, profile).is_ok() {
        found.push((Paper::ExtensionNotice, Fit::Extension));
    }
    if ours || matches!(outcome, Outcome::ToldLater | Outcome::Mediation) {
        found.push((Paper::SupplementNotice, Fit::Materials));
    }
    if case.visit.people_as(PersonRole::Agent).any(|agent| !agent.authorised) {
        found.push((Paper::Authorisation, Fit::Agent));
    }
    found.extend([Paper::PrivacyNotice, Paper::Authorisation].map(|paper| (paper, Fit::OnRequest)));
    found
}

impl Case<'_> {
    /// What was decided. Where nothing was yet the visitor is told later: that is always right (Art. 23(2)). A matter that
    /// was taken on later is an accepted one.
    pub fn decided(&self) -> Decision {
        let told = self.visit.decision.clone().unwrap_or_default();
        if self.taken_on { Decision { outcome: Outcome::Accepted, ..told } } else { told }
    }
}

fn offered(paper: Paper, fit: Fit, case: &Case<'_>, advice: &Advice, profile: &Profile) -> Offer {
    let sealed = case.visit.is_sealed();
    let basis = basis(paper, case, profile);
    let by_law = basis.as_ref().and_then(Due::effective);
    let given = case.handed_to.filter(|_| paper == Paper::InternalAssignment).and_then(|(_, due)| due);
    // The section may have less time than the office has, and never more.
    let limit = given.into_iter().chain(by_law).min();
    let filling = Filling { limit, ..prefilled(paper, case, advice) };
    let fields: Vec<&str> = paper.fields_for(sealed).collect();
    Offer {
        paper,
        fit,
        because: fit.label().to_owned(),
        article: if fit == Fit::Outcome { case.decided().outcome.article() } else { paper.article() }.to_owned(),
        numbered: paper.is_numbered(),
        required: paper.required_for(sealed).map(str::to_owned).collect(),
        filling: filling.only(&fields),
        doors: advice.doors.iter().filter(|_| fields.contains(&"door")).map(|door| door.id.clone()).collect(),
        fields: fields.into_iter().map(str::to_owned).collect(),
        basis,
    }
}

/// The clock that a paper's limit is counted by.
fn basis(paper: Paper, case: &Case<'_>, profile: &Profile) -> Option<Due> {
    let accepted = case.decided().outcome == Outcome::Accepted;
    match paper {
        Paper::AcceptanceNotice | Paper::InternalAssignment if accepted => Some(handling(case, profile)),
        Paper::ExtensionNotice => longest_extension(case, profile).ok(),
        _ => None,
    }
}

/// C4 of the matter.
fn handling(case: &Case<'_>, profile: &Profile) -> Due {
    due(ClockCode::C4, case.accepted, profile, Calendars::known())
}

/// As long as an extension that is approved today can be.
fn longest_extension(case: &Case<'_>, profile: &Profile) -> Result<Due, ExtensionError> {
    let days = profile.limit(ClockCode::C5).limit;
    extended(&handling(case, profile), case.now.date(), days, profile, Calendars::known())
}

fn prefilled(paper: Paper, case: &Case<'_>, advice: &Advice) -> Filling {
    let (visit, decision) = (case.visit, case.decided());
    let sealed = visit.is_sealed();
    let only_door = match advice.doors.as_slice() {
        [only] => Some(only.id.clone()),
        _ => None,
    };
    let door = decision.door.clone().or(only_door).filter(|_| paper == Paper::GuidanceSheet);
    let of_door = door.as_deref().and_then(|id| Doors::built_in().get(id)).map(|door| door.body.clone());
    let sent = matches!(paper, Paper::ForwardingNotice | Paper::GuidanceSheet);
    let section = case.handed_to.map(|(section, _)| section.to_owned()).filter(|_| paper == Paper::InternalAssignment);
    let to_body = Some(decision.to_body.clone()).filter(|body| sent && !body.is_empty()).or(of_door).or(section);
    let refuses = matches!(paper, Paper::NotAcceptedNotice | Paper::NoLongerAcceptedNotice);
    let reason = match paper {
        Paper::UrgentReport => visit.demand.clone(),
        _ if refuses => decision.because.clone(),
        _ => String::new(),
    };
    Filling {
        addressee: addressee(visit),
        // What was told in confidence is on no paper, unless a reader writes it there.
        reason: if sealed { String::new() } else { reason },
        unit: case.office.to_owned(),
        unit_phone: case.phone.to_owned(),
        to_body: to_body.unwrap_or_default(),
        door,
        approver: if paper.needs_approver() { decision.approver } else { String::new() },
        other_party: Some(other_party(visit)),
        ..Filling::default()
    }
}

/// Who brought it, as a letter begins.
fn addressee(visit: &Visit) -> String {
    match visit.name.text() {
        Some(name) if visit.party == Party::Person && visit.headcount > 1 => format!("{name}等{}人", visit.headcount),
        Some(name) => name.to_owned(),
        None => "来访人".to_owned(),
    }
}

/// Whom the visitor is at odds with, as far as it was told.
fn other_party(visit: &Visit) -> OtherParty {
    let named = visit.people_as(PersonRole::Concerned).next().map(|person| OtherParty {
        name: person.name.clone(),
        contact: person.phone.clone().unwrap_or_default(),
        address: person.address.clone(),
        ..OtherParty::default()
    });
    let told = || OtherParty { name: visit.complained_of.clone(), ..OtherParty::default() };
    named.unwrap_or_else(told)
}

/// The first field that keeps a paper from going out, and why.
pub type Fault = (FillingField, Code);

impl Offer {
    /// The filling as it goes out: only what the paper has a place for, outer white space gone.
    ///
    /// # Errors
    /// The first field that keeps it from going out, and why: [`Code::FillingIncomplete`], [`Code::ApproverMissing`],
    /// [`Code::ExtensionTooLate`], [`Code::ExtensionTooLong`], or what a text that cannot be kept gives.
    pub fn filled(&self, filling: &Filling, case: &Case<'_>, profile: &Profile) -> Result<Filling, Fault> {
        let sealed = case.visit.is_sealed();
        let fields: Vec<FillingField> = self.paper.fields_for(sealed).collect();
        let kept = filling.clone().normalised().only(&fields);
        let told = serde_json::to_value(&kept).unwrap_or_default();
        for field in fields {
            if let Some(code) = told.get(field).and_then(fault) {
                return Err((field, code));
            }
        }
        if let Some(field) = self.paper.required_for(sealed).find(|field| told.get(*field).is_none_or(is_blank)) {
            let approval = matches!(field, "approver" | "approved_at");
            return Err((field, if approval { Code::ApproverMissing } else { Code::FillingIncomplete }));
        }
        if self.paper == Paper::ExtensionNotice {
            within_the_law(&kept, case, profile)?;
        }
        Ok(kept)
    }
}

/// Art. 34: approved before C4 has ended, and no more than the days there are.
fn within_the_law(filling: &Filling, case: &Case<'_>, profile: &Profile) -> Result<(), Fault> {
    let (Some(limit), Some(approved)) = (filling.limit, filling.approved_at) else { return Ok(()) };
    let handling = handling(case, profile);
    let days = profile.limit(ClockCode::C5).limit;
    let longest = extended(&handling, approved.date(), days, profile, Calendars::known());
    let longest = longest.map_err(|error| match error {
        ExtensionError::TooLate { .. } => ("approved_at", Code::ExtensionTooLate),
        ExtensionError::Days { .. } | ExtensionError::NoEnd => ("limit", Code::ExtensionTooLong),
    })?;
    let longer = handling.effective().is_some_and(|ended| ended < limit);
    if longer && longest.effective().is_some_and(|last| limit <= last) {
        Ok(())
    } else {
        Err(("limit", Code::ExtensionTooLong))
    }
}

impl Filling {
    /// The same as it is kept: outer white space and empty lines gone, the addressee's name with the one interpunct.
    #[must_use]
    fn normalised(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        let party = |one: OtherParty| OtherParty {
            name: name::normalise(&one.name),
            ethnic_group: trim(one.ethnic_group),
            occupation: trim(one.occupation),
            contact: trim(one.contact),
            address: trim(one.address),
            ..one
        };
        Self {
            addressee: name::normalise(&self.addressee),
            reason: trim(self.reason),
            measures: trim(self.measures),
            unit: trim(self.unit),
            unit_phone: trim(self.unit_phone),
            to_body: trim(self.to_body),
            to_contact: trim(self.to_contact),
            items: self.items.into_iter().map(trim).filter(|item| !item.is_empty()).collect(),
            opinion: trim(self.opinion),
            approver: trim(self.approver),
            other_party: self.other_party.map(party),
            requests: trim(self.requests),
            mediator: trim(self.mediator),
            ..self
        }
    }

    /// The same with these fields alone.
    fn only(self, fields: &[&str]) -> Self {
        let Ok(serde_json::Value::Object(mut told)) = serde_json::to_value(self) else { return Self::default() };
        told.retain(|field, _| fields.contains(&field.as_str()));
        serde_json::from_value(told.into()).unwrap_or_default()
    }
}

/// Whether nothing stands in a field.
fn is_blank(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// What keeps the texts of a field from being kept.
fn fault(value: &serde_json::Value) -> Option<Code> {
    use serde_json::Value;
    match value {
        Value::String(text) => text_fault(text),
        Value::Array(list) => list.iter().find_map(fault),
        Value::Object(fields) => fields.values().find_map(fault),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
#[path = "offer_tests.rs"]
mod tests;
