//! Small closed sets of the field's words: a Rust enum for the rules, and beside it the Chinese label and the article
//! that people read, from `assets/text/rules.zh.json`.
//!
//! Deliberately absent: what a word means for a rule. That stands with the rule.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What people read about one word.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    /// The field's own term, or for a rule the sentence that explains it.
    pub(crate) label: String,
    /// Where it comes from, by article. Empty where the word needs no source.
    #[serde(default)]
    pub(crate) article: String,
}

type Table = BTreeMap<String, BTreeMap<String, Said>>;

static SAID: LazyLock<Table> = LazyLock::new(|| {
    // The table is part of the program and read by the tests of each set: it cannot fail at a desk.
    serde_json::from_str(include_str!("../../../assets/text/rules.zh.json")).unwrap_or_default()
});

/// What is said about `word` of the set `section`; empty texts where the table has no such word.
pub(crate) fn said(section: &str, word: &str) -> &'static Said {
    static NOTHING: Said = Said { label: String::new(), article: String::new() };
    SAID.get(section).and_then(|words| words.get(word)).unwrap_or(&NOTHING)
}

/// A closed set of words. Each variant is written with the word that stands for it in JSON, TOML and tables.
///
/// With the name of a section its labels and articles are read from that section of the table.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $section:literal: $($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        $crate::words::words! { $(#[$meta])* $name: $($(#[$doc])* $variant = $word,)* }

        impl $name {
            /// What people read, in Chinese.
            pub fn label(self) -> &'static str {
                &$crate::words::said($section, self.word()).label
            }

            /// The article it comes from; empty where none is needed.
            pub fn article(self) -> &'static str {
                &$crate::words::said($section, self.word()).article
            }
        }
    };
    ($(#[$meta:meta])* $name:ident: $($(#[$doc:meta])* $variant:ident = $word:literal,)*) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema, ts_rs::TS,
        )]
        #[ts(export)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every word of the set, in the order of the law or of the desk's day.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in JSON, TOML and tables.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The value that a word stands for; `None` for any other text.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        BodyKind, Class, Competent, DayState, DeliveryWay, Difference, DiscardReason, DistrictAct, Ending, Event, Fit,
        Ground, NumberSource, Outcome, Paper, PersonRole, ReplyWay, ReviewResult, Route, Rule, SpanUnit, Stage,
        StepKind, TableKind, Unit, Way,
    };

    #[test]
    fn every_word_has_a_label_and_the_table_has_no_other() {
        let table: Table = serde_json::from_str(include_str!("../../../assets/text/rules.zh.json")).unwrap();
        let mut seen = Vec::new();
        macro_rules! compare {
            ($($name:ident in $section:literal,)*) => {$(
                let words: Vec<&str> = $name::ALL.iter().map(|one| one.word()).collect();
                for one in $name::ALL {
                    assert!(!one.label().trim().is_empty(), "{} {}", $section, one.word());
                    assert_eq!($name::from_word(one.word()), Some(*one));
                    assert_eq!(serde_json::to_value(one).unwrap(), one.word());
                }
                for word in table[$section].keys() {
                    assert!(words.contains(&word.as_str()), "{} has no {word}", $section);
                }
                seen.push($section);
            )*};
        }
        compare! {
            BodyKind in "body_kinds",
            Class in "classes",
            Competent in "competent",
            Difference in "day_differences",
            DayState in "day_states",
            DeliveryWay in "delivery_ways",
            DiscardReason in "discard_reasons",
            DistrictAct in "district_acts",
            Ending in "endings",
            Event in "events",
            Fit in "fits",
            Ground in "grounds",
            NumberSource in "number_sources",
            Outcome in "outcomes",
            Paper in "papers",
            PersonRole in "person_roles",
            ReplyWay in "reply_ways",
            ReviewResult in "review_results",
            Route in "routes",
            Rule in "rules",
            SpanUnit in "span_units",
            Stage in "stages",
            StepKind in "steps",
            TableKind in "table_kinds",
            Unit in "units",
            Way in "ways",
        }
        assert_eq!(seen, table.keys().map(String::as_str).collect::<Vec<_>>());
    }
}
