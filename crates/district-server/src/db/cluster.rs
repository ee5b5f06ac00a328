//! Whether the PostgreSQL that is configured keeps what it is given, and finds it again.

use deadpool_postgres::GenericClient;

use super::query_one;
use crate::{Error, Result};

/// The oldest version whose statements these are.
const OLDEST: i32 = 150_000;

/// Refuses a database in which something could be lost or not be found again.
///
/// # Errors
/// [`Error::Config`] with one sentence for each reason, [`Error::Away`].
pub(crate) async fn check(c: &impl GenericClient) -> Result<()> {
    let setting =
        async |name: &str| -> Result<String> { Ok(query_one(c, "SELECT current_setting($1)", &[&name]).await?.get(0)) };
    let version = setting("server_version_num").await?.parse().unwrap_or(0);
    if version < OLDEST {
        let now = setting("server_version").await?;
        return Err(Error::Config(vec![format!("PostgreSQL 15 or later is needed; this is {now}")]));
    }
    let mut wrong = Vec::new();
    let encoding = setting("server_encoding").await?;
    if encoding != "UTF8" {
        wrong.push(format!("the database is encoded in {encoding}; make it with --encoding UTF8"));
    }
    for name in ["fsync", "synchronous_commit"] {
        if setting(name).await? == "off" {
            wrong.push(format!(
                "PostgreSQL has {name} = off: what a desk was told is stored could be lost with the power"
            ));
        }
    }
    // What is unique is so by the order of its index. An order that came with another version of a library may look for a row
    // where it does not stand, and store it a second time.
    let sql = "SELECT datname::text, datcollversion, pg_database_collation_actual_version(oid)
               FROM pg_database WHERE datname = current_database()";
    let row = query_one(c, sql, &[]).await?;
    let (name, made_by, now): (String, Option<String>, Option<String>) = (row.get(0), row.get(1), row.get(2));
    if let Some((then, now)) = made_by.zip(now).filter(|(then, now)| then != now) {
        wrong.push(format!(
            "the machine sorts text by another version than when the database was made ({then} then, {now} now): run REINDEX \
             DATABASE \"{name}\"; then ALTER DATABASE \"{name}\" REFRESH COLLATION VERSION",
        ));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::Config(wrong)) }
}
