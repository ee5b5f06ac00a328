//! Other doors: bodies and procedures that can do what the desk cannot, each with its own time limit and its source, from
//! `assets/doors.json`. They are printed on a guidance sheet, so that nobody loses a right at our desk.
//!
//! Deliberately absent: the last day at another door. It hangs on facts that the desk does not judge (when somebody came
//! to know, when a paper was served), and other limits may be shorter: the sheet says "go today".

use std::sync::LazyLock;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::table::TableError;
use crate::words::words;

words! {
    /// Why a matter belongs to another door: the check boxes of the guidance sheet.
    Ground, "grounds":
    /// 31(1): litigation, prosecution, police.
    Litigation = "litigation",
    /// 31(2): arbitration.
    Arbitration = "arbitration",
    /// 31(3): appeals within the Party and against sanctions.
    PartyAppeal = "party_appeal",
    /// 31(4): review, ruling, confirmation, permit, penalty.
    Administrative = "administrative",
    /// 31(5): a statutory duty is to be performed.
    StatutoryDuty = "statutory_duty",
    /// Remedies of litigation (Art. 20(2), 28(2)).
    LitigationRights = "litigation_rights",
    /// A denunciation that the discipline organs handle (Art. 30(1)).
    Denunciation = "denunciation",
    /// Another body has the power (Art. 23(1)).
    OtherBody = "other_body",
    /// After a mediation agreement.
    Mediation = "mediation",
}

words! {
    /// What another door's limit counts.
    SpanUnit, "span_units":
    /// Days.
    Days = "days",
    /// Months.
    Months = "months",
    /// Years.
    Years = "years",
}

/// A procedure elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Door {
    /// A stable word for the record.
    pub id: String,
    /// What the procedure is called.
    pub name: String,
    /// Whom to go to.
    pub body: String,
    /// For which grounds it is offered.
    pub grounds: Vec<Ground>,
    /// Its own limits; empty where the law sets none or that body tells it.
    #[serde(default)]
    pub limits: Vec<DoorLimit>,
    /// What else somebody must know before going there. May be empty.
    #[serde(default)]
    pub note: String,
    /// The door that has to be tried before this one in some matters.
    #[serde(default)]
    pub first: Option<String>,
}

/// One time limit at another door. It is that door's law, not the desk's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct DoorLimit {
    /// What has to be done in time.
    pub to: String,
    /// From when, in the law's words: "收到复议决定书之日".
    pub from: String,
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: SpanUnit,
    /// Its source.
    pub article: String,
}

impl DoorLimit {
    /// The line for the sheet.
    pub fn line(&self) -> String {
        format!("{}：自{}起{}{}内（{}）", self.to, self.from, self.count, self.unit.label(), self.article)
    }
}

/// The list of doors, with its edition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Doors {
    /// The edition.
    pub version: String,
    /// From where it was read.
    pub source: String,
    /// Since when it is so.
    pub effective: NaiveDate,
    /// What the sheet says under every list of doors.
    pub caution: String,
    #[serde(rename = "doors")]
    list: Vec<Door>,
}

static BUILT_IN: LazyLock<Doors> = LazyLock::new(|| {
    // The table is part of the program and read by a test below: it cannot fail at a desk.
    Doors::parse("doors.json", include_str!("../../../assets/doors.json")).unwrap_or_default()
});

impl Doors {
    /// The doors that came with the program.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads a list of doors from JSON. `name` is only for the error.
    ///
    /// # Errors
    /// Two doors of one id, a door without ground or body, a limit of nothing or without article, a `first` that is no
    /// door of the list, a blank caution, a ground without any door, an unknown key.
    pub fn parse(name: &str, text: &str) -> Result<Self, TableError> {
        let table: Self = serde_json::from_str(text).map_err(|error| TableError::json(name, &error))?;
        if table.caution.trim().is_empty() {
            return Err(TableError::near(name, text, "\"caution\"", "the caution is blank"));
        }
        for (index, door) in table.list.iter().enumerate() {
            let twice = table.list.iter().take(index).any(|other| other.id == door.id);
            let blank = [&door.id, &door.name, &door.body].iter().any(|text| text.trim().is_empty());
            let empty = |limit: &DoorLimit| limit.count == 0 || limit.article.trim().is_empty();
            let wrong = if twice {
                "two doors have this id"
            } else if blank || door.grounds.is_empty() {
                "a door has an id, a name, a body and a ground"
            } else if door.limits.iter().any(empty) {
                "a limit has a number and an article"
            } else if door.first.as_ref().is_some_and(|first| table.get(first).is_none()) {
                "`first` is no door of this list"
            } else {
                continue;
            };
            return Err(TableError::near(name, text, &format!("\"{}\"", door.id), format!("{}: {wrong}", door.id)));
        }
        if let Some(ground) = Ground::ALL.iter().find(|ground| table.of(**ground).next().is_none()) {
            return Err(TableError::near(name, text, "\"doors\"", format!("no door for the ground {}", ground.word())));
        }
        Ok(table)
    }

    /// A door by its id.
    pub fn get(&self, id: &str) -> Option<&Door> {
        self.list.iter().find(|door| door.id == id)
    }

    /// The doors of a ground, in the order of the list.
    pub fn of(&self, ground: Ground) -> impl Iterator<Item = &Door> {
        self.list.iter().filter(move |door| door.grounds.contains(&ground))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_doors_of_domain_stand_with_their_limits_and_articles() {
        let expect = [
            ("administrative_review", 60, SpanUnit::Days, "《行政复议法》第二十条第一款"),
            ("administrative_litigation", 6, SpanUnit::Months, "《行政诉讼法》第四十六条第一款"),
            ("administrative_litigation", 15, SpanUnit::Days, "《行政诉讼法》第四十五条"),
            ("labour_arbitration", 1, SpanUnit::Years, "《劳动争议调解仲裁法》第二十七条第一款"),
            ("labour_arbitration", 15, SpanUnit::Days, "《劳动争议调解仲裁法》第四十八条、第五十条"),
            ("civil_appeal", 15, SpanUnit::Days, "《民事诉讼法》第一百七十一条第一款"),
            ("judicial_confirmation", 30, SpanUnit::Days, "《人民调解法》第三十三条第一款"),
        ];
        for (id, count, unit, article) in expect {
            let door = Doors::built_in().get(id).unwrap_or_else(|| panic!("no door {id}"));
            let found =
                door.limits.iter().any(|limit| (limit.count, limit.unit) == (count, unit) && limit.article == article);
            assert!(found, "{id}: {count} {unit:?} {article}");
        }
    }

    #[test]
    fn art_23_of_the_review_law_some_matters_need_a_review_before_the_court() {
        let court = Doors::built_in().get("administrative_litigation").unwrap();
        assert_eq!(court.first.as_deref(), Some("administrative_review"));
        assert!(court.note.contains("《行政复议法》第二十三条"), "{}", court.note);
    }

    #[test]
    fn a_limit_reads_as_one_line_of_the_sheet() {
        let review = Doors::built_in().get("administrative_review").unwrap();
        let line = "申请行政复议：自知道或者应当知道该行政行为之日起60日内（《行政复议法》第二十条第一款）";
        assert_eq!(review.limits[0].line(), line);
    }

    #[test]
    fn the_sheet_always_says_to_go_today() {
        assert_eq!(Doors::built_in().caution, "其他期限可能更短，请今天就去问清楚。");
    }

    #[test]
    fn a_list_of_doors_with_a_mistake_is_refused_with_its_line_and_reason() {
        let good = include_str!("../../../assets/doors.json");
        let line_of = |needle: &str| good.lines().position(|line| line.contains(needle)).unwrap() + 1;
        let cases = [
            (
                good.replacen("\"id\": \"civil_action\"", "\"id\": \"civil_appeal\"", 1),
                line_of("\"civil_action\""),
                "two doors have this id",
            ),
            (
                good.replacen("\"count\": 60", "\"count\": 0", 1),
                line_of("\"administrative_review\""),
                "a limit has a number",
            ),
            (
                good.replacen("\"first\": \"administrative_review\"", "\"first\": \"nowhere\"", 1),
                line_of("\"id\": \"administrative_litigation\""),
                "`first` is no door",
            ),
            (good.replacen("\"caution\"", "\"caution2\"", 1), line_of("\"caution\""), "unknown field"),
            (good.replacen("\"litigation\"", "\"litigations\"", 1), line_of("\"litigation\""), "unknown variant"),
        ];
        for (text, line, reason) in cases {
            let error = Doors::parse("d.json", &text).unwrap_err();
            assert!(error.reason.contains(reason), "{error}");
            assert_eq!(error.line, line, "{error}");
        }
    }
}
