//! What the district does with a matter: 转送, 交办, 督办, 复查, 复核, 退回. It stands in the district's journal for the desk that
//! registered the matter, and reaches it with its next exchange or stick.
//!
//! Of a sealed matter no words are taken: what must be said of it goes another way. Deliberately absent: taking an act back;
//! a later one says how it stands now.

use deadpool_postgres::Transaction;
use intake_model::{ActTold, ActWords, DistrictAct, RegistrationNumber};
use intake_wire::{Draft, Entry, Kind, MatterActed};

use crate::db::matter_acts::{self, Put};
use crate::db::own::Own;
use crate::db::{lookup, own};
use crate::staff::{Act, Deed, Person, Role};
use crate::{District, Error, Result, apply};

/// What a form says.
pub(crate) struct Asked {
    /// The form's own random bytes: it is taken once.
    pub(crate) id: [u8; 16],
    pub(crate) told: ActTold,
    pub(crate) words: ActWords,
}

/// An act as staff see it.
pub(crate) struct Done {
    pub(crate) at_ms: i64,
    pub(crate) told: ActTold,
    /// Nothing once the matter is sealed.
    pub(crate) words: ActWords,
    pub(crate) staff: String,
}

const fn deed(act: DistrictAct) -> Deed {
    match act {
        DistrictAct::Forwarded => Deed::MatterForwarded,
        DistrictAct::Assigned => Deed::MatterAssigned,
        DistrictAct::Supervised => Deed::MatterSupervised,
        DistrictAct::Reviewed => Deed::MatterReviewed,
        DistrictAct::Reexamined => Deed::MatterReexamined,
        DistrictAct::Returned => Deed::MatterReturned,
    }
}

impl District {
    /// Does something with a matter: the entry of the district's journal, its place and who did it are one transaction. The same
    /// form again changes nothing.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] below an officer, [`Error::NotThere`], [`Error::MatterVoid`], [`Error::ActUnfit`] with all that
    /// is missing.
    pub(crate) async fn act(&self, person: &Person, number: &str, asked: Asked) -> Result<()> {
        person.at_least(Role::Officer)?;
        let number: RegistrationNumber = number.parse().map_err(|_| Error::NotThere)?;
        let (centre, number) = (number.centre().as_str().to_owned(), number.to_string());
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        let standing = lookup::of_number(&tx, &centre, &number).await?;
        let desk = standing.first().ok_or(Error::NotThere)?.desk;
        let desk = u8::try_from(desk).map_err(|_| Error::Internal("a desk without a number".into()))?;
        // The lock of the journal, so that two of the same form come one after the other.
        let mut journal = self.own_journal(&tx, &centre, desk).await?;
        if matter_acts::is_known(&tx, &centre, &number, &asked.id).await? {
            return Ok(());
        }
        if standing.iter().all(|one| one.void) {
            return Err(Error::MatterVoid);
        }
        let sealed = standing.iter().any(|one| one.sealed);
        let (told, words) = asked.told.kept(&asked.words, sealed).map_err(Error::ActUnfit)?;
        let deed = deed(told.act);
        let open = MatterActed { id: asked.id, number: number.clone(), told };
        let draft = Draft { kind: Kind::matter_acted(), open: json(&open)?, personal: json(&words)? };
        own::append(&tx, &centre, &mut journal, draft, self.moment()).await?;
        let at = (journal.id, journal.head.seq);
        matter_acts::put(&tx, &centre, &Put { number: &number, id: asked.id, desk, at, staff: &person.name }).await?;
        self.write_act(&tx, &person.name, &Act::of(deed).at(&centre).matter(&number)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The same for one of the staff by name, without a form.
    ///
    /// # Errors
    /// As by the page; [`Error::NotAllowed`] for a name that may not sign in.
    pub async fn act_by(&self, name: &str, number: &str, told: ActTold, words: ActWords) -> Result<()> {
        let staff = self.staff().await?.into_iter().find(|one| one.name == name && one.disabled_ms.is_none());
        let staff = staff.ok_or(Error::NotAllowed)?;
        let person = Person { name: staff.name, role: staff.role };
        self.act(&person, number, Asked { id: intake_wire::random()?, told, words }).await
    }

    /// What was done with a matter, the oldest first.
    pub(crate) async fn acts_about(&self, centre: &str, number: &str, sealed: bool) -> Result<Vec<Done>> {
        let stand = matter_acts::of(&self.pool.get().await?, centre, number).await?;
        let done = stand.into_iter().filter_map(|one| {
            let MatterActed { told, .. } = apply::read(one.entry.open.bytes())?;
            let words = apply::read(one.entry.personal.bytes()).filter(|_| !sealed).unwrap_or_default();
            Some(Done { at_ms: one.entry.moment.at_ms, told, words, staff: one.staff })
        });
        Ok(done.collect())
    }

    /// Says an act again in the journal that goes on: the desk may never have heard of it.
    pub(crate) async fn act_again(
        &self,
        tx: &Transaction<'_>,
        centre: &str,
        desk: u8,
        journal: &mut Own,
        entry: &Entry,
    ) -> Result<()> {
        let told: Option<MatterActed> = apply::read(entry.open.bytes());
        let (Some(open), Some(MatterActed { id, number, .. })) = (entry.open.bytes(), told) else { return Ok(()) };
        let personal = entry.personal.bytes().unwrap_or(b"{}").to_vec();
        let draft = Draft { kind: entry.kind.clone(), open: open.to_vec(), personal };
        own::append(tx, centre, journal, draft, entry.moment).await?;
        let staff = matter_acts::staff(tx, centre, &number, &id).await?;
        let at = (journal.id, journal.head.seq);
        matter_acts::put(tx, centre, &Put { number: &number, id, desk, at, staff: &staff }).await
    }
}

pub(crate) fn json(what: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(what).map_err(|error| Error::Internal(error.to_string()))
}
