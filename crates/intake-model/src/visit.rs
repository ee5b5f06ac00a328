//! The record of one visit: the statutory facts and what practice adds (《信访工作条例》 Art. 19, 20, 23).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::identity::Identity;
use crate::name;

/// One visit as it was told at the desk.
///
/// Only `demand` must hold something (Art. 19(1): an oral visit "应当如实记录"). A field left out of JSON takes its
/// default: one person, who stated neither name nor address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(export)]
pub struct Visit {
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
    /// Who speaks for the organisation, if told.
    pub agent: Option<String>,
    /// How to reach the visitor, as told: any form, several numbers allowed. Never required.
    pub phone: Option<String>,
    /// How many people the matter was brought by; 1 for a single visitor. Apart from `representatives`.
    pub headcount: u32,
    /// The chosen representatives of a common matter: at most 5 (Art. 20(3)); more is warned of, not refused.
    pub representatives: Vec<Representative>,
    /// A short title of the matter. Empty: taken from the demand.
    pub title: String,
    /// What is asked for, with facts and reasons, as told. The one field that must not be empty.
    pub demand: String,
    /// Facts and reasons where the clerk kept them apart from the demand.
    pub facts: String,
    /// The body or person complained of, as told.
    pub complained_of: String,
    /// How many materials were handed over.
    pub materials: u32,
    /// The clerk's remark about the matter.
    pub remark: String,
    /// Why warnings of [`crate::check()`] were passed. Empty where there was none.
    pub passed_because: String,
}

impl Default for Visit {
    fn default() -> Self {
        Self {
            party: Party::Person,
            name: Stated::Unknown,
            address: Stated::Unknown,
            identity: None,
            uscc: None,
            agent: None,
            phone: None,
            headcount: 1,
            representatives: Vec::new(),
            title: String::new(),
            demand: String::new(),
            facts: String::new(),
            complained_of: String::new(),
            materials: 0,
            remark: String::new(),
            passed_because: String::new(),
        }
    }
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

/// One chosen representative of a common matter (Art. 20(3)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Representative {
    /// Name as told.
    pub name: String,
    /// How to reach them, if told.
    #[serde(default)]
    pub phone: Option<String>,
}

/// A title is cut from the demand at this many characters.
const TITLE_CHARACTERS: usize = 24;

impl Visit {
    /// The same visit as it is kept: names with the one interpunct, numbers with plain digits, blank answers as 不详,
    /// outer white space gone. Nothing else that was said is changed.
    #[must_use]
    pub fn normalised(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        let blank = |text: Option<String>| text.map(trim).filter(|text| !text.is_empty());
        let identity = self.identity.map(Identity::normalised).filter(|identity| !identity.number.is_empty());
        let mut visit = Self {
            party: self.party,
            name: self.name.normalised(name::normalise),
            address: self.address.normalised(|text| text.trim().to_owned()),
            identity,
            uscc: blank(self.uscc).map(|code| name::plain_number(&code)),
            agent: blank(self.agent).map(|agent| name::normalise(&agent)),
            phone: blank(self.phone).map(|phone| name::half_width(&phone)),
            headcount: self.headcount.max(1),
            representatives: self
                .representatives
                .into_iter()
                .filter(|one| !one.name.trim().is_empty())
                .map(|one| Representative {
                    name: name::normalise(&one.name),
                    phone: blank(one.phone).map(|phone| name::half_width(&phone)),
                })
                .collect(),
            title: trim(self.title),
            demand: trim(self.demand),
            facts: trim(self.facts),
            complained_of: trim(self.complained_of),
            materials: self.materials,
            remark: trim(self.remark),
            passed_because: trim(self.passed_because),
        };
        if visit.title.is_empty() {
            visit.title = title_from(&visit.demand);
        }
        visit
    }

    /// Whether clock C1 runs: Art. 23(2) excepts visits whose name or address is unclear, until they are known.
    pub fn owes_written_notice(&self) -> bool {
        self.name.text().is_some() && self.address.text().is_some()
    }
}

/// The first sentence of a demand, without the habitual 反映. A long one ends at a clause, where that leaves enough to
/// know the matter by (今年3月 alone says nothing), or else in the middle, with …
fn title_from(demand: &str) -> String {
    let sentence =
        demand.split(['。', '；', ';', '\n']).map(str::trim).find(|part| !part.is_empty()).unwrap_or_default();
    let sentence = sentence.strip_prefix("反映").unwrap_or(sentence);
    let characters: Vec<char> = sentence.chars().filter(|c| !c.is_control()).collect();
    if characters.len() <= TITLE_CHARACTERS {
        return characters.into_iter().collect();
    }
    let clause_ends = characters.iter().take(TITLE_CHARACTERS + 1).rposition(|c| matches!(c, '，' | ','));
    match clause_ends {
        Some(end) if end >= TITLE_CHARACTERS / 2 => characters.into_iter().take(end).collect(),
        _ => characters.into_iter().take(TITLE_CHARACTERS - 1).chain(['…']).collect(),
    }
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
    }
}
