//! What the district did with matters: where it stands, and who did it. The words are in the entries.

use deadpool_postgres::GenericClient;
use intake_wire::{Entry, JournalId};

use super::{execute, place, query, query_opt};
use crate::Result;

/// An act as it stands in the district's journal.
pub(crate) struct Stands {
    pub(crate) entry: Entry,
    pub(crate) staff: String,
}

pub(crate) async fn is_known(c: &impl GenericClient, centre: &str, number: &str, id: &[u8; 16]) -> Result<bool> {
    let sql = "SELECT 1 FROM matter_acts WHERE centre = $1 AND number = $2 AND act_id = $3 LIMIT 1";
    Ok(query_opt(c, sql, &[&centre, &number, &id.as_slice()]).await?.is_some())
}

/// An act, in the entry at a place of the district's journal for a desk.
pub(crate) struct Put<'a> {
    pub(crate) number: &'a str,
    pub(crate) id: [u8; 16],
    pub(crate) desk: u8,
    pub(crate) at: (JournalId, u64),
    pub(crate) staff: &'a str,
}

pub(crate) async fn put(c: &impl GenericClient, centre: &str, act: &Put<'_>) -> Result<()> {
    let Put { number, id, desk, at: (journal, seq), staff } = act;
    execute(
        c,
        "INSERT INTO matter_acts (centre, number, act_id, desk, journal_id, seq, staff)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[&centre, number, &id.as_slice(), &i16::from(*desk), &journal.0.as_slice(), &place(*seq)?, staff],
    )
    .await?;
    Ok(())
}

/// Who did an act.
pub(crate) async fn staff(c: &impl GenericClient, centre: &str, number: &str, id: &[u8; 16]) -> Result<String> {
    let sql = "SELECT staff FROM matter_acts WHERE centre = $1 AND number = $2 AND act_id = $3 LIMIT 1";
    let row = query_opt(c, sql, &[&centre, &number, &id.as_slice()]).await?;
    Ok(row.map_or_else(String::new, |row| row.get(0)))
}

/// The acts about a matter, the oldest first, each once.
pub(crate) async fn of(c: &impl GenericClient, centre: &str, number: &str) -> Result<Vec<Stands>> {
    let rows = query(
        c,
        "SELECT entry, staff FROM (SELECT DISTINCT ON (a.act_id) e.entry, a.staff, j.epoch, a.seq
             FROM matter_acts a JOIN district_journals j USING (centre, journal_id)
             JOIN district_entries e ON e.centre = a.centre AND e.journal_id = a.journal_id AND e.seq = a.seq
             WHERE a.centre = $1 AND a.number = $2 ORDER BY a.act_id, j.epoch) one ORDER BY epoch, seq",
        &[&centre, &number],
    )
    .await?;
    rows.iter()
        .map(|row| {
            let entry = minicbor::decode(row.get(0)).map_err(intake_wire::Error::from)?;
            Ok(Stands { entry, staff: row.get(1) })
        })
        .collect()
}

/// The words of the acts about a matter go: it is sealed from now on. The chain still holds by their digests.
pub(crate) async fn forget(c: &impl GenericClient, centre: &str, number: &str) -> Result<()> {
    let rows =
        query(c, "SELECT journal_id, seq FROM matter_acts WHERE centre = $1 AND number = $2", &[&centre, &number])
            .await?;
    for row in rows {
        super::shared::forget(c, centre, row.get(0), row.get(1)).await?;
    }
    Ok(())
}
