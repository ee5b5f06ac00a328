//! What desks said, as they said it, and what became of each entry.

use deadpool_postgres::GenericClient;
use intake_wire::{BootId, Entry, Hash, JournalId, Kind, Moment, Part, Verdict, VerdictKind};
use serde::Serialize;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::journals::Journal;
use super::{count, execute, fixed, forks, place, query, query_one, query_opt, seq};
use crate::{Error, Result};

/// Stores entries with their hashes in one statement: the first of them as applied, each with the matter it is about.
pub(crate) async fn insert(
    c: &impl GenericClient,
    j: &Journal,
    new: &[(&Entry, Hash)],
    applied: &[(u64, Option<String>)],
) -> Result<()> {
    let places = || 0..new.len();
    let verdicts: Vec<&str> = places().map(|at| if at < applied.len() { "stored" } else { "pending" }).collect();
    let numbers: Vec<Option<&str>> =
        places().map(|at| applied.get(at).and_then(|(_, number)| number.as_deref())).collect();
    let sql = format!(
        "INSERT INTO entries ({COLUMNS}, verdict, number)
         SELECT $1, $2, * FROM unnest({ARRAYS}, $16::text[], $17::text[])"
    );
    put(c, j, new, &sql, &[&verdicts, &numbers]).await
}

/// Keeps entries that contradict what is held. One that was kept before is kept once.
pub(crate) async fn insert_forks(c: &impl GenericClient, j: &Journal, new: &[(&Entry, Hash)]) -> Result<()> {
    let sql = format!(
        "INSERT INTO forks ({COLUMNS}) SELECT $1, $2, * FROM unnest({ARRAYS})
         ON CONFLICT (centre, journal_id, seq, hash) DO NOTHING"
    );
    put(c, j, new, &sql, &[]).await
}

const COLUMNS: &str = "centre, journal_id, seq, hash, kind, clerk, at_ms, boot, mono_ms, open_salt, open, open_digest,
    personal_salt, personal, personal_digest";
const WHOLE: &str = "seq, kind, clerk, at_ms, boot, mono_ms, open_salt, open, open_digest, personal_salt, personal,
    personal_digest";
const ARRAYS: &str =
    "$3::int8[], $4::bytea[], $5::text[], $6::int8[], $7::int8[], $8::bytea[], $9::int8[], $10::bytea[],
    $11::bytea[], $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[]";

async fn put(
    c: &impl GenericClient,
    j: &Journal,
    new: &[(&Entry, Hash)],
    sql: &str,
    more: &[&(dyn ToSql + Sync)],
) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let seqs = new.iter().map(|(entry, _)| place(entry.seq)).collect::<Result<Vec<_>>>()?;
    let monos = new.iter().map(|(entry, _)| place(entry.moment.mono_ms)).collect::<Result<Vec<_>>>()?;
    let hashes: Vec<&[u8]> = new.iter().map(|(_, hash)| hash.0.as_slice()).collect();
    let kinds: Vec<&str> = new.iter().map(|(entry, _)| entry.kind.as_str()).collect();
    let clerks: Vec<i64> = new.iter().map(|(entry, _)| i64::from(entry.clerk)).collect();
    let times: Vec<i64> = new.iter().map(|(entry, _)| entry.moment.at_ms).collect();
    let boots: Vec<&[u8]> = new.iter().map(|(entry, _)| entry.moment.boot.0.as_slice()).collect();
    let parts = |part: fn(&Entry) -> &Part| {
        let salts: Vec<Option<&[u8]>> = new.iter().map(|(entry, _)| salt(part(entry))).collect();
        let bytes: Vec<Option<&[u8]>> = new.iter().map(|(entry, _)| part(entry).bytes()).collect();
        let digests: Vec<Vec<u8>> = new.iter().map(|(entry, _)| part(entry).digest().0.to_vec()).collect();
        (salts, bytes, digests)
    };
    let (open_salts, opens, open_digests) = parts(|entry| &entry.open);
    let (personal_salts, personals, personal_digests) = parts(|entry| &entry.personal);
    let journal = j.id.0.as_slice();
    let mut with: Vec<&(dyn ToSql + Sync)> = vec![
        &j.centre,
        &journal,
        &seqs,
        &hashes,
        &kinds,
        &clerks,
        &times,
        &boots,
        &monos,
        &open_salts,
        &opens,
        &open_digests,
        &personal_salts,
        &personals,
        &personal_digests,
    ];
    with.extend(more);
    execute(c, sql, &with).await?;
    Ok(())
}

fn salt(part: &Part) -> Option<&[u8]> {
    match part {
        Part::Kept { salt, .. } => Some(salt),
        Part::Erased { .. } => None,
    }
}

/// The hashes held from one place to another, both included.
pub(crate) async fn hashes(c: &impl GenericClient, j: &Journal, from: u64, to: u64) -> Result<Vec<(u64, Hash)>> {
    let rows = query(
        c,
        "SELECT seq, hash FROM entries WHERE centre = $1 AND journal_id = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq",
        &[&j.centre, &j.id.0.as_slice(), &place(from)?, &place(to)?],
    )
    .await?;
    rows.iter().map(|row| Ok((seq(row.get(0)), Hash(fixed(row.get(1))?)))).collect()
}

/// Whether the words of any of these entries are held.
pub(crate) async fn any_told(c: &impl GenericClient, j: &Journal, seqs: &[u64]) -> Result<bool> {
    let seqs = seqs.iter().map(|&seq| place(seq)).collect::<Result<Vec<_>>>()?;
    let sql = "SELECT EXISTS (SELECT 1 FROM entries WHERE centre = $1 AND journal_id = $2 AND seq = ANY($3)
               AND personal IS NOT NULL)";
    Ok(query_one(c, sql, &[&j.centre, &j.id.0.as_slice(), &seqs]).await?.get(0))
}

/// Whether a contradicting entry with this hash is kept.
pub(crate) async fn fork_held(c: &impl GenericClient, j: &Journal, at: u64, hash: Hash) -> Result<bool> {
    let row = query_opt(
        c,
        "SELECT 1 FROM forks WHERE centre = $1 AND journal_id = $2 AND seq = $3 AND hash = $4",
        &[&j.centre, &j.id.0.as_slice(), &place(at)?, &hash.0.as_slice()],
    )
    .await?;
    Ok(row.is_some())
}

/// An entry as it is applied.
pub(crate) struct Held {
    pub(crate) seq: u64,
    pub(crate) kind: String,
    /// `None` once erased.
    pub(crate) open: Option<Vec<u8>>,
    /// `None` once erased.
    pub(crate) personal: Option<Vec<u8>>,
    /// It was carried over: what it names by place stands in another journal.
    pub(crate) carried: bool,
}

impl Held {
    /// One that has just arrived.
    pub(crate) fn of(entry: &Entry) -> Self {
        let bytes = |part: &Part| part.bytes().map(<[u8]>::to_vec);
        let (open, personal) = (bytes(&entry.open), bytes(&entry.personal));
        Self { seq: entry.seq, kind: entry.kind.as_str().to_owned(), open, personal, carried: false }
    }
}

const HELD: &str = "seq, kind, open, personal";

fn held(row: &Row) -> Held {
    Held { seq: seq(row.get(0)), kind: row.get(1), open: row.get(2), personal: row.get(3), carried: false }
}

/// Entries after a place, in order: so many, and of so many bytes of content besides the first.
pub(crate) async fn after(c: &impl GenericClient, j: &Journal, at: u64, limit: i64, bytes: i64) -> Result<Vec<Held>> {
    // A long text's length is known without reading it.
    let sql = format!(
        "SELECT {HELD} FROM (
             SELECT {HELD}, sum(coalesce(octet_length(open), 0) + coalesce(octet_length(personal), 0))
                 OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
             FROM (SELECT {HELD} FROM entries WHERE centre = $1 AND journal_id = $2 AND seq > $3 ORDER BY seq LIMIT $4) e
         ) e WHERE before IS NULL OR before <= $5 ORDER BY seq"
    );
    Ok(query(c, &sql, &[&j.centre, &j.id.0.as_slice(), &place(at)?, &limit, &bytes]).await?.iter().map(held).collect())
}

/// Entries after a place as the desk wrote them, in order: at most so many, and only the first of them past so many bytes of
/// content.
pub(crate) async fn whole_after(
    c: &impl GenericClient,
    j: &Journal,
    at: u64,
    most: (usize, usize),
) -> Result<Vec<Entry>> {
    let (limit, bytes) = (count(most.0), count(most.1));
    let sql = format!(
        "SELECT {WHOLE} FROM (
             SELECT {WHOLE}, sum(coalesce(octet_length(open), 0) + coalesce(octet_length(personal), 0))
                 OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
             FROM (SELECT {WHOLE} FROM entries WHERE centre = $1 AND journal_id = $2 AND seq > $3 ORDER BY seq LIMIT $4) e
         ) e WHERE before IS NULL OR before <= $5 ORDER BY seq"
    );
    let rows = query(c, &sql, &[&j.centre, &j.id.0.as_slice(), &place(at)?, &limit, &bytes]).await?;
    let part = |row: &Row, at: usize| match (row.get::<_, Option<&[u8]>>(at), row.get::<_, Option<Vec<u8>>>(at + 1)) {
        (Some(salt), Some(bytes)) => Ok::<_, Error>(Part::Kept { salt: fixed(salt)?, bytes }),
        _ => Ok(Part::Erased { digest: Hash(fixed(row.get(at + 2))?) }),
    };
    let entry = |row: &Row| {
        Ok(Entry {
            seq: seq(row.get(0)),
            kind: Kind::from_word(row.get(1)),
            clerk: u32::try_from(row.get::<_, i64>(2)).unwrap_or(0),
            moment: Moment { at_ms: row.get(3), boot: BootId(fixed(row.get(4))?), mono_ms: seq(row.get(5)) },
            open: part(row, 6)?,
            personal: part(row, 9)?,
        })
    };
    rows.iter().map(entry).collect()
}

/// Entries after a place that are set aside, in order, with that verdict.
pub(crate) async fn set_aside_after(
    c: &impl GenericClient,
    j: &Journal,
    at: u64,
    limit: i64,
) -> Result<Vec<(Held, VerdictKind)>> {
    let sql = format!(
        "SELECT {HELD}, verdict_code FROM entries
         WHERE centre = $1 AND journal_id = $2 AND seq > $3 AND verdict = 'set_aside' ORDER BY seq LIMIT $4"
    );
    let rows = query(c, &sql, &[&j.centre, &j.id.0.as_slice(), &place(at)?, &limit]).await?;
    Ok(rows.iter().map(|row| (held(row), VerdictKind::SetAside { code: row.get(4) })).collect())
}

/// An entry that is stored and cannot be applied, for whoever must look at it.
#[derive(Debug, Serialize)]
pub struct Aside {
    /// Nine digits.
    pub centre: String,
    /// 1 to 99.
    pub desk: u8,
    /// 32 hexadecimal digits.
    pub journal: String,
    /// Its place in that journal.
    pub seq: u64,
    /// Its kind.
    pub kind: String,
    /// Why: a code's word.
    pub code: String,
    /// The registration number it is about, where that can be read.
    pub number: Option<String>,
    /// When the desk wrote it, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Entries that wait for it.
    pub waiting: i64,
}

/// Entries that are set aside, of one centre or of all.
pub(crate) async fn set_aside(c: &impl GenericClient, centre: Option<&str>, limit: i64) -> Result<Vec<Aside>> {
    let rows = query(
        c,
        "SELECT e.centre, j.desk, e.journal_id, e.seq, e.kind, e.verdict_code, e.number, e.at_ms,
                (SELECT count(*) FROM entries w WHERE w.centre = e.centre AND w.journal_id = e.journal_id
                 AND w.verdict = 'waiting' AND w.verdict_ref = e.seq)
             FROM entries e JOIN journals j USING (centre, journal_id)
             WHERE e.verdict = 'set_aside' AND ($1::text IS NULL OR e.centre = $1)
             ORDER BY e.centre, j.desk, length(j.mark), j.mark, e.journal_id, e.seq LIMIT $2",
        &[&centre, &limit],
    )
    .await?;
    let aside = |row: &Row| {
        Ok(Aside {
            centre: row.get(0),
            desk: u8::try_from(row.get::<_, i16>(1)).unwrap_or(0),
            journal: JournalId(fixed(row.get(2))?).to_string(),
            seq: seq(row.get(3)),
            kind: row.get(4),
            code: row.get(5),
            number: row.get(6),
            at_ms: row.get(7),
            waiting: row.get(8),
        })
    };
    rows.iter().map(aside).collect()
}

/// Entries that wait for a matter to come into being, in order.
pub(crate) async fn waiting_for(c: &impl GenericClient, j: &Journal, number: &str) -> Result<Vec<Held>> {
    let sql = format!(
        "SELECT {HELD} FROM entries WHERE centre = $1 AND journal_id = $2 AND verdict = 'waiting' AND number = $3
         ORDER BY seq"
    );
    Ok(query(c, &sql, &[&j.centre, &j.id.0.as_slice(), &number]).await?.iter().map(held).collect())
}

/// Journals of a centre with an entry that waits for one of another desk's.
pub(crate) async fn journals_waiting(c: &impl GenericClient, centre: &str) -> Result<Vec<JournalId>> {
    let sql = "SELECT DISTINCT journal_id FROM entries WHERE centre = $1 AND verdict = 'waiting' AND verdict_ref = 0
               ORDER BY journal_id";
    query(c, sql, &[&centre]).await?.iter().map(|row| Ok(JournalId(fixed(row.get(0))?))).collect()
}

/// Those entries of one of them, in order.
pub(crate) async fn waiting_elsewhere(c: &impl GenericClient, j: &Journal) -> Result<Vec<Held>> {
    let sql = format!(
        "SELECT {HELD} FROM entries WHERE centre = $1 AND journal_id = $2 AND verdict = 'waiting' AND verdict_ref = 0
         ORDER BY seq"
    );
    Ok(query(c, &sql, &[&j.centre, &j.id.0.as_slice()]).await?.iter().map(held).collect())
}

/// An entry that waits for one of another desk's.
pub(crate) struct WaitsElsewhere {
    pub(crate) centre: String,
    pub(crate) desk: u8,
    pub(crate) seq: u64,
    pub(crate) kind: String,
    pub(crate) at_ms: i64,
    /// Of the other desk's matter.
    pub(crate) number: Option<String>,
}

/// Such entries of every centre, those first that arrived first: a desk's clock may say anything.
pub(crate) async fn waits_elsewhere(c: &impl GenericClient, limit: i64) -> Result<Vec<WaitsElsewhere>> {
    let sql = "SELECT e.centre, j.desk, e.seq, e.kind, e.at_ms, e.number
                   FROM entries e JOIN journals j USING (centre, journal_id)
                   WHERE e.verdict = 'waiting' AND e.verdict_ref = 0
                   ORDER BY e.received_at, e.centre, j.desk, e.seq LIMIT $1";
    let one = |row: &Row| WaitsElsewhere {
        centre: row.get(0),
        desk: u8::try_from(row.get::<_, i16>(1)).unwrap_or(0),
        seq: seq(row.get(2)),
        kind: row.get(3),
        at_ms: row.get(4),
        number: row.get(5),
    };
    Ok(query(c, sql, &[&limit]).await?.iter().map(one).collect())
}

/// Versions of a matter that were set aside before a place, with the number they are known to be about: those of this
/// number, those whose number nobody can read, and the one at `named`. In order. Without content: there may be many.
pub(crate) async fn versions_aside(
    c: &impl GenericClient,
    j: &Journal,
    before: u64,
    number: &str,
    named: Option<u64>,
) -> Result<Vec<(u64, Option<String>)>> {
    let named = named.map(place).transpose()?;
    let sql = "SELECT seq, number FROM entries WHERE centre = $1 AND journal_id = $2 AND verdict = 'set_aside'
               AND kind IN ('registered', 'corrected') AND seq < $3 AND (number = $4 OR number IS NULL OR seq = $5)
               ORDER BY seq";
    let rows = query(c, sql, &[&j.centre, &j.id.0.as_slice(), &place(before)?, &number, &named]).await?;
    Ok(rows.iter().map(|row| (seq(row.get(0)), row.get(1))).collect())
}

/// Erases the words of these versions of a matter, of what contradicts them, and of what they carry over from elsewhere; digests
/// stay and prove the chain.
pub(crate) async fn erase_versions(c: &impl GenericClient, j: &Journal, number: &str, seqs: &[u64]) -> Result<()> {
    let seqs = seqs.iter().map(|&seq| place(seq)).collect::<Result<Vec<_>>>()?;
    let at: [&(dyn ToSql + Sync); 3] = [&j.centre, &j.id.0.as_slice(), &seqs];
    let erase = "SET personal = NULL, personal_salt = NULL
                 WHERE centre = $1 AND journal_id = $2 AND seq = ANY($3)
                 AND kind IN ('registered', 'corrected', 'carried', 'attachment_added', 'attachment_removed',
                              'document_issued', 'document_voided', 'document_delivered', 'delivered_for',
                              'accepted', 'handed_over', 'replied', 'closed', 'objected', 'step_withdrawn')";
    let [centre, journal, seqs] = at;
    let sql = format!("UPDATE entries {erase} AND (number = $4 OR number IS NULL)");
    execute(c, &sql, &[centre, journal, seqs, &number]).await?;
    execute(c, &format!("UPDATE forks {erase}"), &at).await?;
    forks::forget(c, j, seqs).await
}

/// What a verdict says beside its word.
fn more(verdict: &VerdictKind) -> Result<(Option<&str>, Option<i64>)> {
    Ok(match verdict {
        VerdictKind::Stored | VerdictKind::AlreadyHad => (None, None),
        VerdictKind::SetAside { code } => (Some(code), None),
        VerdictKind::Superseded { by } => (None, Some(place(*by)?)),
        VerdictKind::Waiting { for_seq } => (None, Some(place(*for_seq)?)),
    })
}

/// A verdict's word.
pub(crate) fn word(verdict: &VerdictKind) -> &'static str {
    match verdict {
        VerdictKind::Stored | VerdictKind::AlreadyHad => "stored",
        VerdictKind::SetAside { .. } => "set_aside",
        VerdictKind::Superseded { .. } => "superseded",
        VerdictKind::Waiting { .. } => "waiting",
    }
}

/// These entries are applied; each with the matter it is about.
pub(crate) async fn decide_stored(
    c: &impl GenericClient,
    j: &Journal,
    applied: &[(u64, Option<String>)],
) -> Result<()> {
    let seqs = applied.iter().map(|(seq, _)| place(*seq)).collect::<Result<Vec<_>>>()?;
    let numbers: Vec<Option<&str>> = applied.iter().map(|(_, number)| number.as_deref()).collect();
    let sql = "UPDATE entries e SET verdict = 'stored', verdict_code = NULL, verdict_ref = NULL,
                   number = coalesce(t.number, e.number)
               FROM unnest($3::int8[], $4::text[]) t (seq, number)
               WHERE e.centre = $1 AND e.journal_id = $2 AND e.seq = t.seq AND e.seq BETWEEN $5 AND $6";
    let (first, last) = (seqs.first().copied().unwrap_or(0), seqs.last().copied().unwrap_or(0));
    execute(c, sql, &[&j.centre, &j.id.0.as_slice(), &seqs, &numbers, &first, &last]).await?;
    Ok(())
}

pub(crate) async fn decide(
    c: &impl GenericClient,
    j: &Journal,
    at: u64,
    verdict: &VerdictKind,
    number: Option<&str>,
) -> Result<()> {
    let (code, reference) = more(verdict)?;
    execute(
        c,
        "UPDATE entries SET verdict = $4, verdict_code = $5, verdict_ref = $6, number = coalesce($7, number)
         WHERE centre = $1 AND journal_id = $2 AND seq = $3",
        &[&j.centre, &j.id.0.as_slice(), &place(at)?, &word(verdict), &code, &reference, &number],
    )
    .await?;
    Ok(())
}

fn verdict(row: &Row) -> Result<Verdict> {
    let (code, reference): (Option<String>, Option<i64>) = (row.get(2), row.get(3));
    let reference = seq(reference.unwrap_or(0));
    let verdict = match row.get::<_, &str>(1) {
        "stored" | "pending" => VerdictKind::Stored,
        "set_aside" => VerdictKind::SetAside { code: code.unwrap_or_default() },
        "superseded" => VerdictKind::Superseded { by: reference },
        "waiting" => VerdictKind::Waiting { for_seq: reference },
        _ => return Err(Error::Internal("an unknown verdict in the table".into())),
    };
    Ok(Verdict { seq: seq(row.get(0)), verdict })
}

/// Every verdict from one place of a journal to another, both included, that is not simply stored.
pub(crate) async fn open_verdicts(c: &impl GenericClient, j: &Journal, from: u64, to: u64) -> Result<Vec<Verdict>> {
    let rows = query(
        c,
        "SELECT seq, verdict, verdict_code, verdict_ref FROM entries WHERE centre = $1 AND journal_id = $2
             AND verdict IN ('set_aside', 'superseded', 'waiting') AND seq BETWEEN $3 AND $4 ORDER BY seq",
        &[&j.centre, &j.id.0.as_slice(), &place(from)?, &place(to)?],
    )
    .await?;
    rows.iter().map(verdict).collect()
}
