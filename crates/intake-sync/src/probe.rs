//! Whether the desk's own district answers: asked before an exchange that nobody waits for.
//!
//! A network that says it is there is not believed, nor is a name that resolves or a port that opens: only a server with a
//! certificate of the district's CA that bears a district's mark.

use std::time::Duration;

use intake_store::Db;

use crate::client::Client;
use crate::run::reading;
use crate::{Error, Patience, Result, trust};

/// How long an answer of a few bytes may take.
const WAIT: Duration = Duration::from_secs(10);
const ANSWER_BYTES: usize = 4 << 10;

#[derive(serde::Deserialize)]
struct Health {
    version: u32,
}

/// Asks the district once.
///
/// # Errors
/// Those of the line: whatever else answers is [`Error::NotRecognised`] or [`Error::Certificate`].
pub async fn probe(db: &Db) -> Result<()> {
    let admission = reading(db, |reader| reader.line().admission()).await?.ok_or(Error::NotEnrolled)?;
    let patience = Patience { stall: WAIT, ..Patience::default() };
    let client = Client::new(&admission.address, trust::of_ca(&admission.ca_der)?, patience)?;
    let answer = tokio::time::timeout(WAIT, client.get("/v1/health", ANSWER_BYTES)).await;
    let answer = answer.unwrap_or(Err(Error::TooSlow))?;
    match serde_json::from_slice::<Health>(&answer) {
        Ok(health) if health.version >= intake_wire::VERSION => Ok(()),
        _ => Err(Error::NotRecognised("an answer in another form")),
    }
}
