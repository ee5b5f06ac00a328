//! The files of a period's matters, written out beside the sheet: one folder a matter, in plain form.
//!
//! Of sealed matters there is none: their keys are not open here. Deliberately absent: a file whose bytes are not here yet;
//! the sheet's answer counts them.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use intake_wire::BlobKey;

use crate::db::attachments;
use crate::db::lookup;
use crate::db::matters::Line;
use crate::lookup::told_file;
use crate::{District, Error, Result};

/// As many characters of a file's name as are kept.
const NAME_CHARACTERS: usize = 120;

/// What was written out of files.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) files: usize,
    /// Of matters that are not sealed, and not here.
    pub(crate) missing: usize,
}

impl District {
    /// Writes every file of these matters into a new folder that only its owner can read.
    pub(crate) async fn write_files(self: &Arc<Self>, centre: &str, lines: &[Line], folder: &Path) -> Result<Written> {
        new_folder(folder)?;
        let (mut written, mut done) = (Written::default(), BTreeSet::new());
        // A number that was given twice stands in two lines.
        for line in lines.iter().filter(|line| done.insert(line.number.clone())) {
            let client = self.pool.get().await?;
            let standing = lookup::of_number(&client, centre, &line.number).await?;
            if standing.iter().any(|one| one.sealed) {
                continue;
            }
            let files = attachments::of_matter(&client, centre, line.desk, &line.number).await?;
            // Not held while files are read.
            drop(client);
            let own = folder.join(&line.number);
            for (place, file) in (1..).zip(files.iter().filter(|file| !file.removed)) {
                let Some((told, kind)) = told_file(file).filter(|_| file.there) else {
                    written.missing += 1;
                    continue;
                };
                let key = BlobKey::from_text(&told.key).map_err(|error| Error::Export(error.to_string()))?;
                if !own.exists() {
                    new_folder(&own)?;
                }
                let name = format!("{place:02}-{}", plain(&told.name, kind.ending()));
                let of = (centre.to_owned(), u8::try_from(line.desk).unwrap_or(0), file.blob);
                let mut content = pin!(self.content(of, key));
                let mut out = new_file(&own.join(name))?;
                while let Some(bytes) = content.next().await {
                    bytes.and_then(|bytes| out.write_all(&bytes)).map_err(|error| unwritten(&error))?;
                }
                out.sync_all().map_err(|error| unwritten(&error))?;
                written.files += 1;
            }
        }
        Ok(written)
    }
}

fn unwritten(error: &std::io::Error) -> Error {
    Error::Export(format!("a file cannot be written: {error}"))
}

fn new_folder(path: &Path) -> Result<()> {
    let made = DirBuilder::new().mode(0o700).create(path);
    made.map_err(|error| Error::Export(format!("the folder for files cannot be made: {error}")))
}

fn new_file(path: &Path) -> Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| unwritten(&error))
}

/// A name that is no path, nor hidden, nor longer than a file system takes.
fn plain(name: &str, ending: &str) -> String {
    let harmless = |c: &char| !c.is_control() && !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let kept: String = name.chars().filter(harmless).take(NAME_CHARACTERS).collect();
    let kept = kept.trim_matches(['.', ' ']);
    let mut short = kept.to_owned();
    // File systems count bytes, and a character of a name has up to four.
    while short.len() > 200 {
        short.pop();
    }
    if short.is_empty() { format!("附件.{ending}") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        assert_eq!(plain("../../etc/passwd", "pdf"), "etcpasswd");
        assert_eq!(plain("..", "pdf"), "附件.pdf");
        assert_eq!(plain("合同 2026.pdf", "pdf"), "合同 2026.pdf");
        assert!(plain(&"合".repeat(300), "pdf").len() <= 200);
    }
}
