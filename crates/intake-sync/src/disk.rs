//! The desk's disk from a task: it blocks, and holds nothing else up.

use intake_store::Db;

use crate::{Error, Result};

pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))?
}

pub(crate) async fn reading<T: Send + 'static>(
    db: &Db,
    work: impl FnOnce(&intake_store::Reader<'_>) -> intake_store::Result<T> + Send + 'static,
) -> Result<T> {
    let db = db.clone();
    blocking(move || Ok(db.read(work)?)).await
}

pub(crate) async fn writing<T: Send + 'static>(
    db: &Db,
    work: impl FnOnce(&intake_store::Writer<'_>) -> intake_store::Result<T> + Send + 'static,
) -> Result<T> {
    let db = db.clone();
    blocking(move || Ok(db.write(work)?)).await
}
