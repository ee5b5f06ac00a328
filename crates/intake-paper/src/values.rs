//! What the placeholders of a paper stand for: every value as it is printed, taken from a notice, a visit's sheet or a
//! day's report.
//!
//! Of a sealed matter (no title) nothing is taken that tells of the matter or of who came: whatever the caller handed over,
//! the paper cannot show it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use intake_model::{
    Catalogue, Door, Doors, Filed, Filling, Ground, Material, MediationWish, NumberRange, OtherParty, Outcome, Paper,
    Party, Person, PersonRole, Route, Sex, StillOpen, TableId, Visit, identity,
};

use crate::record::{RecordWords, joined, paper, word};
use crate::{ClosingSheet, DayReport, Form, Notice, Served};

/// Every placeholder, as it is written between braces (docs/papers.md says what each holds).
pub const NAMES: &[&str] = &[
    // The office and the paper itself.
    "office",
    "seal",
    "address",
    "phone",
    "hours",
    "desk",
    "document",
    "issued_date",
    "issued_time",
    "clerk",
    "outcome",
    "article",
    "retention",
    // The registration.
    "number",
    "date",
    "registered_time",
    "received_time",
    "version",
    "due",
    "query_code",
    "title",
    // The visitor.
    "name",
    "visitor",
    "party",
    "visitor_address",
    "visitor_phone",
    "identity",
    "uscc",
    "sex",
    "birth",
    "age",
    "ethnic_group",
    "occupation",
    "headcount",
    "way",
    "representatives",
    "agents",
    "guardians",
    "concerned",
    "interpreters",
    // The matter.
    "demand",
    "facts",
    "complained_of",
    "earlier_steps",
    "linked_to",
    "other_numbers",
    "content",
    "dispute",
    "place",
    "class",
    "route",
    "competent",
    "mediation",
    "urgent",
    "decision",
    "because",
    "materials",
    "materials_count",
    "wishes",
    "safe_contact",
    "recusal",
    "read_back",
    "remark",
    "passed_because",
    // What the clerk filled in.
    "addressee",
    "reason",
    "measures",
    "unit",
    "unit_phone",
    "to_body",
    "to_contact",
    "door",
    "door_note",
    "caution",
    "limit",
    "opinion",
    "opinion_date",
    "approver",
    "approver_title",
    "approved_time",
    "other_name",
    "other_sex",
    "other_age",
    "other_ethnic_group",
    "other_occupation",
    "other_contact",
    "other_address",
    "requests",
    "mediator",
    "handled",
    // The day.
    "day",
    "total",
    "closing",
    "state",
    "head",
    "open_unanswered",
    "open_undelivered",
    "open_drafts",
    "open_prints",
    "open_unsent",
    "open_set_aside",
];

/// Every list.
pub const LISTS: &[&str] = &[
    "items",
    "materials",
    "people",
    "door_limits",
    "documents",
    "tallies",
    "registrations",
    "ranges",
    "voids",
    "discarded",
];

/// What else a part may depend on.
const FLAGS: &[&str] = &["sealed", "blank", "refused", "delivered", "open"];

/// Whether a part may depend on it: a placeholder, a list, a flag, or the word of an outcome.
pub(crate) fn is_condition(name: &str) -> bool {
    NAMES.contains(&name) || LISTS.contains(&name) || FLAGS.contains(&name) || Outcome::from_word(name).is_some()
}

/// The values of one paper.
#[derive(Default)]
pub(crate) struct Values {
    texts: BTreeMap<&'static str, String>,
    lists: BTreeMap<&'static str, Vec<Vec<String>>>,
    flags: BTreeSet<&'static str>,
    /// What is ticked where a box says the same.
    ticked: BTreeSet<String>,
    pub(crate) ground: Option<Ground>,
}

impl Values {
    /// What a placeholder stands for; empty where nothing was said.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// The rows of a list.
    pub(crate) fn list(&self, name: &str) -> &[Vec<String>] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a box with this text is ticked.
    pub(crate) fn ticks(&self, text: &str) -> bool {
        self.ticked.contains(text)
    }

    /// Whether a placeholder, list, flag or outcome says something.
    pub(crate) fn says(&self, name: &str) -> bool {
        !self.text(name).is_empty() || !self.list(name).is_empty() || self.flags.contains(name)
    }

    /// Nothing told, to be written by hand: who comes is asked for by the usual word.
    pub(crate) fn blank(words: &RecordWords) -> Self {
        let mut values = Self::default();
        values.set("party", words.says("name"));
        values
    }

    fn set(&mut self, name: &'static str, value: impl Into<String>) {
        debug_assert!(NAMES.contains(&name), "{name}");
        self.texts.insert(name, value.into());
    }

    fn set_list(&mut self, name: &'static str, rows: Vec<Vec<String>>) {
        debug_assert!(LISTS.contains(&name), "{name}");
        self.lists.insert(name, rows);
    }

    fn flag(&mut self, name: &'static str, is: bool) {
        if is {
            self.flags.insert(name);
        }
    }

    pub(crate) fn of_notice(notice: &Notice, words: &RecordWords) -> Self {
        let mut values = Self::default();
        let sealed = notice.title.is_empty() && notice.registration.is_some();
        values.flag("sealed", sealed);
        values.flag("blank", notice.registration.is_none());
        values.office(notice);
        let filling = if sealed { untold(&notice.filling) } else { notice.filling.clone() };
        let visit = notice.visit.as_ref().filter(|_| !sealed);
        values.set("title", notice.title.clone());
        if let Some(visit) = visit {
            values.visit(visit, words);
            values.age(visit, notice.issued_at.date());
        }
        values.filled(&filling, words);
        let told = [filling.addressee.as_str(), values.text("visitor")].into_iter().find(|name| !name.is_empty());
        let addressee = told.unwrap_or(if sealed { words.says("visitor") } else { "" }).to_owned();
        values.set("name", addressee);
        let outcome = outcome_of(notice);
        if let Some(outcome) = outcome {
            values.outcome(outcome);
        }
        values.ground = ground_of(visit, &filling);
        values.served(&notice.documents, words);
        values
    }

    fn office(&mut self, notice: &Notice) {
        self.set("office", notice.office.clone());
        self.set("seal", notice.seal.clone());
        self.set("address", notice.address.clone());
        self.set("phone", notice.phone.clone());
        self.set("hours", notice.hours.clone());
        self.set("desk", notice.desk.get().to_string());
        self.set("document", notice.document.clone().unwrap_or_default());
        self.set("issued_date", day(notice.issued_at.date()));
        self.set("issued_time", minute(notice.issued_at));
        self.set("clerk", notice.clerk.to_string());
        self.set("approver_title", notice.approver_title.clone());
        self.set("retention", notice.retention_years.to_string());
        self.set("number", notice.registration.as_ref().map(ToString::to_string).unwrap_or_default());
        self.set("query_code", notice.query_code.clone());
        if let Some(at) = notice.registered_at {
            self.set("registered_time", minute(at));
            self.set("date", day(at.date()));
        }
        if let (Some(registered), Some(visit)) = (notice.registered_at, &notice.visit) {
            self.set("date", day(visit.received_on(registered.date())));
        }
    }

    fn outcome(&mut self, outcome: Outcome) {
        self.flags.insert(outcome.word());
        self.set("outcome", outcome.label());
        self.set("article", outcome.article());
    }

    fn visit(&mut self, visit: &Visit, words: &RecordWords) {
        let organisation = visit.party == Party::Organisation;
        let visitor = visit.name.text().unwrap_or_default();
        self.set("visitor", visitor);
        self.set("party", words.says(if organisation { "organisation_name" } else { "name" }));
        self.set("visitor_address", visit.address.text().unwrap_or_default());
        self.set("visitor_phone", visit.phone.clone().unwrap_or_default());
        self.set("identity", visit.identity.as_ref().map(|one| paper(words, one)).unwrap_or_default());
        self.set("uscc", visit.uscc.clone().unwrap_or_default());
        self.set("sex", sex(visit.particulars.sex, words));
        let birth =
            visit.particulars.birth.or_else(|| visit.identity.as_ref().and_then(identity::facts).map(|f| f.birth));
        self.set("birth", birth.map(day).unwrap_or_default());
        self.set("ethnic_group", filed(TableId::Nationality, visit.particulars.ethnic_group.as_ref()));
        self.set("occupation", visit.particulars.occupation.clone());
        self.set("headcount", visit.headcount.to_string());
        self.set("way", visit.way.label());
        self.people(visit, words);
        self.matter(visit, words);
        self.wishes(visit, words);
    }

    /// In full years; only where a birth date was told or stands in a number.
    fn age(&mut self, visit: &Visit, on: NaiveDate) {
        let read = || visit.identity.as_ref().and_then(identity::facts).map(|facts| facts.birth);
        let age = visit.particulars.birth.or_else(read).and_then(|birth| on.years_since(birth));
        self.set("age", age.map(|years| years.to_string()).unwrap_or_default());
    }

    fn people(&mut self, visit: &Visit, words: &RecordWords) {
        let told = |person: &Person| {
            let name = if person.name.is_empty() { words.says("nameless") } else { &person.name };
            let authorised = if person.authorised { words.says("authorised") } else { "" };
            joined(vec![
                name.to_owned(),
                person.relation.clone(),
                person.phone.clone().unwrap_or_default(),
                person.address.clone(),
                person.identity.as_ref().map(|one| paper(words, one)).unwrap_or_default(),
                authorised.to_owned(),
            ])
        };
        let mut groups: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for person in &visit.people {
            let (name, shown) = match person.role {
                PersonRole::Representative => ("representatives", told(person)),
                PersonRole::Agent => ("agents", told(person)),
                PersonRole::Guardian => ("guardians", told(person)),
                PersonRole::Interpreter | PersonRole::Witness => {
                    ("interpreters", format!("{}：{}", person.role.label(), told(person)))
                }
                _ => ("concerned", format!("{}：{}", person.role.label(), told(person))),
            };
            groups.entry(name).or_default().push(shown);
        }
        for (name, people) in groups {
            self.set(name, people.join("；\n"));
        }
        let rows = visit.people.iter().map(|person| vec![person.role.label().to_owned(), told(person)]);
        self.set_list("people", rows.collect());
    }

    fn matter(&mut self, visit: &Visit, words: &RecordWords) {
        self.set("demand", visit.demand.clone());
        self.set("facts", visit.facts.clone());
        self.set("complained_of", visit.complained_of.clone());
        self.set("earlier_steps", visit.earlier_steps.clone());
        self.set("linked_to", visit.linked_to.clone().unwrap_or_default());
        let numbers = visit.other_numbers.iter().map(|one| format!("{} {}", one.source.label(), one.number));
        self.set("other_numbers", numbers.collect::<Vec<_>>().join("；"));
        self.set("content", filed(TableId::ContentCategory, visit.content.as_ref()));
        self.set("dispute", filed(TableId::DisputeType, visit.dispute.as_ref()));
        let place = filed(TableId::Place, visit.place.as_ref());
        self.set("place", joined(vec![place, visit.place_detail.clone()]));
        if let Some(asked) = &visit.routing {
            self.set("class", asked.class.label());
            self.set("route", asked.route.map_or("", Route::label));
            self.set("competent", asked.competent.label());
            self.set(
                "mediation",
                match asked.mediation {
                    MediationWish::NotPossible => "",
                    MediationWish::Possible => words.says("mediation_possible"),
                    MediationWish::Wanted => words.says("mediation_wanted"),
                },
            );
            self.set("urgent", if asked.urgent { words.says("urgent") } else { "" });
        }
        if let Some(made) = &visit.decision {
            self.set("decision", made.outcome.label());
            self.set("because", made.because.clone());
        }
        let shown: Vec<String> = visit.materials.iter().map(|one| material(one, words)).collect();
        let numbered = shown.iter().enumerate().map(|(place, one)| format!("{}. {one}", place + 1));
        self.set("materials", numbered.collect::<Vec<_>>().join("；"));
        self.set("materials_count", shown.len().to_string());
        self.set_list("materials", shown.into_iter().map(|one| vec![one]).collect());
    }

    fn wishes(&mut self, visit: &Visit, words: &RecordWords) {
        let asked = [(visit.confidential, "confidential"), (visit.not_public, "not_public")];
        let asked = asked.into_iter().filter(|(said, _)| *said).map(|(_, key)| words.says(key));
        self.set("wishes", asked.collect::<Vec<_>>().join("、"));
        self.set("safe_contact", visit.safe_contact.clone());
        self.set("recusal", visit.recusal.clone());
        self.set("read_back", if visit.read_back { words.says("read_back_yes") } else { "" });
        self.set("remark", visit.remark.clone());
        self.set("passed_because", visit.passed_because.clone());
    }

    fn filled(&mut self, filling: &Filling, words: &RecordWords) {
        self.set("addressee", filling.addressee.clone());
        self.set("reason", filling.reason.clone());
        self.set("measures", filling.measures.clone());
        self.set("unit", filling.unit.clone());
        self.set("unit_phone", filling.unit_phone.clone());
        self.set("to_body", filling.to_body.clone());
        self.set("to_contact", filling.to_contact.clone());
        if let Some(door) = door_of(filling) {
            self.set("door", door.name.clone());
            self.set("door_note", door.note.clone());
            self.set_list("door_limits", door.limits.iter().map(limit_row).collect());
            if filling.to_body.is_empty() {
                self.set("to_body", door.body.clone());
            }
        }
        self.set("caution", Doors::built_in().caution.clone());
        self.set("limit", filling.limit.map(day).unwrap_or_default());
        self.set_list("items", filling.items.iter().map(|item| vec![item.clone()]).collect());
        self.set("opinion", filling.opinion.clone());
        self.set("opinion_date", filling.opinion_date.map(day).unwrap_or_default());
        self.set("approver", filling.approver.clone());
        self.set("approved_time", filling.approved_at.map(minute).unwrap_or_default());
        self.set("requests", filling.requests.clone());
        self.set("mediator", filling.mediator.clone());
        self.other(&filling.other_party.clone().unwrap_or_default(), words);
    }

    fn other(&mut self, other: &OtherParty, words: &RecordWords) {
        self.set("other_name", other.name.clone());
        self.set("other_sex", sex(other.sex, words));
        self.set("other_age", other.age.map(|years| years.to_string()).unwrap_or_default());
        self.set("other_ethnic_group", other.ethnic_group.clone());
        self.set("other_occupation", other.occupation.clone());
        self.set("other_contact", other.contact.clone());
        self.set("other_address", other.address.clone());
    }

    fn served(&mut self, documents: &[Served], words: &RecordWords) {
        let row = |one: &Served| {
            let receiver = if one.relation.is_empty() {
                one.receiver.clone()
            } else {
                words.filled("receiver_relation", "relation", &one.relation).replace("{receiver}", &one.receiver)
            };
            let at = one.served_at.map(minute).unwrap_or_default();
            vec![one.name.clone(), one.number.clone(), one.way.clone(), receiver, at, one.refused.clone()]
        };
        self.set_list("documents", documents.iter().map(row).collect());
        self.flag("delivered", documents.iter().any(|one| one.served_at.is_some()));
        self.flag("refused", documents.iter().any(|one| !one.refused.is_empty()));
        self.ticked = documents.iter().map(|one| one.way.clone()).filter(|way| !way.is_empty()).collect();
    }

    pub(crate) fn of_form(form: &Form, words: &RecordWords) -> Self {
        let (slip, visit) = (&form.slip, &form.visit);
        let mut values = Self::default();
        values.set("office", slip.office.clone());
        values.set("address", slip.address.clone());
        values.set("phone", slip.phone.clone());
        values.set("desk", slip.desk.get().to_string());
        values.set("number", slip.number.to_string());
        values.set("registered_time", minute(slip.registered_at));
        values.set("received_time", visit.received_at.map(minute).unwrap_or_default());
        values.set("clerk", slip.clerk.to_string());
        let version = words.filled("version_text", "version", &slip.version.to_string());
        values.set("version", if slip.version > 1 { version } else { String::new() });
        values.set("due", slip.due.map_or_else(|| words.says("due_none").to_owned(), day));
        values.visit(visit, words);
        values.age(visit, slip.registered_at.date());
        // The sheet says 不详 and 不愿提供 where a letter leaves room for the pen.
        values.set("visitor", visit.name.shown());
        values.set("visitor_address", visit.address.shown());
        values.set("title", visit.title.clone());
        if let Some(made) = &visit.decision {
            values.outcome(made.outcome);
            let door = made.door.as_deref().and_then(|id| Doors::built_in().get(id));
            let handled = vec![
                made.outcome.label().to_owned(),
                made.to_body.clone(),
                door.map(|door| door.name.clone()).unwrap_or_default(),
            ];
            values.set("handled", joined(handled));
            values.set("approver", made.approver.clone());
        }
        values
    }

    pub(crate) fn of_day(report: &DayReport, words: &RecordWords) -> Self {
        let mut values = Self::default();
        values.set("office", report.office.clone());
        values.set("seal", report.seal.clone());
        values.set("desk", report.desk.get().to_string());
        values.set("day", day(report.day));
        values.set("clerk", report.clerk.to_string());
        values.set("issued_date", day(report.made_at.date()));
        values.set("issued_time", minute(report.made_at));
        values.set("total", report.lines.iter().filter(|line| !line.void).count().to_string());
        let tallies = report.tallies.iter().map(|tally| {
            let counts = tally.counts.iter().map(|(label, count)| format!("{label} {count}"));
            vec![tally.heading.clone(), counts.collect::<Vec<_>>().join("　")]
        });
        values.set_list("tallies", tallies.collect());
        let lines = report.lines.iter().map(|line| {
            let title = if line.title.is_empty() { words.says("registered_only") } else { &line.title };
            let due = line.due.map(|day| day.to_string()).unwrap_or_default();
            let outcome = if line.void { words.says("void").to_owned() } else { line.outcome.clone() };
            vec![line.number.clone(), line.at.format("%H:%M").to_string(), title.to_owned(), outcome, due]
        });
        values.set_list("registrations", lines.collect());
        values
    }

    pub(crate) fn of_closing(closed: &ClosingSheet) -> Self {
        let mut values = Self::default();
        values.set("office", closed.office.clone());
        values.set("seal", closed.seal.clone());
        values.set("desk", closed.desk.get().to_string());
        values.set("day", day(closed.day));
        values.set("clerk", closed.clerk.to_string());
        values.set("issued_time", minute(closed.closed_at));
        values.set("closing", closed.closing.to_string());
        values.set("state", closed.state.label());
        values.set("head", closed.head.clone());
        values.set("total", closed.ranges.iter().map(|range| range.kept).sum::<u32>().to_string());
        let range = |range: &NumberRange| {
            let number = |serial: u32| format!("{:02}{}-{serial:04}", closed.desk.get(), range.mark);
            let counts = [range.kept, range.slips, range.void, range.imported, range.confirmed];
            let numbers = format!("{} 至 {}", number(range.from), number(range.to));
            std::iter::once(numbers).chain(counts.iter().map(ToString::to_string)).collect()
        };
        values.set_list("ranges", closed.ranges.iter().map(range).collect());
        values.set_list("voids", closed.voids.iter().map(|(number, why)| vec![number.clone(), why.clone()]).collect());
        let counted = |(reason, count): &(String, u32)| vec![reason.clone(), count.to_string()];
        values.set_list("discarded", closed.discarded.iter().map(counted).collect());
        values.still_open(&closed.open);
        values
    }

    fn still_open(&mut self, open: &StillOpen) {
        let counts: [(&'static str, u64); 6] = [
            ("open_unanswered", open.unanswered.into()),
            ("open_undelivered", open.undelivered.into()),
            ("open_drafts", open.drafts.into()),
            ("open_prints", open.prints.into()),
            ("open_unsent", open.unsent),
            ("open_set_aside", open.set_aside.into()),
        ];
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            self.set(name, count.to_string());
            self.flag("open", true);
        }
    }
}

/// What may stand on a paper of a sealed matter: where it went and by when, and no word about it or about who came.
fn untold(filling: &Filling) -> Filling {
    Filling {
        addressee: String::new(),
        reason: String::new(),
        measures: String::new(),
        items: Vec::new(),
        other_party: None,
        requests: String::new(),
        ..filling.clone()
    }
}

/// The outcome of which the paper tells: the decided one, or of those that have this paper the first.
fn outcome_of(notice: &Notice) -> Option<Outcome> {
    let fits = |outcome: &Outcome| outcome.paper() == notice.paper;
    notice
        .outcome
        .filter(fits)
        .or_else(|| Outcome::ALL.iter().copied().filter(|_| notice.paper != Paper::Slip).find(fits))
}

fn door_of(filling: &Filling) -> Option<&'static Door> {
    filling.door.as_deref().and_then(|id| Doors::built_in().get(id))
}

/// The ground of a guidance sheet: the route that was told, or else the first of the door's.
fn ground_of(visit: Option<&Visit>, filling: &Filling) -> Option<Ground> {
    let offered = &door_of(filling)?.grounds;
    let asked = visit.and_then(|visit| visit.routing.as_ref());
    let told = asked.and_then(|asked| {
        if asked.litigation_rights {
            return Some(Ground::LitigationRights);
        }
        match asked.route? {
            Route::Litigation => Some(Ground::Litigation),
            Route::Arbitration => Some(Ground::Arbitration),
            Route::PartyAppeal => Some(Ground::PartyAppeal),
            Route::Administrative => Some(Ground::Administrative),
            Route::StatutoryDuty => Some(Ground::StatutoryDuty),
            Route::Petition => None,
        }
    });
    told.filter(|ground| offered.contains(ground)).or_else(|| offered.first().copied())
}

fn limit_row(limit: &intake_model::DoorLimit) -> Vec<String> {
    let span = format!("{}{}", limit.count, limit.unit.label());
    vec![limit.to.clone(), span, limit.from.clone(), limit.article.clone()]
}

fn material(one: &Material, words: &RecordWords) -> String {
    let pages = if one.pages > 0 { words.filled("pages", "pages", &one.pages.to_string()) } else { String::new() };
    joined(vec![one.name.clone(), pages, words.says(if one.original { "original" } else { "copy" }).to_owned()])
}

fn filed(table: TableId, filed: Option<&Filed>) -> String {
    let Some(filed) = filed else { return String::new() };
    Catalogue::known().path(table, filed).unwrap_or_else(|| filed.code.clone())
}

fn sex(sex: Sex, words: &RecordWords) -> String {
    if sex == Sex::Unknown { String::new() } else { words.says(&format!("sex_{}", word(sex))).to_owned() }
}

/// A day as papers write it: 2026年11月24日.
pub(crate) fn day(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A time to the minute: 2026年11月24日 9:05.
pub(crate) fn minute(at: NaiveDateTime) -> String {
    format!("{} {}:{:02}", day(at.date()), at.hour(), at.minute())
}
