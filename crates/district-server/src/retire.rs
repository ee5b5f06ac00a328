//! Taking a desk out of service. A retired one still sends what it holds; a lost one is refused.

use deadpool_postgres::Transaction;
use intake_model::check::text_fault;
use intake_wire::{Draft, Kind};
use serde_json::json;

use crate::db::desks::{self, Desk};
use crate::db::own;
use crate::{District, Error, Result};

impl District {
    /// Retires a desk: at its next exchange it learns of it, writes nothing more about matters, keeps everything, and tells its
    /// clerks whom to ask. What it has not sent is still taken in.
    ///
    /// # Errors
    /// [`Error::Request`] for a desk that is not known, or nobody to ask.
    pub async fn retire(&self, centre: &str, desk: u8, contact: &str) -> Result<()> {
        let contact = contact.trim();
        if contact.is_empty() || text_fault(contact).is_some() {
            return Err(Error::Request("say whom the desk's clerks can ask: a name and a phone".into()));
        }
        let open = json!({ "contact": contact }).to_string().into_bytes();
        let draft = Draft { kind: Kind::desk_retired(), open, personal: b"{}".to_vec() };
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        known(&tx, centre, desk).await?;
        let mut own = self.own_journal(&tx, centre, desk).await?;
        own::append(&tx, centre, &mut own, draft, self.moment()).await?;
        desks::set_retired(&tx, centre, desk, Some(self.now_ms())).await?;
        tx.commit().await?;
        tracing::info!(centre, desk, "desk retired");
        Ok(())
    }

    /// Takes a retired desk into service again.
    ///
    /// # Errors
    /// [`Error::Request`] for a desk that is not known.
    pub async fn reinstate(&self, centre: &str, desk: u8) -> Result<()> {
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        known(&tx, centre, desk).await?;
        let mut own = self.own_journal(&tx, centre, desk).await?;
        self.append_admitted(&tx, centre, desk, &mut own).await?;
        desks::set_retired(&tx, centre, desk, None).await?;
        tx.commit().await?;
        tracing::info!(centre, desk, "desk in service again");
        Ok(())
    }

    /// A desk was lost or stolen: its key is refused from now on, whatever the database says later.
    ///
    /// # Errors
    /// [`Error::Request`] for a desk that is not known.
    pub async fn lost(&self, centre: &str, desk: u8) -> Result<()> {
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        let known = known(&tx, centre, desk).await?;
        self.revoked.add(&known.key, centre, desk)?;
        tracing::info!(centre, desk, "desk refused from now on");
        Ok(())
    }
}

async fn known(tx: &Transaction<'_>, centre: &str, desk: u8) -> Result<Desk> {
    let known = desks::find(tx, centre, desk, true).await?;
    known.ok_or_else(|| Error::Request("no such desk is enrolled".into()))
}
