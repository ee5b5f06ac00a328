//! Registrations counted. A count says nothing of anybody.

use chrono::NaiveDate;
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;

use super::query;
use crate::Result;

/// Registrations of one centre, month and category.
pub(crate) struct Count {
    pub(crate) centre: String,
    pub(crate) year: i32,
    /// 1 to 12.
    pub(crate) month: i32,
    pub(crate) sealed: bool,
    pub(crate) category: Option<(i64, String)>,
    pub(crate) matters: i64,
}

/// Registrations that stand, from one day to another, both included, of one centre or of all.
pub(crate) async fn counts(
    c: &impl GenericClient,
    centre: Option<&str>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Count>> {
    let rows = query(
        c,
        "SELECT centre, extract(year FROM local_date)::int4, extract(month FROM local_date)::int4,
                coalesce(sealed, true), category_edition, category, count(*) FROM matters
             WHERE NOT void AND ($1::text IS NULL OR centre = $1) AND local_date BETWEEN $2 AND $3
             GROUP BY 1, 2, 3, 4, 5, 6",
        &[&centre, &from, &to],
    )
    .await?;
    let count = |row: &Row| Count {
        centre: row.get(0),
        year: row.get(1),
        month: row.get(2),
        sealed: row.get(3),
        category: row.get::<_, Option<i64>>(4).zip(row.get(5)),
        matters: row.get(6),
    };
    Ok(rows.iter().map(count).collect())
}

/// The centres that have desks or matters, in order.
pub(crate) async fn centres(c: &impl GenericClient) -> Result<Vec<String>> {
    let sql = "SELECT centre FROM desks UNION SELECT centre FROM journals ORDER BY 1";
    Ok(query(c, sql, &[]).await?.iter().map(|row| row.get(0)).collect())
}
