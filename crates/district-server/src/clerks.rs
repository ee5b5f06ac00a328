//! Clerks of whom the district says that they have left: their desk ends their signing in as soon as it hears it.
//!
//! Deliberately absent: adding a clerk, or letting one in again. That is the centre's own.

use deadpool_postgres::Transaction;
use intake_wire::{ClerkLeft, ClerkNamed, Draft, Entry, Kind};

use crate::db::clerks::{self, Left, Row};
use crate::db::own::{self, Own};
use crate::staff::{Act, Deed};
use crate::{District, Error, Result, matter_acts};

impl District {
    /// Everybody of whom a desk told.
    pub(crate) async fn clerks_of(&self, centre: &str, desk: u8) -> Result<Vec<Row>> {
        clerks::of(&self.pool.get().await?, centre, desk).await
    }

    /// Says that a clerk has left. Said twice, it stands once.
    ///
    /// # Errors
    /// [`Error::NotThere`] for one of whom the desk never told.
    pub async fn clerk_left(&self, by: &str, centre: &str, desk: u8, clerk: u32, name: &str) -> Result<()> {
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        let mut journal = self.own_journal(&tx, centre, desk).await?;
        let known = clerks::one(&tx, centre, desk, i64::from(clerk), name).await?.ok_or(Error::NotThere)?;
        if known.left_ms.is_some() {
            return Ok(());
        }
        let (open, personal) = (ClerkLeft { clerk }, ClerkNamed { name: name.to_owned() });
        let (open, personal) = (matter_acts::json(&open)?, matter_acts::json(&personal)?);
        let draft = Draft { kind: Kind::clerk_left(), open, personal };
        own::append(&tx, centre, &mut journal, draft, self.moment()).await?;
        let left = Left { clerk: i64::from(clerk), name, staff: by, at_ms: self.now_ms() };
        clerks::put_left(&tx, centre, desk, &left).await?;
        self.write_act(&tx, by, &Act::of(Deed::ClerkLeft).desk(centre, desk)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says it again in the journal that goes on: the desk may never have heard of it.
    pub(crate) async fn left_again(
        &self,
        tx: &Transaction<'_>,
        centre: &str,
        journal: &mut Own,
        entry: &Entry,
    ) -> Result<()> {
        let (Some(open), Some(personal)) = (entry.open.bytes(), entry.personal.bytes()) else { return Ok(()) };
        let draft = Draft { kind: entry.kind.clone(), open: open.to_vec(), personal: personal.to_vec() };
        own::append(tx, centre, journal, draft, entry.moment).await
    }
}
