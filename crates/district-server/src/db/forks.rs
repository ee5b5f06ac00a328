//! Entries that contradict one held before, and how they are settled: by the desk that carries them over.

use deadpool_postgres::GenericClient;
use intake_wire::{Hash, JournalId};
use tokio_postgres::types::ToSql;

use super::execute;
use super::journals::Journal;
use super::place;
use crate::Result;

/// The entry at `seq` of this journal carries over one of another journal of the same desk. Where that one is held beside
/// another, it is settled, and its journal is not forked any more once all of them are.
pub(crate) async fn settle(
    c: &impl GenericClient,
    j: &Journal,
    (of, at, hash): (JournalId, u64, Hash),
    seq: u64,
) -> Result<()> {
    let settled = execute(
        c,
        "UPDATE forks f SET carried_journal = $5, carried_seq = $6 FROM journals o
             WHERE f.centre = $1 AND f.journal_id = $2 AND f.seq = $3 AND f.hash = $4
             AND o.centre = f.centre AND o.journal_id = f.journal_id AND o.desk = $7",
        &[
            &j.centre,
            &of.0.as_slice(),
            &place(at)?,
            &hash.0.as_slice(),
            &j.id.0.as_slice(),
            &place(seq)?,
            &i16::from(j.desk),
        ],
    )
    .await?;
    if settled > 0 {
        execute(
            c,
            "UPDATE journals SET forked = EXISTS (SELECT 1 FROM forks f WHERE f.centre = $1 AND f.journal_id = $2
             AND f.carried_seq IS NULL) WHERE centre = $1 AND journal_id = $2",
            &[&j.centre, &of.0.as_slice()],
        )
        .await?;
    }
    Ok(())
}

/// Erases the words of what the entries at these places of this journal carry over.
pub(crate) async fn forget(c: &impl GenericClient, j: &Journal, seqs: &(dyn ToSql + Sync)) -> Result<()> {
    execute(
        c,
        "UPDATE forks SET personal = NULL, personal_salt = NULL
         WHERE centre = $1 AND carried_journal = $2 AND carried_seq = ANY($3)",
        &[&j.centre, &j.id.0.as_slice(), seqs],
    )
    .await?;
    Ok(())
}
