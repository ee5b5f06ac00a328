//! The wording of a paper, as it stands in `assets/paper/<paper>.toml` or in a file of the district's own: a title and
//! the parts below it, with `{placeholders}` for what is filled in.
//!
//! Deliberately absent: any layout (`assets/paper/*.typ`), and any value of a matter.

use intake_model::{Paper, Profile, TableError};
use serde::Deserialize;

use crate::values::{self, LISTS, NAMES};

/// The wording of one paper.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaperText {
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) style: Style,
    /// The copy that stays with the office, with the receiver's signature.
    #[serde(default)]
    pub(crate) kept: Kept,
    #[serde(default)]
    pub(crate) closing: Closing,
    pub(crate) body: Vec<Part>,
}

/// How a paper is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Style {
    /// As an official letter: large, two characters' indent.
    #[default]
    Letter,
    /// As a sheet of boxes: smaller.
    Form,
}

/// Whether a second copy stays with the office.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kept {
    /// None does.
    #[default]
    Never,
    /// Where the receiver signs on it instead of on a 送达回证.
    Signed,
    /// In any case: two copies.
    Always,
}

/// What stands at the foot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Closing {
    /// The office, the date and the place of the seal.
    #[default]
    Seal,
    /// Nothing.
    None,
}

/// One part of a paper: exactly one of its kinds, and when it is there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Part {
    /// Only where this placeholder, list or flag says something.
    pub(crate) when: Option<String>,
    /// Only where it does not.
    pub(crate) unless: Option<String>,
    /// A line flush left, such as the addressee.
    pub(crate) line: Option<String>,
    /// A paragraph.
    pub(crate) text: Option<String>,
    /// A small heading.
    pub(crate) heading: Option<String>,
    /// A remark in smaller type.
    pub(crate) note: Option<String>,
    /// The entries of a list, numbered.
    pub(crate) items: Option<String>,
    /// Boxes to tick; one is ticked where the record says the same.
    pub(crate) checks: Option<Vec<String>>,
    /// The boxes of the grounds of a guidance sheet.
    pub(crate) grounds: Option<bool>,
    /// Rows of label, value, label, value …
    pub(crate) rows: Option<Vec<Row>>,
    /// A list as a table, under these headings.
    pub(crate) list: Option<String>,
    /// Its headings.
    pub(crate) head: Vec<String>,
    /// Widths of the columns in millimetres; 0 shares what is left.
    pub(crate) widths: Vec<f64>,
    /// Lines to sign on.
    pub(crate) sign: Option<Vec<String>>,
}

/// One row of boxes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) cells: Vec<String>,
    /// At least so high, in millimetres.
    #[serde(default)]
    pub(crate) tall: f64,
    /// Only where this placeholder, list or flag says something.
    #[serde(default)]
    pub(crate) when: Option<String>,
}

/// The papers that come with the program. The slip has words of its own.
const BUILT_IN: [(Paper, &str); 18] = [
    (Paper::RegistrationForm, include_str!("../../../assets/paper/registration_form.toml")),
    (Paper::AcceptanceNotice, include_str!("../../../assets/paper/acceptance_notice.toml")),
    (Paper::ForwardingNotice, include_str!("../../../assets/paper/forwarding_notice.toml")),
    (Paper::GuidanceSheet, include_str!("../../../assets/paper/guidance_sheet.toml")),
    (Paper::NotAcceptedNotice, include_str!("../../../assets/paper/not_accepted_notice.toml")),
    (Paper::NoLongerAcceptedNotice, include_str!("../../../assets/paper/no_longer_accepted_notice.toml")),
    (Paper::ExtensionNotice, include_str!("../../../assets/paper/extension_notice.toml")),
    (Paper::UrgentReport, include_str!("../../../assets/paper/urgent_report.toml")),
    (Paper::MediationRights, include_str!("../../../assets/paper/mediation_rights.toml")),
    (Paper::PrivacyNotice, include_str!("../../../assets/paper/privacy_notice.toml")),
    (Paper::InternalAssignment, include_str!("../../../assets/paper/internal_assignment.toml")),
    (Paper::SupplementNotice, include_str!("../../../assets/paper/supplement_notice.toml")),
    (Paper::ServiceRecord, include_str!("../../../assets/paper/service_record.toml")),
    (Paper::MediationApplication, include_str!("../../../assets/paper/mediation_application.toml")),
    (Paper::MediationRegister, include_str!("../../../assets/paper/mediation_register.toml")),
    (Paper::Authorisation, include_str!("../../../assets/paper/authorisation.toml")),
    (Paper::ClosingSheet, include_str!("../../../assets/paper/closing_sheet.toml")),
    (Paper::DayReport, include_str!("../../../assets/paper/day_report.toml")),
];

/// The papers that come with the program, each under its word.
pub(crate) fn built_in() -> Result<Vec<(&'static str, PaperText)>, TableError> {
    BUILT_IN.iter().map(|(paper, text)| Ok((paper.word(), PaperText::parse(paper.word(), text)?))).collect()
}

impl PaperText {
    /// Reads one. `name` is only for the error.
    ///
    /// # Errors
    /// With file, line and reason: TOML that cannot be read, an unknown key, a part of no kind or of two, a placeholder, a
    /// list or a flag that does not exist, rows of no cells.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, TableError> {
        let paper: Self = toml::from_str(text).map_err(|error| TableError::toml(name, text, &error))?;
        let near = |found: &str, reason: String| Err(TableError::near(name, text, found, reason));
        if paper.title.trim().is_empty() {
            return near("title", "the title is blank".to_owned());
        }
        for sentence in paper.sentences() {
            if let Some(unknown) = placeholders(sentence).find(|key| !is_known(key)) {
                return near(&format!("{{{unknown}}}"), format!("there is no placeholder {{{unknown}}}"));
            }
        }
        for part in &paper.body {
            if let Err(wrong) = part.check() {
                return near(wrong.near, wrong.reason);
            }
        }
        Ok(paper)
    }

    fn sentences(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.title).chain(self.body.iter().flat_map(Part::sentences))
    }
}

/// What is wrong with a part, and by what its line is found.
struct Wrong<'p> {
    near: &'p str,
    reason: String,
}

impl Part {
    fn sentences(&self) -> impl Iterator<Item = &String> {
        let single = [&self.line, &self.text, &self.heading, &self.note].into_iter().flatten();
        let many = self.checks.iter().chain(&self.sign).flatten();
        let rows = self.rows.iter().flatten().flat_map(|row| &row.cells);
        single.chain(many).chain(rows).chain(&self.head)
    }

    fn check(&self) -> Result<(), Wrong<'_>> {
        let kinds = [
            self.line.is_some(),
            self.text.is_some(),
            self.heading.is_some(),
            self.note.is_some(),
            self.items.is_some(),
            self.checks.is_some(),
            self.grounds.is_some(),
            self.rows.is_some(),
            self.list.is_some(),
            self.sign.is_some(),
        ];
        let kinds = kinds.into_iter().filter(|there| *there).count();
        if kinds != 1 {
            let near = self.sentences().next().map_or("[[body]]", String::as_str);
            return Err(Wrong { near, reason: format!("a part under [[body]] is of one kind, not of {kinds}") });
        }
        let of_rows = self.rows.iter().flatten().filter_map(|row| row.when.as_ref());
        for condition in [&self.when, &self.unless].into_iter().flatten().chain(of_rows) {
            if !values::is_condition(condition) {
                return Err(Wrong { near: condition, reason: format!("nothing is called {condition}") });
            }
        }
        for list in [&self.items, &self.list].into_iter().flatten() {
            if !LISTS.contains(&list.as_str()) {
                return Err(Wrong { near: list, reason: format!("there is no list {list}") });
            }
        }
        if self.rows.iter().flatten().any(|row| row.cells.is_empty()) {
            return Err(Wrong { near: "rows", reason: "a row has at least one cell".to_owned() });
        }
        Ok(())
    }
}

fn is_known(key: &str) -> bool {
    NAMES.contains(&key) || Profile::national().wording.contains_key(key)
}

/// The keys in a sentence, in order.
pub(crate) fn placeholders(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(key, _)| key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paper_but_the_slip_is_worded() {
        let worded: Vec<&str> = built_in().unwrap().into_iter().map(|(word, _)| word).collect();
        for paper in Paper::ALL {
            assert_eq!(worded.contains(&paper.word()), *paper != Paper::Slip, "{}", paper.word());
        }
    }

    #[test]
    fn a_sentence_of_the_region_uses_only_placeholders_that_there_are() {
        for profile in Profile::all_built_in() {
            for sentence in profile.wording.values() {
                assert!(placeholders(sentence).all(|key| NAMES.contains(&key)), "{sentence}");
            }
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let check = |text: &str, line: usize, reason: &str| {
            let error = PaperText::parse("own.toml", text).unwrap_err();
            assert_eq!((error.line, error.reason.contains(reason)), (line, true), "{error}");
        };
        check("title = \"通知\"\nbody = [\n", 2, "");
        check("title = \"通知\"\ncolour = 1\nbody = []\n", 2, "unknown field");
        check("title = \"通知\"\n\n[[body]]\ntext = \"{nmae}：\"\n", 4, "no placeholder {nmae}");
        check("title = \"通知\"\n[[body]]\ntext = \"您好\"\nnote = \"注\"\n", 3, "of one kind");
        check("title = \"通知\"\n[[body]]\nwhen = \"rain\"\ntext = \"您好\"\n", 3, "nothing is called rain");
        check("title = \"通知\"\n[[body]]\nitems = \"wishes\"\n", 3, "no list wishes");
        check("title = \" \"\nbody = []\n", 1, "blank");
    }
}
