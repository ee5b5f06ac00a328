//! Which column of a ledger is what, and which of its words stand for which code: a TOML file beside the ledger.

use std::collections::BTreeMap;

use intake_model::{Catalogue, Class, Filed, Outcome, TableError, TableId};
use serde::Deserialize;

/// A ledger's map. `tests/fixtures/ledger/map.toml` is a whole one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// The ledger's own word: with the row's number it says which rows were taken before. Never changed for one ledger.
    pub id: String,
    /// The sheet's name; the first sheet where it is left out.
    #[serde(default)]
    pub sheet: Option<String>,
    /// A heading by which the header row is found: what stands above it are titles.
    pub header: String,
    /// The year of dates that name none.
    #[serde(default)]
    pub year: Option<i32>,
    columns: BTreeMap<Field, String>,
    /// The ledger's categories, as codes of the content categories in `content_edition`.
    #[serde(default)]
    content: BTreeMap<String, String>,
    #[serde(default = "first_edition")]
    content_edition: u32,
    /// The ledger's categories, as codes of the dispute types.
    #[serde(default)]
    dispute: BTreeMap<String, String>,
    /// The ledger's categories, as classes.
    #[serde(default)]
    pub(super) class: BTreeMap<String, Class>,
    /// Beginnings of the ledger's outcomes, as outcomes.
    #[serde(default)]
    outcome: BTreeMap<String, Outcome>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
    Number,
    Received,
    Name,
    Identity,
    Phone,
    Address,
    Headcount,
    Demand,
    Content,
    ComplainedOf,
    Outcome,
    Clerk,
}

/// The one edition of the dispute types there is.
const DISPUTE_EDITION: u32 = 1;

const fn first_edition() -> u32 {
    1
}

impl Map {
    /// Reads a map. `name` is only for the error.
    ///
    /// # Errors
    /// With file, line and reason: TOML that cannot be read, an unknown key, a code that its table does not have, no
    /// column for what was said.
    pub fn parse(name: &str, text: &str) -> Result<Self, TableError> {
        let at = |byte: usize, reason: String| {
            let line = text.bytes().take(byte).filter(|one| *one == b'\n').count() + 1;
            TableError { file: name.to_owned(), line, reason }
        };
        let map: Self = toml::from_str(text)
            .map_err(|error| at(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        if !map.columns.contains_key(&Field::Demand) {
            return Err(at(0, "columns has no `demand`: what was said must stand somewhere".into()));
        }
        if map.id.trim().is_empty() {
            return Err(at(0, "id is empty: by it a ledger is taken only once".into()));
        }
        for (table, edition, codes) in [
            (TableId::ContentCategory, map.content_edition, &map.content),
            (TableId::DisputeType, DISPUTE_EDITION, &map.dispute),
        ] {
            let Some(known) = Catalogue::known().edition(table, edition) else {
                return Err(at(0, format!("{} has no edition {edition}", table.as_str())));
            };
            if let Some(code) = codes.values().find(|code| known.entry(code).is_none()) {
                let byte = text.find(&format!("\"{code}\"")).unwrap_or_default();
                return Err(at(byte, format!("{} has no code {code}", table.as_str())));
            }
        }
        Ok(map)
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = (Field, &str)> {
        self.columns.iter().map(|(field, heading)| (*field, heading.as_str()))
    }

    pub(super) fn content(&self, category: &str) -> Option<Filed> {
        self.content.get(category).map(|code| Filed { edition: self.content_edition, code: code.clone() })
    }

    pub(super) fn dispute(&self, category: &str) -> Option<Filed> {
        self.dispute.get(category).map(|code| Filed { edition: DISPUTE_EDITION, code: code.clone() })
    }

    /// The outcome whose words begin the ledger's; of several the longest.
    pub(super) fn outcome(&self, text: &str) -> Option<Outcome> {
        let fitting = self.outcome.iter().filter(|(words, _)| text.starts_with(words.as_str()));
        fitting.max_by_key(|(words, _)| words.len()).map(|(_, outcome)| *outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "id = \"x\"\nheader = \"序号\"\n[columns]\ndemand = \"反映问题\"\n";

    #[test]
    fn a_map_with_a_mistake_is_refused_with_its_line() {
        assert!(Map::parse("m.toml", SMALL).is_ok());
        let refused = |more: &str| Map::parse("m.toml", &format!("{SMALL}{more}")).unwrap_err();
        assert_eq!(refused("colour = \"红\"\n").line, 5);
        let code = refused("[dispute]\n\"邻里\" = \"02\"\n\"天气\" = \"77\"\n");
        assert_eq!((code.line, code.reason.as_str()), (7, "dispute_type has no code 77"));
        assert!(
            Map::parse("m.toml", "id = \"x\"\nheader = \"序号\"\n[columns]\n").unwrap_err().reason.contains("demand")
        );
    }

    #[test]
    fn the_longest_beginning_tells_the_outcome() {
        let text = format!("{SMALL}[outcome]\n\"受理\" = \"received\"\n\"受理，转人民调解\" = \"mediation\"\n");
        let map = Map::parse("m.toml", &text).unwrap();
        assert_eq!(map.outcome("受理，转人民调解"), Some(Outcome::Mediation));
        assert_eq!(map.outcome("受理"), Some(Outcome::Received));
        assert_eq!(map.outcome("上门调解"), None);
    }
}
