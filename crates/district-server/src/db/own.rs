//! The district's own journal for each desk (invariant 6: each side writes only its own).

use deadpool_postgres::GenericClient;
use intake_wire::{Draft, Entry, Hash, Head, JournalId, Moment, SYSTEM_CLERK};
use tokio_postgres::Row;

use super::{count, execute, fixed, place, query, query_one, query_opt, seq};
use crate::Result;

/// The district's journal for one desk.
pub(crate) struct Own {
    pub(crate) id: JournalId,
    pub(crate) mark: String,
    pub(crate) epoch: i32,
    pub(crate) head: Head,
    /// The desk's head because of which this epoch was opened.
    pub(crate) over: Option<Head>,
}

const COLUMNS: &str = "journal_id, mark, epoch, head_seq, head_hash, over_seq, over_hash";

fn own(row: &Row) -> Result<Own> {
    let over = match (row.get::<_, Option<i64>>(5), row.get::<_, Option<&[u8]>>(6)) {
        (Some(over), Some(hash)) => Some(Head { seq: seq(over), hash: Hash(fixed(hash)?) }),
        _ => None,
    };
    Ok(Own {
        id: JournalId(fixed(row.get(0))?),
        mark: row.get(1),
        epoch: row.get(2),
        head: Head { seq: seq(row.get(3)), hash: Hash(fixed(row.get(4))?) },
        over,
    })
}

/// The newest epoch, locked where `lock` is set.
pub(crate) async fn newest(c: &impl GenericClient, centre: &str, desk: u8, lock: bool) -> Result<Option<Own>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM district_journals WHERE centre = $1 AND desk = $2 ORDER BY epoch DESC LIMIT 1 {}",
        if lock { "FOR UPDATE" } else { "" }
    );
    query_opt(c, &sql, &[&centre, &i16::from(desk)]).await?.as_ref().map(own).transpose()
}

/// The epoch of this name; the newest where there is none, or it is another desk's.
pub(crate) async fn of(c: &impl GenericClient, centre: &str, desk: u8, id: JournalId) -> Result<Option<Own>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM district_journals WHERE centre = $1 AND desk = $2
         ORDER BY journal_id = $3 DESC, epoch DESC LIMIT 1"
    );
    let known = query_opt(c, &sql, &[&centre, &i16::from(desk), &id.0.as_slice()]).await?;
    known.as_ref().map(own).transpose()
}

/// The epoch after one.
pub(crate) async fn following(c: &impl GenericClient, centre: &str, desk: u8, epoch: i32) -> Result<Option<Own>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM district_journals WHERE centre = $1 AND desk = $2 AND epoch > $3 ORDER BY epoch LIMIT 1"
    );
    query_opt(c, &sql, &[&centre, &i16::from(desk), &epoch]).await?.as_ref().map(own).transpose()
}

/// Notes how far the desk holds this journal, as it said itself.
pub(crate) async fn set_told(c: &impl GenericClient, centre: &str, own: &Own, told: Head) -> Result<()> {
    if hash_at(c, centre, own.id, told.seq).await? == Some(told.hash) {
        let sql = "UPDATE district_journals SET told_seq = $3 WHERE centre = $1 AND journal_id = $2 AND told_seq <> $3";
        execute(c, sql, &[&centre, &own.id.0.as_slice(), &place(told.seq)?]).await?;
    }
    Ok(())
}

/// How far the desk said that it holds this journal, and all its entries.
pub(crate) async fn with_told(c: &impl GenericClient, centre: &str, own: &Own) -> Result<(u64, Vec<Entry>)> {
    let sql = "SELECT told_seq FROM district_journals WHERE centre = $1 AND journal_id = $2";
    let told: i64 = query_one(c, sql, &[&centre, &own.id.0.as_slice()]).await?.get(0);
    Ok((seq(told), after(c, centre, own.id, 0, (usize::MAX, usize::MAX)).await?))
}

/// Opens the next epoch.
pub(crate) async fn open(
    c: &impl GenericClient,
    centre: &str,
    desk: u8,
    epoch: i32,
    over: Option<Head>,
) -> Result<Own> {
    let id = JournalId(intake_wire::random()?);
    let mark = mark(epoch);
    let over_seq = over.map(|head| place(head.seq)).transpose()?;
    let over_hash = over.map(|head| head.hash.0.to_vec());
    execute(
        c,
        "INSERT INTO district_journals (centre, journal_id, desk, epoch, mark, head_hash, over_seq, over_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[&centre, &id.0.as_slice(), &i16::from(desk), &epoch, &mark, &Hash::ZERO.0.as_slice(), &over_seq, &over_hash],
    )
    .await?;
    Ok(Own { id, mark, epoch, head: Head::EMPTY, over })
}

/// A for the first epoch, then B … Z, BA …
fn mark(epoch: i32) -> String {
    let mut rest = u32::try_from(epoch).unwrap_or(1).saturating_sub(1);
    let mut letters = Vec::new();
    loop {
        letters.insert(0, char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
        if rest == 0 {
            return letters.into_iter().collect();
        }
    }
}

/// Appends one entry. The journal must be locked, or new in this transaction.
pub(crate) async fn append(
    c: &impl GenericClient,
    centre: &str,
    own: &mut Own,
    draft: Draft,
    at: Moment,
) -> Result<()> {
    append_all(c, centre, own, vec![draft], at).await.map(drop)
}

/// Appends entries, one after the other, at one moment; gives their places.
pub(crate) async fn append_all(
    c: &impl GenericClient,
    centre: &str,
    own: &mut Own,
    drafts: Vec<Draft>,
    at: Moment,
) -> Result<Vec<i64>> {
    let (mut seqs, mut hashes, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    let mut head = own.head;
    for draft in drafts {
        let (entry, hash) = draft.after(own.id, head, SYSTEM_CLERK, at)?;
        seqs.push(place(entry.seq)?);
        hashes.push(hash.0.to_vec());
        entries.push(minicbor::to_vec(&entry).map_err(intake_wire::Error::from)?);
        head = Head { seq: entry.seq, hash };
    }
    let Some(last) = seqs.last() else { return Ok(seqs) };
    let id = own.id.0.as_slice();
    execute(
        c,
        "INSERT INTO district_entries (centre, journal_id, seq, hash, entry)
             SELECT $1, $2, seq, hash, entry FROM unnest($3::int8[], $4::bytea[], $5::bytea[]) AS e (seq, hash, entry)",
        &[&centre, &id, &seqs, &hashes, &entries],
    )
    .await?;
    execute(
        c,
        "UPDATE district_journals SET head_seq = $3, head_hash = $4 WHERE centre = $1 AND journal_id = $2",
        &[&centre, &id, last, &head.hash.0.as_slice()],
    )
    .await?;
    own.head = head;
    Ok(seqs)
}

/// The hash at a place of one of the district's journals; place 0 is the start of every journal.
pub(crate) async fn hash_at(c: &impl GenericClient, centre: &str, id: JournalId, at: u64) -> Result<Option<Hash>> {
    if at == 0 {
        return Ok(Some(Hash::ZERO));
    }
    let row = query_opt(
        c,
        "SELECT hash FROM district_entries WHERE centre = $1 AND journal_id = $2 AND seq = $3",
        &[&centre, &id.0.as_slice(), &place(at)?],
    )
    .await?;
    row.map(|row| Ok(Hash(fixed(row.get(0))?))).transpose()
}

/// Whether any epoch before the newest held this head.
pub(crate) async fn held_before(c: &impl GenericClient, centre: &str, desk: u8, head: Head) -> Result<bool> {
    let row = query_opt(
        c,
        "SELECT 1 FROM district_journals j JOIN district_entries e USING (centre, journal_id)
             WHERE j.centre = $1 AND j.desk = $2 AND e.seq = $3 AND e.hash = $4 LIMIT 1",
        &[&centre, &i16::from(desk), &place(head.seq)?, &head.hash.0.as_slice()],
    )
    .await?;
    Ok(row.is_some())
}

/// Entries after a place, in order: at most so many, and only the first of them past so many bytes.
pub(crate) async fn after(
    c: &impl GenericClient,
    centre: &str,
    id: JournalId,
    at: u64,
    most: (usize, usize),
) -> Result<Vec<Entry>> {
    let (limit, bytes) = (count(most.0), count(most.1));
    let rows = query(
        c,
        "SELECT entry FROM (
             SELECT seq, entry, sum(octet_length(entry))
                 OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
             FROM (SELECT seq, entry FROM district_entries WHERE centre = $1 AND journal_id = $2 AND seq > $3
                   ORDER BY seq LIMIT $4) e
         ) e WHERE before IS NULL OR before <= $5 ORDER BY seq",
        &[&centre, &id.0.as_slice(), &place(at)?, &limit, &bytes],
    )
    .await?;
    rows.iter().map(|row| Ok(minicbor::decode(row.get(0)).map_err(intake_wire::Error::from)?)).collect()
}
