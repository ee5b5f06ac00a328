//! What the clerk is told before the button is pressed: how much there is to send, and about how long it takes.

use intake_store::Db;

use crate::Result;

/// Requests, certificates and TLS of an exchange that has nothing to send.
const FIXED_BYTES: u64 = 6_000;
/// Kept by an entry on the wire whatever it holds: salts, times, its share of the block's certificate and signature.
const ENTRY_BYTES: u64 = 90;

/// Before an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Entries that the district has not confirmed.
    pub entries: u64,
    /// Registrations among them.
    pub registrations: u64,
    /// Files that the district misses, as last told.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// They wait until somebody asks: the line is metered.
    pub held_back: bool,
    /// About how many bytes all that goes makes on the wire.
    pub bytes: u64,
    /// About how long that takes, at the last measured speed; `None` before there is one.
    pub seconds: Option<u64>,
    /// When the last exchange ended, milliseconds since 1970 UTC.
    pub last_exchange_ms: Option<i64>,
    /// Whether both sides were equal then and nothing was written since.
    pub in_step: bool,
    /// Short hash of the newest journal's last entry.
    pub head: String,
}

/// Looks at what there is to send. Blocks on the disk.
///
/// # Errors
/// [`Error::Store`](crate::Error::Store).
pub fn outlook(db: &Db) -> Result<Outlook> {
    db.read(|reader| {
        let line = reader.line();
        let (entries, registrations, content) = line.unsent()?;
        let last = line.last_exchange()?;
        let (files, file_bytes) = reader.unsent_blobs()?;
        let held_back = reader.line_settings()?.metered && files > 0;
        let bytes = estimate(entries, content) + if held_back { 0 } else { file_bytes };
        let speed = last.map_or(0, |last| last.bytes_per_second);
        Ok(Outlook {
            entries,
            registrations,
            files,
            file_bytes,
            held_back,
            bytes,
            seconds: (speed > 0).then(|| bytes.div_ceil(speed.max(1))),
            last_exchange_ms: last.map(|last| last.at_ms),
            in_step: entries == 0 && files == 0 && last.is_some_and(|last| last.in_step),
            head: line.epochs()?.last().map(|epoch| epoch.head.hash.short()).unwrap_or_default(),
        })
    })
}

/// Chinese records shrink to about half on the wire.
fn estimate(entries: u64, content: u64) -> u64 {
    if entries == 0 { FIXED_BYTES } else { FIXED_BYTES + entries * ENTRY_BYTES + content / 2 }
}
