//! The people of a visit beside the one who speaks, and what a mediation form asks about that one.
//!
//! Deliberately absent: any fact about a person that no paper asks for (least data, 个人信息保护法 Art. 6).

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::Filed;
use crate::identity::{Identity, Sex};
use crate::name;
use crate::words::words;

words! {
    /// What somebody is in a visit.
    PersonRole, "person_roles":
    /// 共同信访人: brings the same matter.
    Petitioner = "petitioner",
    /// 同行人: came along.
    Companion = "companion",
    /// 代表人: chosen for a common matter (Art. 20(3)). The one who speaks is named here too where they represent.
    Representative = "representative",
    /// 代理人: speaks for the visitor, with a 授权委托书, or for an organisation.
    Agent = "agent",
    /// 监护人: of a minor or of somebody who cannot act for themselves.
    Guardian = "guardian",
    /// 涉及人: somebody the matter is about or whom it concerns, such as the child brought along.
    Concerned = "concerned",
    /// 翻译.
    Interpreter = "interpreter",
    /// 见证人: present where somebody cannot read.
    Witness = "witness",
}

/// One more person of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(export)]
pub struct Person {
    /// What they are in it.
    pub role: PersonRole,
    /// Name as told.
    pub name: String,
    /// Where they live, if told: who brings the matter too is told in writing too.
    pub address: String,
    /// How to reach them, if told.
    pub phone: Option<String>,
    /// The identity paper shown, if one was. Never required.
    pub identity: Option<Identity>,
    /// What they are to the visitor, as told, such as 母亲 or 律师.
    pub relation: String,
    /// Whether a 授权委托书 was shown. Only of an agent.
    pub authorised: bool,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            role: PersonRole::Companion,
            name: String::new(),
            address: String::new(),
            phone: None,
            identity: None,
            relation: String::new(),
            authorised: false,
        }
    }
}

impl Person {
    /// The same person as they are kept; `None` where nothing was written.
    pub(crate) fn normalised(self) -> Option<Self> {
        let blank = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let person = Self {
            role: self.role,
            name: name::normalise(&self.name),
            address: self.address.trim().to_owned(),
            phone: blank(self.phone).map(|phone| name::half_width(&phone)),
            identity: self.identity.map(Identity::normalised).filter(|identity| !identity.number.is_empty()),
            relation: self.relation.trim().to_owned(),
            authorised: self.authorised && self.role == PersonRole::Agent,
        };
        let said = !person.name.is_empty() || person.phone.is_some() || person.identity.is_some();
        (said || !person.relation.is_empty() || !person.address.is_empty()).then_some(person)
    }
}

/// What 人民调解申请书 and 受理登记表 ask about a party. All of it may stay open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(export)]
pub struct Particulars {
    /// Male or female, as told or as offered from a number.
    pub sex: Sex,
    /// The date of birth.
    #[ts(type = "string | null")]
    pub birth: Option<NaiveDate>,
    /// 民族, from [`crate::TableId::Nationality`].
    pub ethnic_group: Option<Filed>,
    /// Work, as told.
    pub occupation: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_name_is_kept_as_long_as_it_says_something() {
        assert_eq!(Person::default().normalised(), None);
        let phone = Person { phone: Some(" １３８ ".into()), ..Person::default() }.normalised().unwrap();
        assert_eq!(phone.phone.as_deref(), Some("138"));
    }

    #[test]
    fn an_authorisation_is_an_agents_only() {
        let person = |role| Person { role, name: "周涛".into(), authorised: true, ..Person::default() };
        assert!(person(PersonRole::Agent).normalised().unwrap().authorised);
        assert!(!person(PersonRole::Witness).normalised().unwrap().authorised);
    }
}
