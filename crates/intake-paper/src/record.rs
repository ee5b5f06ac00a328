//! What stands on a matter's record (来访登记记录): every field that was filled in, and what became of the matter.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use intake_model::{
    Catalogue, Decision, Doors, Earlier, Filed, Identity, MediationWish, Party, Person, Question, Sex, StepKind,
    StepTaken, TableId, Visit,
};
use serde::Serialize;
use typst::foundations::{Array, Dict, IntoValue, Value};

use crate::Result;
use crate::words::fill;

/// One matter's record, from committed entries.
#[derive(Debug, Clone)]
pub struct Record {
    /// The centre's name in full.
    pub office: String,
    /// The desk's number.
    pub desk: u8,
    /// The registration number.
    pub number: String,
    /// When the visit was registered, at +08:00.
    pub registered_at: NaiveDateTime,
    /// The clerk's number.
    pub clerk: u32,
    /// Which version this is.
    pub version: u32,
    /// Why it was voided; `None` where it was not.
    pub void: Option<String>,
    /// The last day of the first answer; `None` while no clock runs.
    pub due: Option<NaiveDate>,
    /// The record itself.
    pub visit: Visit,
    /// Files that stand with it, and those taken off again.
    pub attachments: Vec<RecordAttachment>,
    /// The centre's own steps with it, the first one first; those taken back too.
    pub steps: Vec<RecordStep>,
    /// What happened with it, oldest first.
    pub events: Vec<RecordEvent>,
    /// When this paper was made, at +08:00.
    pub made_at: NaiveDateTime,
    /// Whether this is practice.
    pub practice: bool,
}

/// One file.
#[derive(Debug, Clone)]
pub struct RecordAttachment {
    /// Its name.
    pub name: String,
    /// Its pages; 0 where they cannot be counted.
    pub pages: u32,
    /// Why it was taken off; `None` while it stands.
    pub removed: Option<String>,
}

/// One step of the centre.
#[derive(Debug, Clone)]
pub struct RecordStep {
    /// Which.
    pub kind: StepKind,
    /// What was written down.
    pub taken: StepTaken,
    /// Why it was taken back; `None` while it stands.
    pub withdrawn: Option<String>,
}

/// One entry of the journal about it.
#[derive(Debug, Clone)]
pub struct RecordEvent {
    /// When, at +08:00.
    pub at: NaiveDateTime,
    /// The clerk's number; 0 for the program itself.
    pub clerk: u32,
    /// The entry's kind.
    pub kind: String,
}

/// The wording, as it stands in `assets/paper/record.zh.json`: a sentence or a label for each key.
pub(crate) struct RecordWords(BTreeMap<String, String>);

impl RecordWords {
    pub(crate) fn load() -> Result<Self> {
        Ok(Self(serde_json::from_str(include_str!("../../../assets/paper/record.zh.json"))?))
    }

    pub(crate) fn says(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }

    pub(crate) fn filled(&self, key: &str, name: &str, value: &str) -> String {
        fill(self.says(key), &[(name, value)])
    }
}

type Row = (String, String);

/// Every text of a record, before it is known which characters can be drawn.
pub(crate) struct RecordContent {
    single: Vec<(&'static str, String)>,
    head: Vec<Row>,
    sections: Vec<(String, Vec<Row>)>,
    practice: Option<String>,
}

/// Rows with their labels; one without a value is left out.
struct Rows<'w> {
    words: &'w RecordWords,
    rows: Vec<Row>,
}

impl Rows<'_> {
    fn add(&mut self, label: &str, value: impl Into<String>) {
        self.line(self.words.says(label).to_owned(), value.into());
    }

    fn filed(&mut self, label: &str, table: TableId, filed: Option<&Filed>) {
        let Some(filed) = filed else { return };
        // A code whose table this desk does not have is told as it is.
        self.add(label, Catalogue::known().path(table, filed).unwrap_or_else(|| filed.code.clone()));
    }

    fn line(&mut self, label: String, value: String) {
        if !value.trim().is_empty() {
            self.rows.push((label, value));
        }
    }
}

impl RecordContent {
    pub(crate) fn of(record: &Record, words: &RecordWords) -> Self {
        let rows = || Rows { words, rows: Vec::new() };
        let mut head = rows();
        head.add("number", &record.number);
        head.add("registered_at", minute(record.registered_at));
        head.add("received_at", record.visit.received_at.map(minute).unwrap_or_default());
        head.add("clerk", record.clerk.to_string());
        head.add("version", words.filled("version_text", "version", &record.version.to_string()));
        head.add("void", record.void.as_ref().map_or(String::new(), |why| words.filled("void_text", "reason", why)));
        head.add("due", record.due.map_or_else(|| words.says("due_none").to_owned(), |day| day.to_string()));

        let mut sections: Vec<(&str, Rows<'_>)> = Vec::new();
        for (heading, add) in SECTIONS {
            let mut section = rows();
            add(&mut section, record);
            sections.push((heading, section));
        }
        let told = |(heading, section): (&str, Rows<'_>)| (words.says(heading).to_owned(), section.rows);
        let foot = [("desk", record.desk.to_string()), ("at", minute(record.made_at))];
        let foot: Vec<(&str, &str)> = foot.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Self {
            single: vec![
                ("title", words.says("title").to_owned()),
                ("office", record.office.clone()),
                ("page", words.filled("page", "number", &record.number)),
                ("foot", fill(words.says("foot"), &foot)),
            ],
            head: head.rows,
            sections: sections.into_iter().filter(|(_, section)| !section.rows.is_empty()).map(told).collect(),
            practice: record.practice.then(|| words.says("practice").to_owned()),
        }
    }

    /// Every text that will be drawn, for `change` to make drawable.
    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        fn of_row((label, value): &mut Row) -> [&mut String; 2] {
            [label, value]
        }
        let sections = self.sections.iter_mut();
        self.single
            .iter_mut()
            .map(|(_, text)| text)
            .chain(self.head.iter_mut().flat_map(of_row))
            .chain(
                sections.flat_map(|(heading, rows)| std::iter::once(heading).chain(rows.iter_mut().flat_map(of_row))),
            )
            .chain(&mut self.practice)
    }

    /// The values for the template. Strings only, never content: Typst does not read markup in them.
    pub(crate) fn inputs(&self, faces: &Dict) -> Dict {
        let text = |text: &String| text.as_str().into_value();
        let pair = |(label, value): &Row| [text(label), text(value)].into_iter().collect::<Array>().into_value();
        let pairs = |rows: &[Row]| rows.iter().map(pair).collect::<Array>().into_value();
        let mut inputs: Dict =
            self.single.iter().map(|(key, text)| ((*key).into(), text.as_str().into_value())).collect();
        inputs.insert("faces".into(), faces.clone().into_value());
        inputs.insert("head".into(), pairs(&self.head));
        let section = |(heading, rows): &(String, Vec<Row>)| {
            [heading.as_str().into_value(), pairs(rows)].into_iter().collect::<Array>().into_value()
        };
        inputs.insert("sections".into(), self.sections.iter().map(section).collect::<Array>().into_value());
        inputs.insert("practice".into(), self.practice.as_deref().map_or(Value::None, IntoValue::into_value));
        inputs
    }
}

type Section = (&'static str, fn(&mut Rows<'_>, &Record));

/// In the order in which an archive is read.
const SECTIONS: [Section; 9] = [
    ("visitor", |rows, record| visitor(rows, &record.visit)),
    ("people", |rows, record| people(rows, &record.visit.people)),
    ("matter", |rows, record| matter(rows, &record.visit)),
    ("routing", |rows, record| {
        if let Some(question) = &record.visit.routing {
            routing(rows, question);
        }
        if let Some(made) = &record.visit.decision {
            decision(rows, made);
        }
    }),
    ("wishes", |rows, record| wishes(rows, &record.visit)),
    ("materials", |rows, record| materials(rows, &record.visit)),
    ("attachments", attachments),
    ("steps", steps),
    ("events", events),
];

fn visitor(rows: &mut Rows<'_>, visit: &Visit) {
    let (name, address) = match visit.party {
        Party::Person => ("name", "address"),
        Party::Organisation => ("organisation_name", "organisation_address"),
    };
    let particulars = &visit.particulars;
    rows.add(name, visit.name.shown());
    rows.add(address, visit.address.shown());
    rows.add("phone", visit.phone.clone().unwrap_or_default());
    rows.add("paper", visit.identity.as_ref().map(|one| paper(rows.words, one)).unwrap_or_default());
    rows.add("uscc", visit.uscc.clone().unwrap_or_default());
    if particulars.sex != Sex::Unknown {
        rows.add("sex", rows.words.says(&format!("sex_{}", word(particulars.sex))));
    }
    rows.add("birth", particulars.birth.map(|day| day.to_string()).unwrap_or_default());
    rows.filed("ethnic_group", TableId::Nationality, particulars.ethnic_group.as_ref());
    rows.add("occupation", &particulars.occupation);
    rows.add("headcount", rows.words.filled("headcount_text", "count", &visit.headcount.to_string()));
    rows.add("way", visit.way.label());
}

fn people(rows: &mut Rows<'_>, people: &[Person]) {
    for person in people {
        let name = if person.name.is_empty() { rows.words.says("nameless") } else { &person.name };
        let mut details = vec![name.to_owned(), person.relation.clone()];
        details.extend(person.phone.clone());
        details.push(person.address.clone());
        details.extend(person.identity.as_ref().map(|one| paper(rows.words, one)));
        if person.authorised {
            details.push(rows.words.says("authorised").to_owned());
        }
        rows.line(person.role.label().to_owned(), joined(details));
    }
}

fn matter(rows: &mut Rows<'_>, visit: &Visit) {
    rows.add("subject", &visit.title);
    rows.add("demand", &visit.demand);
    rows.add("facts", &visit.facts);
    rows.add("complained_of", &visit.complained_of);
    rows.filed("content", TableId::ContentCategory, visit.content.as_ref());
    rows.filed("dispute", TableId::DisputeType, visit.dispute.as_ref());
    rows.filed("place", TableId::Place, visit.place.as_ref());
    rows.add("place_detail", &visit.place_detail);
    rows.add("earlier_steps", &visit.earlier_steps);
    rows.add("linked_to", visit.linked_to.clone().unwrap_or_default());
    for one in &visit.other_numbers {
        let label = rows.words.filled("other_number", "source", one.source.label());
        rows.line(label, one.number.clone());
    }
}

fn routing(rows: &mut Rows<'_>, question: &Question) {
    rows.add("class", question.class.label());
    rows.add("route", question.route.map_or("", |route| route.label()));
    rows.add("competent", question.competent.label());
    let words = rows.words;
    rows.add(
        "mediation",
        match question.mediation {
            MediationWish::NotPossible => "",
            MediationWish::Possible => words.says("mediation_possible"),
            MediationWish::Wanted => words.says("mediation_wanted"),
        },
    );
    rows.add(
        "earlier",
        match question.earlier {
            None => "",
            Some(Earlier::InHandBelow) => words.says("earlier_in_hand_below"),
            Some(Earlier::Reexamined) => words.says("earlier_reexamined"),
        },
    );
    let others = [
        (question.litigation_rights, "litigation_rights"),
        (question.answerable, "answerable"),
        (question.report_back, "report_back"),
        (question.urgent, "urgent"),
    ];
    rows.add("others", chosen(words, &others));
}

fn decision(rows: &mut Rows<'_>, made: &Decision) {
    let values = [("outcome", made.outcome.label()), ("article", made.outcome.article())];
    rows.add("decision", fill(rows.words.says("decision_text"), &values));
    let door = made.door.as_deref().and_then(|id| Doors::built_in().get(id)).map(|door| door.name.clone());
    rows.add("door", door.unwrap_or_default());
    rows.add("to_body", &made.to_body);
    rows.add("approver", &made.approver);
    rows.add("because", &made.because);
}

fn wishes(rows: &mut Rows<'_>, visit: &Visit) {
    rows.add("asked", chosen(rows.words, &[(visit.not_public, "not_public")]));
    rows.add("safe_contact", &visit.safe_contact);
    rows.add("neutral_title", &visit.neutral_title);
    rows.add("recusal", &visit.recusal);
    rows.add("read_back", if visit.read_back { rows.words.says("read_back_yes") } else { "" });
    rows.add("remark", &visit.remark);
    rows.add("passed_because", &visit.passed_because);
}

fn materials(rows: &mut Rows<'_>, visit: &Visit) {
    for (place, one) in visit.materials.iter().enumerate() {
        let pages =
            if one.pages > 0 { rows.words.filled("pages", "pages", &one.pages.to_string()) } else { String::new() };
        let kind = rows.words.says(if one.original { "original" } else { "copy" }).to_owned();
        rows.line((place + 1).to_string(), joined(vec![one.name.clone(), pages, kind]));
    }
}

fn attachments(rows: &mut Rows<'_>, record: &Record) {
    for (place, one) in record.attachments.iter().enumerate() {
        let pages =
            if one.pages > 0 { rows.words.filled("pages", "pages", &one.pages.to_string()) } else { String::new() };
        let removed = one.removed.as_ref().map(|why| rows.words.filled("attachment_removed", "reason", why));
        rows.line((place + 1).to_string(), joined(vec![one.name.clone(), pages, removed.unwrap_or_default()]));
    }
}

fn steps(rows: &mut Rows<'_>, record: &Record) {
    for one in &record.steps {
        let (words, taken) = (rows.words, &one.taken);
        let filled = |key: &str, value: &str| {
            if value.is_empty() { String::new() } else { words.filled(key, "value", value) }
        };
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let withdrawn = one.withdrawn.as_ref().map(|why| words.filled("step_withdrawn", "reason", why));
        let said = vec![
            one.kind.label().to_owned(),
            taken.ending.map(|ending| ending.label().to_owned()).unwrap_or_default(),
            taken.section.clone(),
            taken.person.clone(),
            filled("step_due", &day(taken.due)),
            filled("step_way", taken.way.map_or("", |way| way.label())),
            taken.answer.clone(),
            filled("step_by", &taken.by),
            filled("step_received", &day(taken.received_on)),
            taken.note.clone(),
            withdrawn.unwrap_or_default(),
        ];
        rows.line(taken.on.to_string(), joined(said));
    }
}

fn events(rows: &mut Rows<'_>, record: &Record) {
    for event in &record.events {
        let words = rows.words;
        let known = words.says(&format!("events_{}", event.kind));
        let what = if known.is_empty() { words.filled("events_other", "kind", &event.kind) } else { known.to_owned() };
        let clerk = event.clerk.to_string();
        let sentence = words.says(if event.clerk == 0 { "event_by_itself" } else { "event_text" });
        rows.line(minute(event.at), fill(sentence, &[("clerk", &clerk), ("what", &what)]));
    }
}

pub(crate) fn paper(words: &RecordWords, identity: &Identity) -> String {
    let name = words.says(&format!("paper_{}", word(identity.paper)));
    let nationality = identity.nationality.as_ref().map(|told| words.filled("nationality", "nationality", told));
    joined(vec![format!("{name} {}", identity.number), nationality.unwrap_or_default()])
}

/// The word of a closed set, as in JSON.
pub(crate) fn word(one: impl Serialize) -> String {
    serde_json::to_value(one).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

pub(crate) fn joined(parts: Vec<String>) -> String {
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("，")
}

fn chosen(words: &RecordWords, wishes: &[(bool, &str)]) -> String {
    wishes.iter().filter(|(said, _)| *said).map(|(_, key)| words.says(key)).collect::<Vec<_>>().join("、")
}

fn minute(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}
