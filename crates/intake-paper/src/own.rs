//! A folder of the district's own papers: wording that replaces a paper's or adds one (`*.toml`), layouts that replace ours
//! (`*.typ`), and the words of the slip (`slip.zh.json`). docs/papers.md tells how.
//!
//! A file with a mistake is left out as a whole, told in one sentence with its line, and the one that came with the program
//! is used. Deliberately absent: anything that such a file could do but look different; Typst reads no file of this machine
//! beside the layouts here, and no network.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use intake_model::TableError;
use typst::diag::SourceDiagnostic;
use typst::syntax::{DiagSpanKind, FileId, Source};

use crate::wording::PaperText;
use crate::words::Words;

/// The layouts, by their file names.
pub(crate) const LAYOUTS: [(&str, &str); 7] = [
    ("base.typ", include_str!("../../../assets/paper/base.typ")),
    ("slip.typ", include_str!("../../../assets/paper/slip.typ")),
    ("roll.typ", include_str!("../../../assets/paper/roll.typ")),
    ("notice.typ", include_str!("../../../assets/paper/notice.typ")),
    ("foot.typ", include_str!("../../../assets/paper/foot.typ")),
    ("record.typ", include_str!("../../../assets/paper/record.typ")),
    ("test_page.typ", include_str!("../../../assets/paper/test_page.typ")),
];

/// The words of the slip, by their file name.
const SLIP_WORDS: &str = "slip.zh.json";

/// What a folder holds that can be used, and what cannot.
#[derive(Default)]
pub(crate) struct Own {
    pub(crate) papers: BTreeMap<String, PaperText>,
    pub(crate) layouts: BTreeMap<&'static str, String>,
    pub(crate) slip: Option<Words>,
    pub(crate) mistakes: Vec<TableError>,
}

impl Own {
    /// Reads what lies in the folder itself. A folder that is not there holds nothing.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut own = Self::default();
        let Ok(entries) = fs::read_dir(folder) else { return own };
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        // Mistakes are told in the order in which people see the files.
        files.sort();
        for path in files {
            if let Err(mistake) = own.take(&path) {
                own.mistakes.push(mistake);
            }
        }
        own
    }

    fn take(&mut self, path: &Path) -> Result<(), TableError> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let wrong = |reason: &str| TableError { file: name.to_owned(), line: 1, reason: reason.to_owned() };
        let text = || fs::read_to_string(path).map_err(|_| wrong("it cannot be read as text"));
        if let Some(id) = name.strip_suffix(".toml") {
            if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') || id == "slip" {
                return Err(wrong("a paper's name has only a-z, 0-9 and _, and the slip is worded in slip.zh.json"));
            }
            self.papers.insert(id.to_owned(), PaperText::parse(name, &text()?)?);
        } else if let Some((layout, _)) = LAYOUTS.iter().find(|(layout, _)| *layout == name) {
            self.layouts.insert(layout, text()?);
        } else if name == SLIP_WORDS {
            let words = serde_json::from_str(&text()?).map_err(|error| TableError::json(name, &error))?;
            self.slip = Some(words);
        } else if path.extension().is_some_and(|end| end == "typ") {
            return Err(wrong("there is no layout of this name"));
        }
        Ok(())
    }
}

/// Where and why Typst refused a layout, in the words of the first complaint that points into one of `layouts`.
pub(crate) fn complaint(complaints: &[SourceDiagnostic], layouts: &BTreeMap<&'static str, String>) -> TableError {
    let placed = complaints.iter().find_map(|one| {
        let (name, text) = layouts.iter().find(|(name, _)| one.span.id().is_some_and(|id| file_name(id) == **name))?;
        Some(TableError::at(name, text, start(one, text)?, one.message.as_str()))
    });
    let first = layouts.keys().next().copied().unwrap_or_default();
    let reason = complaints.first().map_or("it cannot be laid out", |one| one.message.as_str());
    placed.unwrap_or_else(|| TableError { file: first.to_owned(), line: 1, reason: reason.to_owned() })
}

fn file_name(id: FileId) -> String {
    id.vpath().get_without_slash().to_owned()
}

/// The byte at which a complaint begins.
fn start(one: &SourceDiagnostic, text: &str) -> Option<usize> {
    match one.span.get() {
        DiagSpanKind::Detached => None,
        DiagSpanKind::Range { range, .. } => Some(range.start),
        DiagSpanKind::Number { id, num, sub_range } => {
            Source::new(id, text.to_owned()).range(num, sub_range).map(|range| range.start)
        }
    }
}
