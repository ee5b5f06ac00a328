//! The wording of the slip, as it stands in `assets/paper/slip.zh.json`.

use serde::Deserialize;

use crate::Result;

/// Every sentence on the slip. `{name}` marks the place of a value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) practice: String,
    pub(crate) copy: String,
    pub(crate) copy_at: String,
    pub(crate) version: String,
    pub(crate) day: String,
    pub(crate) day_caption: String,
    pub(crate) day_caption_forwards: String,
    /// From Monday.
    pub(crate) weekdays: [String; 7],
    pub(crate) fact_name: String,
    pub(crate) fact_address: String,
    pub(crate) fact_title: String,
    pub(crate) fact_seat: String,
    pub(crate) fact_name_or_address: String,
    pub(crate) day_unknown: String,
    pub(crate) day_declined: String,
    pub(crate) day_suspended_caption: String,
    pub(crate) window: String,
    pub(crate) window_caption: String,
    pub(crate) phone_caption: String,
    pub(crate) number_label: String,
    pub(crate) time_label: String,
    pub(crate) time_later: String,
    pub(crate) name_label: String,
    pub(crate) name: String,
    pub(crate) materials_label: String,
    pub(crate) materials: String,
    pub(crate) materials_none: String,
    pub(crate) clerk_label: String,
    pub(crate) matter_label: String,
    pub(crate) outcome_label: String,
    pub(crate) outcome: String,
    pub(crate) outcome_forwards: String,
    pub(crate) outcome_unknown: String,
    pub(crate) outcome_declined: String,
    pub(crate) query_label: String,
    pub(crate) query_keep: String,
    pub(crate) query_how: String,
    pub(crate) rate_how: String,
    pub(crate) address_label: String,
    pub(crate) phone_label: String,
    pub(crate) keep: String,
    pub(crate) seal: String,
    pub(crate) page: String,
}

impl Words {
    /// The wording that comes with the program.
    pub(crate) fn load() -> Result<Self> {
        Ok(serde_json::from_str(include_str!("../../../assets/paper/slip.zh.json"))?)
    }
}

/// A sentence with its values in place. Done in one pass, so that a value that looks like `{due}` stays as it was said.
pub(crate) fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(sentence.len() + 32);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after
            .split_once('}')
            .and_then(|(key, tail)| values.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value, tail)));
        if let Some((value, tail)) = value {
            filled.push_str(value);
            rest = tail;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wording_that_comes_with_the_program_can_be_read() {
        Words::load().unwrap();
    }

    #[test]
    fn a_value_that_looks_like_a_place_for_a_value_stays_as_it_was_said() {
        let check = |sentence, expect| assert_eq!(fill(sentence, &[("name", "{due}"), ("due", "x")]), expect);
        check("{name}最迟{due}", "{due}最迟x");
        check("{other}{name", "{other}{name");
        check("{{name}}", "{{due}}");
    }
}
