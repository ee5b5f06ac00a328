//! Tables that the district publishes to its desks: editions of code tables, calendars of working days, region profiles with
//! their wording. What changes is told before it takes effect; with one mistake nothing of it does.
//!
//! Deliberately absent: taking a table back. A later version says what is so.

use std::path::Path;
use std::sync::atomic::Ordering;

use deadpool_postgres::Transaction;
use intake_model::{TableHeading, TableKind, TableRead, learn};
use intake_wire::{Draft, Kind, TablePublished, limits};

use crate::db::own::{self, Own};
use crate::db::tables;
use crate::staff::{Act, Deed};
use crate::{District, Error, Result};

/// Room in an entry beside a table's content, which is quoted in it.
const BESIDE: usize = limits::ENTRY_BYTES / 8;

/// A file with a table: its name and its text.
pub type TableFile = (String, String);

/// What a table changes.
#[derive(Debug, Clone)]
pub struct Change {
    /// Which version of which table.
    pub heading: TableHeading,
    /// The version that it follows; `None` where there was none.
    pub before: Option<String>,
    /// A line for each thing that becomes other than it was: `+` new, `-` gone, `*` changed.
    pub lines: Vec<String>,
    table: TablePublished,
}

impl Change {
    /// What people read of it in one line.
    pub fn title(&self) -> String {
        let TableHeading { kind, name, version, valid_from } = &self.heading;
        let before = self.before.as_ref().map_or_else(|| "原来没有".to_owned(), |before| format!("原为{before}"));
        format!("{}　{name}　{version}（{before}），{valid_from}起用，{}处变化", kind.label(), self.lines.len())
    }
}

/// The tables in a folder: every `.json` and `.toml` in it, by name.
///
/// # Errors
/// [`Error::Tables`] where it cannot be read, or holds none.
pub fn table_files(folder: &Path) -> Result<Vec<TableFile>> {
    let unreadable = |error: std::io::Error| Error::Tables(vec![format!("{}: {}", folder.display(), error.kind())]);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let ends = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
        if path.is_file() && ["json", "toml"].contains(&ends.as_str()) {
            let text = std::fs::read_to_string(&path);
            files.push((name.clone(), text.map_err(|error| Error::Tables(vec![format!("{name}: {}", error.kind())]))?));
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Error::Tables(vec![format!("{}: no .json and no .toml in it", folder.display())]));
    }
    Ok(files)
}

impl District {
    /// What these tables would change. Nothing takes effect by it.
    ///
    /// # Errors
    /// [`Error::Tables`] with one sentence for each mistake in any of them.
    pub async fn weigh_tables(&self, files: &[TableFile]) -> Result<Vec<Change>> {
        self.learn_tables().await?;
        let there: Vec<TableHeading> =
            self.published_tables().await?.into_iter().map(|(heading, ..)| heading).collect();
        let (mut changes, mut mistakes) = (Vec::<Change>::new(), Vec::new());
        for (name, text) in files {
            match weighed(name, text) {
                Ok(change) => {
                    let same = |other: &Change| {
                        (other.heading.kind, &other.heading.name) == (change.heading.kind, &change.heading.name)
                    };
                    let version = |other: &TableHeading| {
                        (other.kind, &other.name, &other.version)
                            == (change.heading.kind, &change.heading.name, &change.heading.version)
                    };
                    if there.iter().any(version) {
                        mistakes.push(format!("{name}: version {} was published before", change.heading.version));
                    } else if changes.iter().any(same) {
                        mistakes.push(format!(
                            "{name}: another file has a version of the same table; publish one after the other"
                        ));
                    } else {
                        changes.push(change);
                    }
                }
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if mistakes.is_empty() { Ok(changes) } else { Err(Error::Tables(mistakes)) }
    }

    /// Publishes tables: each stands in the journal of every desk, and of each that comes later. All of them or none.
    ///
    /// # Errors
    /// As [`District::weigh_tables`].
    pub async fn publish_tables(&self, by: &str, files: &[TableFile]) -> Result<Vec<Change>> {
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        tables::hold(&tx).await?;
        let changes = self.weigh_tables(files).await?;
        let mut journals = Vec::new();
        for (centre, desk) in tables::desks(&tx).await? {
            let desk = u8::try_from(desk).map_err(|_| Error::Internal("a desk without a number".into()))?;
            let journal = self.own_journal(&tx, &centre, desk).await?;
            journals.push((centre, journal));
        }
        for change in &changes {
            tables::put(&tx, &change.table, by, self.now_ms()).await?;
            for (centre, journal) in &mut journals {
                self.append_table(&tx, centre, journal, &change.table).await?;
            }
            let told = format!("{} {}", change.heading.name, change.heading.version);
            self.write_act(&tx, by, &Act::of(Deed::TablePublished).because(&told)).await?;
        }
        tx.commit().await?;
        self.learn_tables().await?;
        Ok(changes)
    }

    /// Every table that was published, for a journal that begins. Where the desk has them already, it passes them over.
    pub(crate) async fn append_tables(&self, tx: &Transaction<'_>, centre: &str, journal: &mut Own) -> Result<()> {
        tables::wait(tx).await?;
        for row in tables::after(tx, 0).await? {
            self.append_table(tx, centre, journal, &row.table).await?;
        }
        Ok(())
    }

    async fn append_table(
        &self,
        tx: &Transaction<'_>,
        centre: &str,
        journal: &mut Own,
        table: &TablePublished,
    ) -> Result<()> {
        let open = serde_json::to_vec(table).map_err(|error| Error::Internal(error.to_string()))?;
        let draft = Draft { kind: Kind::table_published(), open, personal: b"{}".to_vec() };
        own::append(tx, centre, journal, draft, self.moment()).await
    }

    /// Learns what was published since it last looked, also by another program beside this one.
    pub(crate) async fn learn_tables(&self) -> Result<()> {
        let rows = tables::after(&self.pool.get().await?, self.learned.load(Ordering::Relaxed)).await?;
        let (today, mut waits) = (self.today(), false);
        for row in rows {
            let heading = &row.table.heading;
            // A profile is used from its day on: it is looked at again until then.
            if heading.kind == TableKind::Profile && heading.valid_from > today {
                waits = true;
                continue;
            }
            match TableRead::parse(&row.table.file(), &row.table.content) {
                Ok(read) => learn(read),
                Err(error) => tracing::warn!(%error, "a published table does not read any more"),
            }
            if !waits {
                self.learned.fetch_max(row.id, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// What was published, the newest first, with who did it and when.
    pub(crate) async fn published_tables(&self) -> Result<Vec<(TableHeading, String, i64)>> {
        let rows = tables::after(&self.pool.get().await?, 0).await?;
        Ok(rows.into_iter().rev().map(|row| (row.table.heading, row.staff, row.at_ms)).collect())
    }
}

/// A table that can be published, or the sentence why not.
fn weighed(name: &str, text: &str) -> std::result::Result<Change, String> {
    if text.len() > limits::ENTRY_BYTES - BESIDE {
        return Err(format!("{name}: larger than what fits into an entry"));
    }
    let read = TableRead::parse(name, text).map_err(|error| error.to_string())?;
    read.follows().map_err(|reason| format!("{name}: {reason}"))?;
    let before = read.before();
    let lines = read.changes(before.as_ref());
    let heading = read.heading();
    Ok(Change {
        before: before.map(|before| before.heading().version),
        lines,
        table: TablePublished { heading: heading.clone(), content: text.to_owned() },
        heading,
    })
}
