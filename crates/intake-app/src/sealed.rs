//! Sealed matters (检举控告, or 保密 asked; Art. 30(3), 46(5)): their words are encrypted as they are written, to whoever writes
//! them down, the named readers and the keys kept offline. Neither another clerk's password nor an administrator's nor the
//! open database shows them.
//!
//! Deliberately absent: a way to open one without its being journalled.

use intake_model::{Code, RegistrationNumber, Visit};
use intake_store::{Keyring, OwnKey, Writer, seal};
use intake_wire::{Kind, Moment, Record, RecordOf, Resealed, SealedOpened, SealedRecord};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::view::{MatterWords, Opened};
use crate::visits::{parsed, profile_of, shown, versions_shown};
use crate::{Error, Result};

impl Desk {
    /// Opens a sealed matter with all its versions, for one of its readers. The opening is journalled before a word is shown.
    ///
    /// # Errors
    /// [`Code::SealedNotYours`], [`Code::NumberUnknown`], [`Code::DeskLocked`], or those of the disk: nothing is shown then.
    pub fn open_sealed(&self, number: &str) -> Result<Opened> {
        let (db, clerk) = self.at_work()?;
        let number: RegistrationNumber = parsed(number)?;
        let ring = self.ring()?;
        let own = self.own()?;
        let moment = self.now();
        db.write(|tx| {
            let (matters, profile) = (tx.matters(), profile_of(&tx.desk()?, &tx.settings()?));
            let matter = matters.find(&number.to_string())?.ok_or(Error::Refused(Code::NumberUnknown))?;
            let words = Words { ring: &ring, own: Some(&own), open: true };
            let twins = matters.twins(&matter.number)?;
            // Of two that were given one number, each may be sealed to others.
            let records = twins.iter().map(|twin| &twin.newest.record).chain([&matter.record]);
            let sealed: Vec<&Record> = records.filter(|record| matches!(record, Record::Sealed(_))).collect();
            let opens = sealed.iter().any(|record| !matches!(words.of(record), MatterWords::Sealed { .. }));
            if !sealed.is_empty() && !opens {
                return Err(Error::Refused(Code::SealedNotYours));
            }
            let versions = versions_shown(matters.versions(&matter.number)?, &words);
            if opens {
                let open = SealedOpened { number: number.to_string() };
                tx.append(draft(Kind::sealed_opened(), &open, &json!({}))?, clerk.id, moment)?;
            }
            Ok(Opened { matter: shown(&matters, matter, &number, &words, &profile)?, versions })
        })
    }

    /// The keyring as it lies in the folder.
    pub(crate) fn ring(&self) -> Result<Keyring> {
        let folder = self.folder();
        // At work it was there: it is the disk that is gone, and nothing is damaged.
        if !folder.holds_desk() {
            return Err(intake_store::Error::Io(std::io::ErrorKind::NotFound.into()).into());
        }
        Ok(Keyring::read(&folder.keyring())?)
    }

    /// The signed-in clerk's own key.
    pub(crate) fn own(&self) -> Result<OwnKey> {
        self.session().own.clone().ok_or(Error::Refused(Code::DeskLocked))
    }

    /// Where a visit's words go as they are written: into the open part of the journal, or sealed.
    pub(crate) fn envelope(&self, clerk: u32, visit: &Visit) -> Result<Envelope> {
        if !visit.is_sealed() {
            return Ok(Envelope::Open);
        }
        let (db, _) = self.at_work()?;
        let district =
            db.read::<_, Error>(|r| Ok(r.line().admission()?.and_then(|one| one.answer.sealed_recipient)))?;
        let mut to = self.ring()?.sealed_to(clerk);
        to.extend(district.filter(|one| !to.contains(one)));
        Ok(Envelope::To(to))
    }
}

/// To whom the words of a visit go.
pub(crate) enum Envelope {
    /// Everybody at the desk, and the district.
    Open,
    /// These recipients alone.
    To(Vec<String>),
}

impl Envelope {
    /// The same, to this recipient too.
    pub(crate) fn also(self, recipient: Option<&str>) -> Self {
        match (self, recipient) {
            (Self::To(mut to), Some(one)) => {
                if !to.iter().any(|had| had == one) {
                    to.push(one.to_owned());
                }
                Self::To(to)
            }
            (envelope, _) => envelope,
        }
    }

    /// The JSON of the personal part.
    pub(crate) fn personal(&self, query_code: String, visit: Visit) -> Result<Vec<u8>> {
        match self {
            Self::Open => Ok(serde_json::to_vec(&RecordOf { query_code, visit })?),
            Self::To(to) => Ok(serde_json::to_vec(&sealed(query_code, &visit, to)?)?),
        }
    }

    /// Where a matter becomes sealed: its earlier words leave the journal, and stand sealed in entries of their own.
    pub(crate) fn reseal(&self, tx: &Writer<'_>, number: &str, by: u32, moment: Moment) -> Result<()> {
        let Self::To(to) = self else { return Ok(()) };
        for (place, record) in tx.open_versions(number)? {
            let Record::Told(told) = record else { continue };
            // The version just written is none of them: it is sealed already.
            let RecordOf { query_code, visit } = *told;
            let open = Resealed { number: number.to_owned(), journal: place.journal, of: vec![place.seq] };
            let seq = tx.append(draft(Kind::resealed(), &open, &sealed(query_code, &visit, to)?)?, by, moment)?;
            tx.erase_for(&place, seq)?;
        }
        // Its files stay where they are, and their keys are for the readers alone from now on.
        for (place, words) in tx.open_files(number)? {
            let open = Resealed { number: number.to_owned(), journal: place.journal, of: vec![place.seq] };
            let personal = json!({ "to": to, "sealed": seal(&words, to)? });
            let seq = tx.append(draft(Kind::resealed(), &open, &personal)?, by, moment)?;
            tx.erase_for(&place, seq)?;
        }
        Ok(tx.forget_aside(number)?)
    }
}

fn sealed(query_code: String, visit: &Visit, to: &[String]) -> Result<SealedRecord> {
    Ok(SealedRecord {
        query_code,
        received_at: visit.received_at,
        materials: u32::try_from(visit.materials.len()).unwrap_or(u32::MAX),
        to: to.to_vec(),
        sealed: seal(&serde_json::to_vec(visit)?, to)?,
    })
}

/// Whether this key opens the words.
pub(crate) fn may_open(record: &SealedRecord, own: Option<&OwnKey>) -> bool {
    own.is_some_and(|own| record.to.contains(&own.recipient()))
}

/// How records become what the window is shown of them.
pub(crate) struct Words<'a> {
    pub(crate) ring: &'a Keyring,
    pub(crate) own: Option<&'a OwnKey>,
    /// Whether sealed words are opened where they can be.
    pub(crate) open: bool,
}

impl Words<'_> {
    pub(crate) fn of(&self, record: &Record) -> MatterWords {
        match record {
            Record::Told(told) => MatterWords::Told { visit: told.visit.clone() },
            Record::Erased => MatterWords::Erased,
            Record::Sealed(sealed) => {
                let opened = self.own.filter(|_| self.open).and_then(|own| own.open(&sealed.sealed));
                match opened.and_then(|json| serde_json::from_slice(&json).ok()) {
                    Some(visit) => MatterWords::Told { visit },
                    None => self.closed(sealed),
                }
            }
        }
    }

    fn closed(&self, sealed: &SealedRecord) -> MatterWords {
        let reads =
            |one: &&intake_store::Wrapped| one.recipient().is_some_and(|own| sealed.to.iter().any(|to| to == own));
        let readers = self.ring.clerks.iter().filter(|one| !one.disabled).filter(reads);
        MatterWords::Sealed {
            readers: readers.map(|one| one.name.clone()).collect(),
            yours: may_open(sealed, self.own),
        }
    }
}
