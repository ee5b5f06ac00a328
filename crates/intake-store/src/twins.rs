//! Numbers given twice, by a machine that was rolled back whole: the last registration of a number stands in `matters`, those
//! before it in `twins`. What was written about the number between two of them is about the earlier one.

use rusqlite::{OptionalExtension as _, params};

use crate::Result;
use crate::db::Writer;
use crate::fold::Place;
use crate::journal::Journal;
use crate::matters::{Matters, Numbered, Version, open_part};

/// An earlier registration of a number that was given again.
#[derive(Debug, Clone)]
pub struct Twin {
    /// When it was registered, milliseconds since 1970 UTC.
    pub registered_ms: i64,
    /// What stands in it now.
    pub newest: Version,
    /// Whether it was voided.
    pub void: bool,
}

/// Numbers given twice more often than a clerk has seen.
const UNSEEN: &str = "SELECT t.number FROM twins t LEFT JOIN twins_seen s ON s.number = t.number
                      GROUP BY t.number HAVING count(*) > coalesce(max(s.earlier), 0)";

impl Matters<'_> {
    /// The earlier registrations of a number, the oldest first; none where it was given once.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`]; [`crate::Error::Contradiction`] where an entry is missing.
    pub fn twins(&self, number: &str) -> Result<Vec<Twin>> {
        let sql = "SELECT epoch, seq FROM twins WHERE number = ?1 ORDER BY epoch, seq";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut places = rows.collect::<rusqlite::Result<Vec<Place>>>()?;
        let Some(last) = self.place_of(number)?.filter(|_| !places.is_empty()) else { return Ok(Vec::new()) };
        places.push(last);
        let spans = places.iter().zip(places.iter().skip(1));
        spans.map(|(from, to)| self.twin(number, *from, *to)).collect()
    }

    fn twin(&self, number: &str, from: Place, to: Place) -> Result<Twin> {
        let sql = "SELECT epoch, seq FROM corrections WHERE number = ?1 AND (epoch, seq) > (?2, ?3)
                   AND (epoch, seq) < (?4, ?5) ORDER BY epoch DESC, seq DESC LIMIT 1";
        let span = params![number, from.0, from.1, to.0, to.1];
        let corrected = self.connection.prepare_cached(sql)?.query_row(span, |row| Ok((row.get(0)?, row.get(1)?)));
        let newest = self.version_at(corrected.optional()?.unwrap_or(from))?;
        let mut void = false;
        // Walks the journal, for what happens once in years.
        (Journal { connection: self.connection }).each_of(&["voided"], |at, entry| {
            void |= from < at && at < to && open_part::<Numbered>(&entry)?.number == number;
            Ok(())
        })?;
        Ok(Twin { registered_ms: self.version_at(from)?.at_ms, newest, void })
    }

    /// Numbers given twice of which no clerk has seen that they were.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn unseen_twins(&self) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached(UNSEEN)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }
}

impl Writer<'_> {
    /// A clerk has seen that this number was given twice.
    ///
    /// # Errors
    /// [`crate::Error::Sqlite`].
    pub fn seen_twins(&self, number: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO twins_seen (number, earlier)
                   SELECT number, count(*) FROM twins WHERE number = ?1 GROUP BY number";
        self.connection.prepare_cached(sql)?.execute([number])?;
        Ok(())
    }
}
