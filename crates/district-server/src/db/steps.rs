//! The centre's own steps with matters, as desks told them.

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use intake_model::{Ending, ReplyWay, StepFact, StepKind};
use intake_wire::StepOpen;
use tokio_postgres::Row;

use super::journals::Journal;
use super::{execute, place, query};
use crate::Result;

pub(crate) async fn put(c: &impl GenericClient, j: &Journal, at: u64, kind: StepKind, one: &StepOpen) -> Result<()> {
    execute(
        c,
        "INSERT INTO steps (centre, journal_id, seq, desk, number, step, kind, done_on, due_on, way, received_on, ending)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &[
            &j.centre,
            &j.id.0.as_slice(),
            &place(at)?,
            &i16::from(j.desk),
            &one.number,
            &one.step,
            &kind.word(),
            &one.on,
            &one.due,
            &one.way.map(ReplyWay::word),
            &one.received_on,
            &one.ending.map(Ending::word),
        ],
    )
    .await?;
    Ok(())
}

/// Takes a step of a desk's matter back. Gives whether there is one of this name.
pub(crate) async fn withdraw(c: &impl GenericClient, j: &Journal, number: &str, step: &str) -> Result<bool> {
    let sql = "UPDATE steps SET withdrawn = true WHERE centre = $1 AND number = $2 AND step = $3 AND desk = $4";
    Ok(execute(c, sql, &[&j.centre, &number, &step, &i16::from(j.desk)]).await? > 0)
}

/// A step of a matter.
pub(crate) struct Step {
    /// Days and words of a list.
    pub(crate) fact: StepFact,
    /// Whether it was taken back.
    pub(crate) withdrawn: bool,
    /// The personal part of its entry; `None` once erased.
    pub(crate) personal: Option<Vec<u8>>,
}

/// Every step of a matter, the first epoch first. For matters that are not sealed: what was said stands in it.
pub(crate) async fn of(c: &impl GenericClient, centre: &str, desk: i16, number: &str) -> Result<Vec<Step>> {
    let rows = query(
        c,
        "SELECT s.kind, s.done_on, s.due_on, s.way, s.received_on, s.ending, s.withdrawn, e.personal
             FROM steps s JOIN entries e USING (centre, journal_id, seq) JOIN journals j USING (centre, journal_id)
             WHERE s.centre = $1 AND s.desk = $2 AND s.number = $3
             ORDER BY length(j.mark), j.mark, s.journal_id, s.seq",
        &[&centre, &desk, &number],
    )
    .await?;
    Ok(rows.iter().filter_map(step).collect())
}

/// `None` for a kind of a newer program.
fn step(row: &Row) -> Option<Step> {
    let word = |at: usize| row.get::<_, Option<String>>(at);
    let fact = StepFact {
        kind: StepKind::from_word(row.get(0))?,
        on: row.get(1),
        due: row.get(2),
        way: word(3).and_then(|word| ReplyWay::from_word(&word)),
        received_on: row.get::<_, Option<NaiveDate>>(4),
        ending: word(5).and_then(|word| Ending::from_word(&word)),
    };
    Some(Step { fact, withdrawn: row.get(6), personal: row.get(7) })
}
