//! A table of the district's, in its journal for each desk.

use intake_model::TableHeading;
use serde::{Deserialize, Serialize};

/// Open part of `table_published`; the personal part is `{}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePublished {
    /// Which version of which table, and since when it is so.
    #[serde(flatten)]
    pub heading: TableHeading,
    /// The table as it was written, JSON or TOML.
    pub content: String,
}

impl TablePublished {
    /// A name for it in a complaint.
    pub fn file(&self) -> String {
        let end = if self.heading.kind == intake_model::TableKind::Profile { "toml" } else { "json" };
        format!("{}.{}.{end}", self.heading.name, self.heading.version)
    }
}
