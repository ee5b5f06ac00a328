//! The region profile: what differs from place to place, as data. What the office and its seal are called, which body it
//! is (Art. 22 or 23), its wording, a local limit where that is stricter, which papers it issues.
//!
//! A profile from outside is read by [`Profile::parse`], wholly or not at all (`profile_text.rs`).
//!
//! Deliberately absent: anything that could refuse a visit. What a profile asks for beyond the law is a warning.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clock::{Clock, ClockCode, Limit};
use crate::outcome::Paper;
use crate::people::PersonRole;
use crate::table::TableError;
use crate::words::words;
use crate::{Code, Problem, Severity, Visit};

words! {
    /// Which body of the 条例 the office is.
    BodyKind, "body_kinds":
    /// One of the "其他机关、单位" of Art. 23, such as a street: it tells the visitor.
    StreetDesk = "street_desk",
    /// A 信访 department of Art. 22, such as the district's centre where the 信访办 runs it: it forwards.
    DistrictCentre = "district_centre",
}

/// One region's settings, complete: what its file leaves out is already taken from the one it extends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Profile {
    /// The word by which it is asked for.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The edition.
    pub version: String,
    /// From which rules it was made.
    pub source: String,
    /// Since when it is so.
    #[ts(type = "string")]
    pub effective: NaiveDate,
    /// Which body of the 条例 the office is.
    pub body: BodyKind,
    /// The office as it signs, and its seal.
    pub office: Office,
    /// Titles of people at the desk, by role.
    pub titles: BTreeMap<String, String>,
    /// Sentences of papers that a region words in its own way, by key. The keys are those of the national profile.
    pub wording: BTreeMap<String, String>,
    /// When and where people are received, and how they ask later (Art. 18).
    pub reception: Reception,
    /// Fields of the visit that this region asks for beyond the law. Their absence is warned of, never refused.
    pub expected: Vec<String>,
    /// Local limits that are stricter than the law's.
    pub limits: BTreeMap<ClockCode, Limit>,
    /// Whether a last day on a day off moves to the next working day (民法典 203).
    pub roll_forward: bool,
    /// From this head-count a visit is a collective one (集体访), which chooses representatives (Art. 20(3)).
    pub collective_from: u32,
    /// How many representatives a common matter has at most, by the number of people (Art. 20(3)).
    pub representatives: Vec<RepresentativesRow>,
    /// The papers that this office may issue.
    pub papers: Vec<Paper>,
    /// 代字 of each numbered paper, which begins its number. `{centre_short}` stands for the centre's own short name.
    pub code_words: BTreeMap<Paper, String>,
    /// For how many years what was told is kept at the desk after the last word about a matter.
    pub retention_years: u32,
    /// Whether a notice handed over at the desk is signed for on a 送达回证 of its own instead of on the kept copy.
    pub service_record: bool,
}

/// The office as papers name it. `{centre}` stands for the desk's own centre, so that one profile serves all streets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Office {
    /// Its name under a notice.
    pub name: String,
    /// The name on its seal.
    pub seal: String,
}

/// What is public about the reception (Art. 18).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct Reception {
    /// Where.
    pub place: String,
    /// When.
    pub hours: String,
    /// How the state of a matter and its result are asked for.
    pub query: String,
}

/// One row of the table of representatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[ts(export)]
pub struct RepresentativesRow {
    /// Up to so many people; `None` for every number above the rows before.
    pub up_to: Option<u32>,
    /// At most so many representatives: 1 to 5.
    pub most: u32,
}

impl Profile {
    /// PIPL 55 and 56 ask that records of how personal information was handled be kept three years; no office erases the
    /// matters that they are about before that.
    pub const LEAST_RETENTION_YEARS: u32 = 3;
}

/// The law's most (Art. 20(3)).
pub(crate) const MOST_REPRESENTATIVES: u32 = 5;

impl Default for BodyKind {
    /// The one that tells the visitor: the stricter reading where nothing is said.
    fn default() -> Self {
        Self::StreetDesk
    }
}

const NATIONAL_FILE: &str = include_str!("../../../assets/profiles/national.toml");

/// The other profiles that came with the program: file name and text.
const REGIONS: &[(&str, &str)] = &[
    ("tianjin-dongli-street.toml", include_str!("../../../assets/profiles/tianjin-dongli-street.toml")),
    ("tianjin-dongli-district.toml", include_str!("../../../assets/profiles/tianjin-dongli-district.toml")),
    ("zhejiang.toml", include_str!("../../../assets/profiles/zhejiang.toml")),
];

/// Names that are also used for a built-in profile, on the command line above all.
const ALIASES: &[(&str, &str)] = &[("tianjin-dongli", "tianjin-dongli-street")];

/// Which profile a new desk begins with, by the beginning of its centre's code; the first that fits.
const REGION_OF: &[(&str, &str)] =
    &[("120110000", "tianjin-dongli-district"), ("120110", "tianjin-dongli-street"), ("33", "zhejiang")];

static NATIONAL: LazyLock<Profile> = LazyLock::new(|| {
    // The built-in profiles are part of the program and read by a test: none can fail at a desk.
    Profile::parse_over("national.toml", NATIONAL_FILE, None).unwrap_or_default()
});

static BUILT_IN: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let national = |id: &str| (id == NATIONAL.id).then(|| &*NATIONAL);
    let regions = REGIONS.iter().filter_map(|(name, text)| Profile::parse_over(name, text, Some(&national)).ok());
    std::iter::once(NATIONAL.clone()).chain(regions).collect()
});

impl Profile {
    /// The law as it stands, without any local rule.
    pub fn national() -> &'static Self {
        &NATIONAL
    }

    /// A profile that came with the program, by its id or by another name in use: `tianjin-dongli` is the street desk.
    pub fn built_in(id: &str) -> Option<&'static Self> {
        let id = ALIASES.iter().find(|(alias, _)| *alias == id).map_or(id, |(_, id)| id);
        BUILT_IN.iter().find(|profile| profile.id == id)
    }

    /// The profile of a centre's region, by its code; the national one where none is nearer.
    pub fn for_centre(code: &str) -> &'static Self {
        let found = REGION_OF.iter().find(|(prefix, _)| code.starts_with(prefix));
        found.and_then(|(_, id)| Self::built_in(id)).unwrap_or_else(|| Self::national())
    }

    /// Every profile that came with the program.
    pub fn all_built_in() -> &'static [Self] {
        &BUILT_IN
    }

    /// Reads a profile from TOML. `name` is only for the error. What the file leaves out comes from the built-in profile
    /// that it `extends`.
    ///
    /// # Errors
    /// With file, line and reason: TOML that cannot be read; an unknown key, clock, paper, field or wording; a value of
    /// the wrong type; a limit laxer than the law's or one of a visitor's right; more than five representatives; a paper
    /// left out that the law asks for; an unknown profile to extend. The caller keeps the profile it had.
    pub fn parse(name: &str, text: &str) -> Result<Self, TableError> {
        Self::parse_over(name, text, Some(&|id| Self::built_in(id)))
    }

    /// The limit of a clock here: the local one where there is one, else the law's.
    pub fn limit(&self, code: ClockCode) -> Limit {
        self.limits.get(&code).cloned().unwrap_or_else(|| Clock::of(code).law())
    }

    /// Whether this office may issue a paper.
    pub fn may_issue(&self, paper: Paper) -> bool {
        self.papers.contains(&paper)
    }

    /// How many representatives so many people may choose (Art. 20(3)): at most 5.
    pub fn max_representatives(&self, headcount: u32) -> u32 {
        let fits = |row: &&RepresentativesRow| row.up_to.is_none_or(|up_to| headcount <= up_to);
        self.representatives.iter().find(fits).map_or(MOST_REPRESENTATIVES, |row| row.most)
    }

    /// The office's name under a notice, for a desk of this centre.
    pub fn office_name(&self, centre: &str) -> String {
        self.office.name.replace("{centre}", centre)
    }

    /// The name on the seal, for a desk of this centre.
    pub fn seal_name(&self, centre: &str) -> String {
        self.office.seal.replace("{centre}", centre)
    }

    /// 代字 of a numbered paper, for a desk of this centre. Of a paper without a number it is the paper's word, which is
    /// printed nowhere and names its series.
    pub fn code_word(&self, paper: Paper, centre: &str) -> String {
        match self.code_words.get(&paper) {
            Some(word) if paper.is_numbered() => word.replace("{centre_short}", short_name(centre)),
            _ => paper.word().to_owned(),
        }
    }

    /// A sentence of papers by its key; empty for a key that no profile has.
    pub fn says(&self, key: &str) -> &str {
        self.wording.get(key).map_or("", String::as_str)
    }

    /// What this region asks of a visit beyond [`crate::check()`]. Warnings only: nobody is turned away by the form.
    ///
    /// 不愿提供 is an answer.
    pub fn check(&self, visit: &Visit) -> Vec<Problem> {
        let warn = |field: &str, code| Problem { field: field.to_owned(), code, severity: Severity::Warning };
        let record = serde_json::to_value(visit).unwrap_or_default();
        let mut problems: Vec<Problem> = self
            .expected
            .iter()
            .filter(|field| record.get(field.as_str()).is_none_or(unanswered))
            .map(|field| warn(field, Code::LocalExtraMissing))
            .collect();
        let chosen = u32::try_from(visit.people_as(PersonRole::Representative).count()).unwrap_or(u32::MAX);
        // Art. 20(3) is about matters brought in person: a letter of thirty names is one letter.
        if visit.way.in_person() && visit.headcount >= self.collective_from && chosen == 0 {
            problems.push(warn("people", Code::RepresentativesMissing));
        }
        // Past five the law itself is broken, and `check` has said so.
        if chosen > self.max_representatives(visit.headcount) && chosen <= MOST_REPRESENTATIVES {
            problems.push(warn("people", Code::LocalRepresentativesTooMany));
        }
        problems
    }
}

/// What a street is called for short: 军粮城 of 天津市东丽区军粮城街道矛调中心. Empty for a centre that is named in another way.
fn short_name(centre: &str) -> &str {
    let Some((place, _)) = ["街道", "镇", "乡"].iter().find_map(|kind| centre.split_once(kind)) else { return "" };
    place.rsplit(['省', '市', '区', '县', '旗']).next().unwrap_or(place)
}

/// Whether a field of the record holds no answer: nothing, a blank, or 不详.
fn unanswered(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty() || text == "unknown",
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.get("stated").is_some_and(unanswered),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
