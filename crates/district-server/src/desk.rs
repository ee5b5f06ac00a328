//! Who asks: a desk with a certificate of this district. One that the database forgot is admitted again (invariant 7).

use deadpool_postgres::{GenericClient, Transaction};
use intake_model::{CentreCode, DeskNumber};
use intake_wire::{DeskCertificate, Draft, Head, Kind, MatterShared};

use crate::db::own::Own;
use crate::db::{desks, own, shared};
use crate::{District, Error, Result, apply};

/// How something of a desk comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over the line, where each request is counted.
    Line,
    /// On a stick that somebody of the district takes in.
    Stick,
}

impl District {
    /// Checks the certificate of what its key has signed, counts a request of the line, and makes the desk known if it is
    /// not.
    ///
    /// A certificate older than the one the desk was last given is as good as revoked; a newer one (the database came
    /// from a backup) takes the known one's place.
    pub(crate) async fn admit(&self, certificate: &DeskCertificate, way: Way) -> Result<()> {
        certificate.verify(&self.keys.public()).map_err(|_| Error::Refused("a certificate of another district"))?;
        check_names(&certificate.centre, certificate.desk)?;
        if way == Way::Line {
            self.rates.desk(&certificate.centre, certificate.desk)?;
        }
        if self.revoked.holds(&certificate.key)? {
            return Err(Error::Revoked);
        }
        let mut client = self.pool.get().await?;
        let (centre, desk) = (certificate.centre.as_str(), certificate.desk);
        if standing(desks::find(&client, centre, desk, false).await?.as_ref(), certificate)? {
            return Ok(());
        }
        let tx = client.transaction().await?;
        desks::queue(&tx, centre, desk).await?;
        if !standing(desks::find(&tx, centre, desk, true).await?.as_ref(), certificate)? {
            desks::put(&tx, centre, desk, &certificate.key, certificate.issued_ms).await?;
            self.own_journal(&tx, centre, desk).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The district's journal for a desk, locked; opened with `desk_admitted` where there is none.
    pub(crate) async fn own_journal(&self, tx: &Transaction<'_>, centre: &str, desk: u8) -> Result<Own> {
        match own::newest(tx, centre, desk, true).await? {
            Some(own) => Ok(own),
            None => self.open_epoch(tx, centre, desk, 1, None).await,
        }
    }

    /// Opens an epoch of the district's journal for a desk.
    pub(crate) async fn open_epoch(
        &self,
        tx: &Transaction<'_>,
        centre: &str,
        desk: u8,
        epoch: i32,
        over: Option<Head>,
    ) -> Result<Own> {
        let mut own = own::open(tx, centre, desk, epoch, over).await?;
        self.append_admitted(tx, centre, desk, &mut own).await?;
        self.append_tables(tx, centre, &mut own).await?;
        if epoch == 1 {
            shared::note_all(tx, centre, desk).await?;
        }
        Ok(own)
    }

    /// Opens the next epoch over one of which the desk holds another version: this database came from a backup. What the desk
    /// may not have heard of in the one before is said again, and that it is out of service.
    pub(crate) async fn go_on_over(
        &self,
        tx: &Transaction<'_>,
        centre: &str,
        desk: u8,
        before: &Own,
        over: Head,
    ) -> Result<Own> {
        let mut own = self.open_epoch(tx, centre, desk, before.epoch + 1, Some(over)).await?;
        let (told, entries) = own::with_told(tx, centre, before).await?;
        let service = entries.iter().rfind(|one| one.kind == Kind::desk_admitted() || one.kind == Kind::desk_retired());
        if let Some(retired) = service.filter(|one| one.kind == Kind::desk_retired()) {
            let open = retired.open.bytes().unwrap_or(b"{}").to_vec();
            let draft = Draft { kind: Kind::desk_retired(), open, personal: b"{}".to_vec() };
            own::append(tx, centre, &mut own, draft, self.moment()).await?;
        }
        for entry in entries.iter().filter(|one| one.seq > told) {
            if entry.kind == Kind::matter_acted() {
                self.act_again(tx, centre, desk, &mut own, entry).await?;
            } else if entry.kind == Kind::clerk_left() {
                self.left_again(tx, centre, &mut own, entry).await?;
            } else if entry.kind == Kind::matter_shared()
                && let Some(MatterShared { number, .. }) = apply::read(entry.open.bytes())
            {
                shared::note_one(tx, centre, desk, &number).await?;
            } else if entry.kind == Kind::paper_delivered() {
                self.delivered_again(tx, centre, desk, &mut own, entry).await?;
            }
        }
        Ok(own)
    }

    /// Writes `desk_admitted`.
    pub(crate) async fn append_admitted(
        &self,
        c: &impl GenericClient,
        centre: &str,
        desk: u8,
        own: &mut Own,
    ) -> Result<()> {
        let open = serde_json::json!({ "centre": centre, "desk": desk }).to_string().into_bytes();
        let draft = Draft { kind: Kind::desk_admitted(), open, personal: b"{}".to_vec() };
        own::append(c, centre, own, draft, self.moment()).await
    }
}

/// A centre and a desk in the model's form.
pub(crate) fn check_names(centre: &str, desk: u8) -> Result<()> {
    centre.parse::<CentreCode>().map_err(|error| Error::Request(error.to_string()))?;
    DeskNumber::new(desk).map_err(|error| Error::Request(error.to_string()))?;
    Ok(())
}

/// Whether the desk is known by this certificate; `false` where the certificate is to be taken over.
fn standing(known: Option<&desks::Desk>, certificate: &DeskCertificate) -> Result<bool> {
    match known {
        Some(known) if known.key == certificate.key => Ok(true),
        Some(known) if known.issued_ms >= certificate.issued_ms => Err(Error::Revoked),
        _ => Ok(false),
    }
}
