//! Every statement the district speaks to PostgreSQL, one file for each noun. No rule is decided here.

pub(crate) mod attachments;
pub(crate) mod backups;
pub(crate) mod blobs;
pub(crate) mod blobs_archived;
pub(crate) mod clerks;
pub(crate) mod cluster;
pub(crate) mod counts;
pub(crate) mod days;
pub(crate) mod desks;
pub(crate) mod documents;
pub(crate) mod entries;
pub(crate) mod forks;
pub(crate) mod journals;
pub(crate) mod lookup;
pub(crate) mod matter_acts;
pub(crate) mod matters;
pub(crate) mod own;
pub(crate) mod shared;
pub(crate) mod slowed;
pub(crate) mod staff;
pub(crate) mod steps;
pub(crate) mod tables;

use std::time::Duration;

use deadpool_postgres::{GenericClient, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::{Error, Result};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Any number: two servers that start at once on one database migrate one after the other.
const MIGRATION_LOCK: i64 = 0x1A7A_4E00;

/// How long a request waits for a connection.
const CONNECTION_WAIT: Duration = Duration::from_secs(5);

/// Connections to the database at this address; none is opened yet.
pub(crate) fn pool(address: &str, connections: usize) -> Result<Pool> {
    let mut postgres: tokio_postgres::Config =
        address.parse().map_err(|_| Error::Config(vec!["postgres is not a connection address".into()]))?;
    postgres.connect_timeout(CONNECTION_WAIT);
    // Every statement asks by a key. One that was planned while its table was still empty would read all of it, or all that a
    // shorter index gives, for the rest of the connection's life, or until PostgreSQL next counts its rows. A statement that
    // has no key to ask by is given such a price then that PostgreSQL would compile it first, which takes longer than it.
    let planned = "-c enable_seqscan=off -c plan_cache_mode=force_custom_plan -c jit=off";
    let options = format!("{} {planned}", postgres.get_options().unwrap_or_default());
    postgres.options(options.trim());
    let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_config(postgres, tokio_postgres::NoTls, manager))
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(CONNECTION_WAIT))
        .create_timeout(Some(CONNECTION_WAIT))
        .build()
        .map_err(|error| Error::Internal(error.to_string()))
}

/// Brings the schema forwards.
pub(crate) async fn migrate(pool: &Pool) -> Result<()> {
    let mut client = pool.get().await?;
    client.execute("SELECT pg_advisory_lock($1)", &[&MIGRATION_LOCK]).await?;
    let done = embedded::migrations::runner().run_async(&mut **client).await;
    client.execute("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK]).await?;
    done.map(drop).map_err(|error| Error::Internal(format!("migration: {error}")))
}

/// What a statement is run with.
type With<'w> = &'w [&'w (dyn ToSql + Sync)];

// Each statement is prepared once on a connection and kept there: to prepare it is a way to PostgreSQL and back.

pub(crate) async fn execute(c: &impl GenericClient, sql: &str, with: With<'_>) -> Result<u64> {
    Ok(c.execute(&c.prepare_cached(sql).await?, with).await?)
}

pub(crate) async fn query(c: &impl GenericClient, sql: &str, with: With<'_>) -> Result<Vec<Row>> {
    Ok(c.query(&c.prepare_cached(sql).await?, with).await?)
}

pub(crate) async fn query_one(c: &impl GenericClient, sql: &str, with: With<'_>) -> Result<Row> {
    Ok(c.query_one(&c.prepare_cached(sql).await?, with).await?)
}

pub(crate) async fn query_opt(c: &impl GenericClient, sql: &str, with: With<'_>) -> Result<Option<Row>> {
    Ok(c.query_opt(&c.prepare_cached(sql).await?, with).await?)
}

/// A place in a journal as PostgreSQL's `int8` holds it.
pub(crate) fn place(seq: u64) -> Result<i64> {
    i64::try_from(seq).map_err(|_| Error::Request("a number over 2^63".into()))
}

/// A number of rows or bytes as PostgreSQL's `int8` holds it.
pub(crate) fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A place read back; the database never holds a negative one.
pub(crate) fn seq(place: i64) -> u64 {
    u64::try_from(place).unwrap_or(0)
}

/// Bytes of a fixed length from a column.
pub(crate) fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| Error::Internal("a column of the wrong length".into()))
}
