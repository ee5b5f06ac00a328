//! The record of one visit: the statutory facts and what practice adds (《信访工作条例》 Art. 19, 20, 23).

use chrono::{NaiveDate, NaiveDateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::Filed;
use crate::decision::Decision;
use crate::identity::Identity;
use crate::name;
use crate::number::RegistrationNumber;
use crate::people::{Particulars, Person, PersonRole};
use crate::profile::Profile;
use crate::routing::{Class, Question};
use crate::words::words;

/// One visit as it was told at the desk.
///
/// Only `demand` must hold something (Art. 19(1): an oral visit "应当如实记录"). A field left out of JSON takes its
/// default: one person, who came to the window now and stated neither name nor address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(export)]
#[allow(clippy::struct_excessive_bools, reason = "each is one wish or one act at the desk, apart from the others")]
pub struct Visit {
    /// How the matter reached the desk (Art. 17: 信息网络、书信、电话、传真、走访等).
    pub way: Way,
    /// When it really did, civil time at +08:00 to the minute, where it is entered later (补录: written on paper during a
    /// power cut, or an old ledger's row). `None`: now. Clocks count from it.
    #[ts(type = "string | null")]
    pub received_at: Option<NaiveDateTime>,
    /// Who speaks: a person or an organisation (Art. 17).
    pub party: Party,
    /// The visitor's name, or the organisation's title.
    pub name: Stated,
    /// Where the visitor lives, or the organisation has its seat.
    pub address: Stated,
    /// The identity paper shown, if one was. Never required (Art. 19 does not ask for it).
    pub identity: Option<Identity>,
    /// The organisation's unified social credit code (GB 32100), if told. 18 characters.
    pub uscc: Option<String>,
    /// How to reach the visitor, as told: any form, several numbers allowed. Never required.
    pub phone: Option<String>,
    /// What a mediation form asks besides.
    pub particulars: Particulars,
    /// How many people the matter was brought by; 1 for a single visitor. Apart from the representatives.
    pub headcount: u32,
    /// Everybody else: representatives of a common matter (at most 5, Art. 20(3); more is warned of, not refused),
    /// agents, guardians, people concerned, interpreters, witnesses.
    pub people: Vec<Person>,
    /// A short title of the matter. Empty: taken from the demand.
    pub title: String,
    /// What is asked for, with facts and reasons, as told. The one field that must not be empty.
    pub demand: String,
    /// Facts and reasons where the clerk kept them apart from the demand.
    pub facts: String,
    /// The body or person complained of, as told.
    pub complained_of: String,
    /// What the visitor did about it before, as told.
    pub earlier_steps: String,
    /// The registration number of an earlier matter that this one follows. It labels the matter, never the person.
    pub linked_to: Option<String>,
    /// Numbers that others gave the matter: an old ledger, the district, the nation.
    pub other_numbers: Vec<OtherNumber>,
    /// Where the problem lies, from [`crate::TableId::Place`].
    pub place: Option<Filed>,
    /// The same in words, as told.
    pub place_detail: String,
    /// What it is about, from [`crate::TableId::ContentCategory`].
    pub content: Option<Filed>,
    /// What kind of dispute, from [`crate::TableId::DisputeType`].
    pub dispute: Option<Filed>,
    /// Class, route and the other answers that [`crate::route()`] needs. `way`, `confidential` and `reachable` in it are
    /// taken from the visit: see [`Visit::question`].
    pub routing: Option<Question>,
    /// What the clerk decided on the advice.
    pub decision: Option<Decision>,
    /// The visitor asks for 保密: kept from everybody but its named readers.
    pub confidential: bool,
    /// The visitor asks that the matter is not made public (不公开).
    pub not_public: bool,
    /// How the visitor can be reached without harm, as told: whom not to call, when, where.
    pub safe_contact: String,
    /// The title to stand on paper instead of the matter's own, where the visitor asks for one.
    pub neutral_title: String,
    /// What was handed over.
    pub materials: Vec<Material>,
    /// Who stood back from the matter, why, and who took it (Art. 28(3)). Empty where nobody had to.
    pub recusal: String,
    /// The record was read back and confirmed (Art. 19(2)).
    pub read_back: bool,
    /// The clerk's remark about the matter.
    pub remark: String,
    /// Why warnings of [`crate::check()`] were passed. Empty where there was none.
    pub passed_because: String,
}

impl Default for Visit {
    fn default() -> Self {
        Self {
            way: Way::Visit,
            received_at: None,
            party: Party::Person,
            name: Stated::Unknown,
            address: Stated::Unknown,
            identity: None,
            uscc: None,
            phone: None,
            particulars: Particulars::default(),
            headcount: 1,
            people: Vec::new(),
            title: String::new(),
            demand: String::new(),
            facts: String::new(),
            complained_of: String::new(),
            earlier_steps: String::new(),
            linked_to: None,
            other_numbers: Vec::new(),
            place: None,
            place_detail: String::new(),
            content: None,
            dispute: None,
            routing: None,
            decision: None,
            confidential: false,
            not_public: false,
            safe_contact: String::new(),
            neutral_title: String::new(),
            materials: Vec::new(),
            recusal: String::new(),
            read_back: false,
            remark: String::new(),
            passed_because: String::new(),
        }
    }
}

words! {
    /// How a matter reaches the desk.
    Way, "ways":
    /// 来访.
    Visit = "visit",
    /// 来信.
    Letter = "letter",
    /// 来电.
    Call = "call",
    /// 网信.
    Online = "online",
    /// 领导接访.
    LeaderReception = "leader_reception",
}

impl Way {
    /// Whether somebody came in person (走访).
    pub const fn in_person(self) -> bool {
        matches!(self, Self::Visit | Self::LeaderReception)
    }
}

words! {
    /// Who gave a number.
    NumberSource, "number_sources":
    /// 旧台账.
    Ledger = "ledger",
    /// 区级.
    District = "district",
    /// 国家信访信息系统.
    National = "national",
}

/// A number that somebody else gave the matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct OtherNumber {
    /// Who gave it.
    pub source: NumberSource,
    /// As written there; the national one has up to 38 characters.
    pub number: String,
}

/// One material handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(export)]
pub struct Material {
    /// What it is, such as 房产证.
    pub name: String,
    /// How many pages, 0 where nobody counted.
    pub pages: u32,
    /// The original, which is to be given back; else a copy.
    pub original: bool,
}

/// Who brings the matter (Art. 17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Party {
    /// A natural person, of any nationality (Art. 48).
    Person,
    /// A legal person or another organisation.
    Organisation,
}

/// A statutory fact: stated, or explicitly not. Art. 23(2) foresees that a name or an address is unclear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Stated {
    /// What was stated, kept code point for code point.
    Stated(String),
    /// 不详: nobody could tell.
    Unknown,
    /// 不愿提供: the visitor would rather not say.
    Declined,
}

impl Stated {
    /// The stated text; `None` where it is 不详 or 不愿提供, or blank.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Stated(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// The words for paper and lists: the text, 不详 or 不愿提供.
    pub fn shown(&self) -> &str {
        match self {
            Self::Declined => "不愿提供",
            _ => self.text().unwrap_or("不详"),
        }
    }

    fn normalised(self, tidy: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Stated(text) if text.trim().is_empty() => Self::Unknown,
            Self::Stated(text) => Self::Stated(tidy(&text)),
            other => other,
        }
    }
}

/// A title is cut from the demand at this many characters.
const TITLE_CHARACTERS: usize = 24;

impl Visit {
    /// The same visit as it is kept: names with the one interpunct, numbers with plain digits, blank answers as 不详,
    /// outer white space and empty lines gone. Nothing else that was said is changed.
    #[must_use]
    pub fn normalised(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        let blank = |text: Option<String>| text.map(trim).filter(|text| !text.is_empty());
        let plain = |number: String| name::plain_number(&number);
        let mut visit = Self {
            name: self.name.normalised(name::normalise),
            address: self.address.normalised(|text| text.trim().to_owned()),
            identity: self.identity.map(Identity::normalised).filter(|identity| !identity.number.is_empty()),
            uscc: blank(self.uscc).map(plain),
            phone: blank(self.phone).map(|phone| name::half_width(&phone)),
            particulars: Particulars { occupation: trim(self.particulars.occupation), ..self.particulars },
            headcount: self.headcount.max(1),
            people: self.people.into_iter().filter_map(Person::normalised).collect(),
            title: trim(self.title),
            demand: trim(self.demand),
            facts: trim(self.facts),
            complained_of: trim(self.complained_of),
            earlier_steps: trim(self.earlier_steps),
            linked_to: blank(self.linked_to).map(canonical),
            other_numbers: self
                .other_numbers
                .into_iter()
                .map(|one| OtherNumber { number: trim(one.number), ..one })
                .filter(|one| !one.number.is_empty())
                .collect(),
            place_detail: trim(self.place_detail),
            safe_contact: trim(self.safe_contact),
            neutral_title: trim(self.neutral_title),
            materials: self
                .materials
                .into_iter()
                .map(|one| Material { name: trim(one.name), ..one })
                .filter(|one| !one.name.is_empty())
                .collect(),
            recusal: trim(self.recusal),
            remark: trim(self.remark),
            passed_because: trim(self.passed_because),
            ..self
        };
        visit.routing = visit.question();
        if visit.title.is_empty() {
            visit.title = title_from(&visit.demand);
        }
        visit
    }

    /// The people of one role, in the order told.
    pub fn people_as(&self, role: PersonRole) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |person| person.role == role)
    }

    /// What routing is asked, with what the visit itself says of 保密 and of being reachable; `None` where the clerk has
    /// not begun with it.
    pub fn question(&self) -> Option<Question> {
        let asked = self.routing.clone()?;
        let (confidential, reachable) = (self.confidential, self.owes_written_notice());
        Some(Question { way: self.way, confidential, reachable, ..asked })
    }

    /// Whether the matter is kept from everybody but its named readers: a denunciation (Art. 30(3), 46(5)), or 保密 asked.
    pub fn is_sealed(&self) -> bool {
        self.confidential || self.routing.as_ref().is_some_and(|asked| asked.class == Class::Denunciation)
    }

    /// The title that may stand on paper and in lists: the visitor's neutral one; of a sealed matter the profile's fixed
    /// word, since a title cut from the demand can name whom it is about.
    pub fn open_title<'a>(&'a self, profile: &'a Profile) -> &'a str {
        if !self.neutral_title.is_empty() {
            &self.neutral_title
        } else if self.is_sealed() {
            profile.says("sealed_title")
        } else {
            &self.title
        }
    }

    /// The civil day on which the matter reached the desk: where it is entered later, not the day `entered`.
    pub fn received_on(&self, entered: NaiveDate) -> NaiveDate {
        self.received_at.map_or(entered, |at| at.date())
    }

    /// Whether clock C1 runs: Art. 23(2) excepts visits whose name or address is unclear, until they are known.
    pub fn owes_written_notice(&self) -> bool {
        self.name.text().is_some() && self.address.text().is_some()
    }
}

/// A registration number as it is kept, also where it was scanned or typed without hyphens; else as it was typed.
fn canonical(number: String) -> String {
    number.parse::<RegistrationNumber>().map_or(number, |number| number.to_string())
}

/// The first sentence of a demand, without the habitual 反映. A long one ends at a clause, where that leaves enough to
/// know the matter by (今年3月 alone says nothing), or else in the middle, with …
fn title_from(demand: &str) -> String {
    let sentence =
        demand.split(['。', '；', ';', '\n']).map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
    let sentence = sentence.strip_prefix("反映").unwrap_or(sentence).trim_start();
    let characters: Vec<char> = sentence.chars().filter(|c| !c.is_control()).collect();
    if characters.len() <= TITLE_CHARACTERS {
        return String::from_iter(characters).trim().to_owned();
    }
    let clause_ends = characters.iter().take(TITLE_CHARACTERS + 1).rposition(|c| matches!(c, '，' | ','));
    let title: String = match clause_ends {
        Some(end) if end >= TITLE_CHARACTERS / 2 => characters.into_iter().take(end).collect(),
        _ => characters.into_iter().take(TITLE_CHARACTERS - 1).chain(['…']).collect(),
    };
    title.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::IdPaper;

    #[test]
    fn a_visit_with_nothing_but_a_demand_reads_from_json() {
        let visit: Visit = serde_json::from_str(r#"{"demand":"村里路灯坏了半年"}"#).unwrap();
        assert_eq!(visit.name, Stated::Unknown);
        assert_eq!(visit.headcount, 1);
        assert!(!visit.owes_written_notice());
    }

    #[test]
    fn normalising_keeps_what_was_said_and_tidies_how_it_was_typed() {
        let visit = Visit {
            name: Stated::Stated(" 阿不都热依木•买买提 ".into()),
            address: Stated::Stated("  ".into()),
            phone: Some("１３８０２２２３３４４".into()),
            identity: Some(Identity {
                paper: IdPaper::ResidentId,
                number: "11010519491231002x".into(),
                nationality: None,
            }),
            demand: "反映所住小区物业费从1.2元涨到1.8元，未经业主大会表决。".into(),
            ..Visit::default()
        }
        .normalised();
        assert_eq!(visit.name, Stated::Stated("阿不都热依木·买买提".into()));
        assert_eq!(visit.address, Stated::Unknown);
        assert_eq!(visit.phone.as_deref(), Some("13802223344"));
        assert_eq!(visit.identity.unwrap().number, "11010519491231002X");
        assert_eq!(visit.title, "所住小区物业费从1.2元涨到1.8元");
        assert_eq!(visit.demand, "反映所住小区物业费从1.2元涨到1.8元，未经业主大会表决。");
    }

    #[test]
    fn a_title_says_what_the_matter_is_and_stays_short() {
        assert_eq!(title_from(&"供".repeat(40)).chars().count(), 24);
        assert_eq!(title_from("今年3月，新立街道，家里水管爆了。物业不修"), "今年3月，新立街道，家里水管爆了");
        assert_eq!(
            title_from("今年3月，所住小区物业费从1.2元涨到1.8元未经表决也没有公示"),
            "今年3月，所住小区物业费从1.2元涨到1.8元…"
        );
        assert_eq!(
            title_from("反映所住小区物业费从1.2元涨到1.8元，未经业主大会表决。"),
            "所住小区物业费从1.2元涨到1.8元"
        );
        assert_eq!(title_from("  "), "");
        // Found by the fuzzer: the space before a clause's end was kept at first and trimmed the second time.
        assert_eq!(title_from("反映 水管                      ，漏水三个月没有人管，要求修好"), "水管");
    }
}
