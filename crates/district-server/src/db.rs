//! Every statement the district speaks to PostgreSQL, one file for each noun. No rule is decided here.

pub(crate) mod days;
pub(crate) mod desks;
pub(crate) mod documents;
pub(crate) mod entries;
pub(crate) mod forks;
pub(crate) mod journals;
pub(crate) mod matters;
pub(crate) mod own;

use deadpool_postgres::Pool;

use crate::{Error, Result};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Any number: two servers that start at once on one database migrate one after the other.
const MIGRATION_LOCK: i64 = 0x1A7A_4E00;

/// Brings the schema forwards.
pub(crate) async fn migrate(pool: &Pool) -> Result<()> {
    let mut client = pool.get().await?;
    client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK]).await?;
    let done = embedded::migrations::runner().run_async(&mut **client).await;
    client.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK]).await?;
    done.map(drop).map_err(|error| Error::Internal(format!("migration: {error}")))
}

/// A place in a journal as PostgreSQL's `int8` holds it.
pub(crate) fn place(seq: u64) -> Result<i64> {
    i64::try_from(seq).map_err(|_| Error::Request("a number over 2^63".into()))
}

/// A place read back; the database never holds a negative one.
pub(crate) fn seq(place: i64) -> u64 {
    u64::try_from(place).unwrap_or(0)
}

/// Bytes of a fixed length from a column.
pub(crate) fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| Error::Internal("a column of the wrong length".into()))
}
