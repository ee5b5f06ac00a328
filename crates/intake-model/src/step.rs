//! The centre's own steps with a matter after its registration: accepted, handed to a section, replied, closed; or objected to.
//!
//! A step is written down once and never changed; a wrong one is taken back with its reason and stays readable.
//! Deliberately absent: which step fits, and what it does to the clocks. That is [`crate::Course`].

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Code;
use crate::check::text_fault;
use crate::words::words;

words! {
    /// What the centre does with a matter.
    StepKind, "steps":
    /// 受理: taken on as a 31(6) matter; its 60 days begin (Art. 34).
    Accepted = "accepted",
    /// 交承办: handed to a section of the office, or to one of its people.
    HandedOver = "handed_over",
    /// 答复: the visitor was answered.
    Replied = "replied",
    /// 办结: nothing more is to be done at this office.
    Closed = "closed",
    /// 提出异议: what was forwarded to this centre is not its own; said with the reason to who forwarded it (Art. 23(3)).
    Objected = "objected",
}

words! {
    /// The ways in which a visitor is answered.
    ReplyWay, "reply_ways":
    /// 书面: in writing, as Art. 35 counts from.
    Written = "written",
    /// 当面: told face to face.
    Spoken = "spoken",
    /// 电话.
    Phone = "phone",
    /// 网上: by message, through the platform it came from.
    Online = "online",
}

words! {
    /// How a matter ended.
    Ending, "endings":
    /// 已答复.
    Answered = "answered",
    /// 调解成功: both agreed (人民调解法 28).
    Agreement = "agreement",
    /// 调解不成: mediation ended, other doors were told (人民调解法 26).
    NoAgreement = "no_agreement",
    /// 已转送、交办.
    Forwarded = "forwarded",
    /// 已引导.
    Guided = "guided",
    /// 来访人撤回: the visitor took it back.
    Withdrawn = "withdrawn",
    /// 不予受理、不再受理, as a superior decided (Art. 19(3), 36(3)).
    NotAccepted = "not_accepted",
    /// 其他, told in the remark.
    Other = "other",
}

/// A field of a [`StepTaken`], by its name.
pub type StepField = &'static str;

impl StepKind {
    /// The fields that it has a place for, in the order of the form. The day is every step's.
    pub const fn fields(self) -> &'static [StepField] {
        match self {
            Self::Accepted | Self::Objected => &["on", "note"],
            Self::HandedOver => &["on", "section", "person", "due", "note"],
            Self::Replied => &["on", "way", "answer", "by", "received_on"],
            Self::Closed => &["on", "ending", "note"],
        }
    }
}

/// What a clerk writes down of a step. Only the fields of its kind hold something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(default)]
#[ts(export)]
pub struct StepTaken {
    /// The day on which it was done, at +08:00.
    #[ts(type = "string")]
    pub on: NaiveDate,
    /// The section that handles it.
    pub section: String,
    /// Who of the section does.
    pub person: String,
    /// By when the section is to answer the centre.
    #[ts(type = "string | null")]
    pub due: Option<NaiveDate>,
    /// How the visitor was answered.
    pub way: Option<ReplyWay>,
    /// What was answered.
    pub answer: String,
    /// Who answered, the office where nobody is named.
    pub by: String,
    /// The day on which the visitor received it, as far as it is known: C6 counts from it (Art. 35).
    #[ts(type = "string | null")]
    pub received_on: Option<NaiveDate>,
    /// How the matter ended.
    pub ending: Option<Ending>,
    /// What is to be noted besides.
    pub note: String,
}

impl StepTaken {
    /// The same as it is kept: only what the kind has a place for, outer white space gone.
    #[must_use]
    pub fn kept(self, kind: StepKind) -> Self {
        let has = |field| kind.fields().contains(&field);
        let text = |field, text: String| if has(field) { text.trim().to_owned() } else { String::new() };
        Self {
            on: self.on,
            section: text("section", self.section),
            person: text("person", self.person),
            due: self.due.filter(|_| has("due")),
            way: self.way.filter(|_| has("way")),
            answer: text("answer", self.answer),
            by: text("by", self.by),
            received_on: self.received_on.filter(|_| has("received_on")),
            ending: self.ending.filter(|_| has("ending")),
            note: text("note", self.note),
        }
    }

    /// The first field that keeps it from being written down, and why. `received` is the day on which the matter reached
    /// the office, `today` that of writing.
    ///
    /// # Errors
    /// The field's name with [`Code::StepIncomplete`], [`Code::StepDayImpossible`] or what a text that cannot be kept gives.
    pub fn check(&self, kind: StepKind, received: NaiveDate, today: NaiveDate) -> Result<(), (StepField, Code)> {
        let texts = [
            ("section", &self.section),
            ("person", &self.person),
            ("answer", &self.answer),
            ("by", &self.by),
            ("note", &self.note),
        ];
        if let Some((field, code)) = texts.into_iter().find_map(|(field, text)| Some((field, text_fault(text)?))) {
            return Err((field, code));
        }
        let missing = match kind {
            StepKind::HandedOver if self.section.is_empty() => Some("section"),
            StepKind::Replied if self.way.is_none() => Some("way"),
            StepKind::Replied if self.answer.is_empty() => Some("answer"),
            StepKind::Closed if self.ending.is_none() => Some("ending"),
            // The one ending that tells nothing by itself.
            StepKind::Closed if self.ending == Some(Ending::Other) && self.note.is_empty() => Some("note"),
            // The law asks for the reason.
            StepKind::Objected if self.note.is_empty() => Some("note"),
            _ => None,
        };
        if let Some(field) = missing {
            return Err((field, Code::StepIncomplete));
        }
        let wrong = if self.on < received || self.on > today {
            Some("on")
        } else if self.due.is_some_and(|due| due < self.on) {
            Some("due")
        } else if self.received_on.is_some_and(|day| day < self.on || day > today) {
            Some("received_on")
        } else {
            None
        };
        wrong.map_or(Ok(()), |field| Err((field, Code::StepDayImpossible)))
    }

    /// What of it the clocks are counted by.
    pub fn fact(&self, kind: StepKind) -> StepFact {
        let Self { on, due, way, received_on, ending, .. } = *self;
        StepFact { kind, on, due, way, received_on, ending }
    }
}

/// What of a step stands in the open and the clocks are counted by: days and words of a list, nothing that a person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepFact {
    /// Which step.
    pub kind: StepKind,
    /// When it was done.
    pub on: NaiveDate,
    /// By when the section is to answer.
    pub due: Option<NaiveDate>,
    /// How the visitor was answered.
    pub way: Option<ReplyWay>,
    /// When they received it.
    pub received_on: Option<NaiveDate>,
    /// How the matter ended.
    pub ending: Option<Ending>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn said(kind: StepKind, step: &StepTaken) -> Result<(), (StepField, Code)> {
        step.check(kind, day("2026-11-24"), day("2026-11-30"))
    }

    fn on(text: &str) -> StepTaken {
        StepTaken { on: day(text), ..StepTaken::default() }
    }

    #[test]
    fn a_step_lies_between_the_day_the_matter_came_and_today() {
        for (text, expect) in [("2026-11-23", false), ("2026-11-24", true), ("2026-11-30", true), ("2026-12-01", false)]
        {
            let told = said(StepKind::Accepted, &on(text));
            assert_eq!(told, if expect { Ok(()) } else { Err(("on", Code::StepDayImpossible)) }, "{text}");
        }
    }

    #[test]
    fn each_kind_asks_for_what_it_cannot_do_without() {
        let base = on("2026-11-25");
        let cases = [
            (StepKind::HandedOver, base.clone(), "section"),
            (StepKind::Replied, base.clone(), "way"),
            (StepKind::Replied, StepTaken { way: Some(ReplyWay::Written), ..base.clone() }, "answer"),
            (StepKind::Closed, base.clone(), "ending"),
            (StepKind::Closed, StepTaken { ending: Some(Ending::Other), ..base.clone() }, "note"),
        ];
        for (kind, step, field) in cases {
            assert_eq!(said(kind, &step), Err((field, Code::StepIncomplete)), "{kind:?}");
        }
        let whole = StepTaken { ending: Some(Ending::Other), note: "并入另一件办理".into(), ..base };
        assert_eq!(said(StepKind::Closed, &whole), Ok(()));
    }

    #[test]
    fn a_section_is_not_to_answer_before_it_has_the_matter_and_a_reply_not_received_before_it_was_given() {
        let handed = StepTaken { section: "综治办".into(), due: Some(day("2026-11-24")), ..on("2026-11-25") };
        assert_eq!(said(StepKind::HandedOver, &handed), Err(("due", Code::StepDayImpossible)));
        let later = StepTaken { due: Some(day("2027-01-05")), ..handed };
        assert_eq!(said(StepKind::HandedOver, &later), Ok(()));
        let reply =
            StepTaken {
                way: Some(ReplyWay::Written), answer: "已责令恢复原收费标准。".into(), ..on("2026-11-25")
            };
        for (text, expect) in [("2026-11-24", false), ("2026-11-25", true), ("2026-12-01", false)] {
            let told = said(StepKind::Replied, &StepTaken { received_on: Some(day(text)), ..reply.clone() });
            assert_eq!(told, if expect { Ok(()) } else { Err(("received_on", Code::StepDayImpossible)) }, "{text}");
        }
    }

    #[test]
    fn only_what_the_kind_has_a_place_for_is_kept() {
        let all = StepTaken {
            on: day("2026-11-25"),
            section: " 综治办 ".into(),
            person: "李强".into(),
            due: Some(day("2026-12-05")),
            way: Some(ReplyWay::Phone),
            answer: "已答".into(),
            by: "王芳".into(),
            received_on: Some(day("2026-11-25")),
            ending: Some(Ending::Answered),
            note: "急".into(),
        };
        for kind in StepKind::ALL {
            let kept = serde_json::to_value(all.clone().kept(*kind)).unwrap();
            for (field, value) in kept.as_object().unwrap() {
                let empty = value.is_null() || value == "";
                assert_eq!(empty, !kind.fields().contains(&field.as_str()), "{kind:?} {field}");
            }
        }
        assert_eq!(all.kept(StepKind::HandedOver).section, "综治办");
    }
}
