//! Sealed matters (检举控告, or 保密 asked; Art. 30(3), 46(5)): their words are encrypted as they are written, to whoever writes
//! them down, the named readers and the keys kept offline. Neither another clerk's password nor an administrator's nor the
//! open database shows them. Who came to be a reader later gets them from one who is; the district gets them by itself.
//!
//! Deliberately absent: a way to open one without its being journalled.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use intake_model::{Code, RegistrationNumber, Visit};
use intake_store::{Db, Keyring, Matters, OwnKey, Version, Writer, seal, sealed_record};
use intake_wire::{
    Draft, Kind, Moment, Record, RecordOf, Resealed, SYSTEM_CLERK, SealedOpened, SealedPart, SealedRecord,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::desk::{Desk, draft};
use crate::view::{Clerk, LaterReaders, MatterWords, Opened};
use crate::visits::{parsed, profile_of, shown, versions_shown};
use crate::{Error, Result};

/// How an opening is journalled: [`Desk::note_opening`] or [`Desk::note_writing_out`].
pub(crate) type Noted = fn(&Desk, &Db, &Clerk, &str) -> Result<()>;

/// Sealed entries that one look along the journal takes: a few milliseconds.
const IN_A_PAUSE: usize = 100;

/// How far the look for what the district cannot read has come.
#[derive(Default)]
pub(crate) struct DistrictWalk {
    /// For whose key, and to which one of the district's.
    keys: (String, String),
    after: (i64, u64),
    ended: bool,
}

impl Desk {
    /// Opens a sealed matter with all its versions, for one of its readers. The opening is journalled before a word is shown.
    ///
    /// # Errors
    /// [`Code::SealedNotYours`], [`Code::NumberUnknown`], [`Code::DeskLocked`], or those of the disk: nothing is shown then.
    pub fn open_sealed(&self, number: &str) -> Result<Opened> {
        let (db, clerk) = self.at_work()?;
        let number: RegistrationNumber = parsed(number)?;
        let (ring, own, moment) = (self.ring()?, self.own()?, self.now());
        let to = self.readers(&db, clerk.id)?;
        let later = db.read::<_, Error>(|r| {
            let readers = AllReaders { ring: &ring, own: &own, to: &to };
            let mut later = readers.lacking(&r.matters(), &number.to_string())?;
            if let Some(later) = &mut later {
                later.matters = u32::try_from(readers.lacked(r)?.len()).unwrap_or(u32::MAX);
            }
            Ok(later)
        })?;
        let opened = db.write(|tx| {
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
            let versions = matters.versions(&matter.number)?;
            // Also of one that is open again to all: earlier versions are not.
            if opens || versions.iter().any(|one| matches!(one.record, Record::Sealed(_))) {
                tx.append(opening(&matter.number)?, clerk.id, moment)?;
            }
            let versions = versions_shown(versions, &words);
            Ok(Opened { matter: shown(&matters, matter, &number, &words, &profile)?, versions, later })
        })?;
        self.session().opened.insert((clerk.id, opened.matter.number.clone()));
        Ok(opened)
    }

    /// Journals that a clerk opens a sealed matter, unless they opened it since they signed in.
    pub(crate) fn note_opening(&self, db: &Db, clerk: &Clerk, number: &str) -> Result<()> {
        if self.session().opened.contains(&(clerk.id, number.to_owned())) {
            return Ok(());
        }
        self.note_writing_out(db, clerk, number)
    }

    /// Journals that words of a sealed matter leave the desk: an opening of its own, whatever was looked at before.
    pub(crate) fn note_writing_out(&self, db: &Db, clerk: &Clerk, number: &str) -> Result<()> {
        let moment = self.now();
        db.write::<_, Error>(|tx| Ok(tx.append(opening(number)?, clerk.id, moment)?))?;
        self.session().opened.insert((clerk.id, number.to_owned()));
        Ok(())
    }

    /// Seals the words of a sealed matter once more, or of every one that this clerk can open, to whoever is to read such
    /// matters today. Whoever was a reader and is none any more does not read them any longer. Gives how many matters.
    ///
    /// # Errors
    /// [`Code::SealedNotYours`], [`Code::NumberUnknown`], [`Code::DeskLocked`], or those of the disk: each matter is sealed
    /// anew whole or not at all.
    pub fn seal_to_readers(&self, number: Option<&str>) -> Result<u32> {
        let (db, clerk) = self.at_work()?;
        let (ring, own, moment) = (self.ring()?, self.own()?, self.now());
        let to = self.readers(&db, clerk.id)?;
        let readers = AllReaders { ring: &ring, own: &own, to: &to };
        let asked = number.is_some();
        let numbers = match number {
            Some(number) => BTreeSet::from([parsed(number)?.to_string()]),
            None => db.read(|r| readers.lacked(r))?,
        };
        let mut sealed = 0;
        for number in numbers {
            let done = db.write::<_, Error>(|tx| {
                match tx.matters().find(&number)? {
                    Some(matter) => yours(&matter.record, &own)?,
                    None if asked => return Err(Error::Refused(Code::NumberUnknown)),
                    // Another window's, of which this one delivered a paper.
                    None => {}
                }
                let to = readers.of(&tx.matters().versions(&number)?);
                seal_anew(tx, &number, &own, (clerk.id, moment), |_| to.clone())
            })?;
            sealed += u32::from(done);
        }
        Ok(sealed)
    }

    /// Idle work: what was sealed before the district's key for it was known is sealed to that too: the district is to be able
    /// to read it. With the key of whoever is signed in, a few matters at a time; nobody at the desk reads more by it than
    /// before.
    pub(crate) fn seal_to_district(&self, db: &Db) -> Result<()> {
        let Some(own) = self.session().own.clone() else { return Ok(()) };
        let Some(district) = district_key(db)? else { return Ok(()) };
        let mut walk = self.0.sealing.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = (own.recipient(), district);
        if walk.keys != keys {
            *walk = DistrictWalk { keys: keys.clone(), ..DistrictWalk::default() };
        }
        if walk.ended {
            return Ok(());
        }
        let (mine, district) = keys;
        let found = db.read::<_, Error>(|r| Ok(r.sealed_after(walk.after, IN_A_PAUSE)?))?;
        let unread = found.iter().filter(|one| one.to.contains(&mine) && !one.to.contains(&district));
        let numbers: BTreeSet<&str> = unread.map(|one| one.number.as_str()).collect();
        let moment = self.now();
        for number in numbers {
            let also =
                |to: &[String]| to.iter().chain([&district]).cloned().collect::<BTreeSet<_>>().into_iter().collect();
            db.write::<_, Error>(|tx| seal_anew(tx, number, &own, (SYSTEM_CLERK, moment), also))?;
        }
        match found.last() {
            Some(last) => walk.after = last.at,
            None => walk.ended = true,
        }
        Ok(())
    }

    /// What this desk wrote of papers that it handed over for another window is for readers alone, once the district says that
    /// their matter became sealed: it leaves the journal where it stands, and stands sealed in an entry of its own. Gives whether
    /// there was any.
    ///
    /// # Errors
    /// Those of the disk. The next exchange tries again.
    pub(crate) fn seal_what_became_sealed(&self, db: &Db) -> Result<bool> {
        let open = db.read::<_, Error>(|r| Ok(r.open_of_sealed()?))?;
        let moment = self.now();
        for (number, clerks) in &open {
            let mut to = BTreeSet::new();
            for clerk in clerks {
                to.extend(self.readers(db, *clerk)?);
            }
            let to = Vec::from_iter(to);
            db.write::<_, Error>(|tx| Ok(tx.seal_open_words(number, &to, SYSTEM_CLERK, moment)?))?;
        }
        Ok(!open.is_empty())
    }

    /// To whom a matter is sealed that this clerk writes down: besides what the keyring says, the district.
    fn readers(&self, db: &Db, clerk: u32) -> Result<Vec<String>> {
        let mut to = self.ring()?.sealed_to(clerk);
        to.extend(district_key(db)?.filter(|one| !to.contains(one)));
        Ok(to)
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
        Ok(Envelope::To(self.readers(&db, clerk)?))
    }
}

/// The district's key for sealed matters, where it is known.
fn district_key(db: &Db) -> Result<Option<String>> {
    db.read::<_, Error>(|r| Ok(r.line().admission()?.and_then(|one| one.answer.sealed_recipient)))
}

/// Who is to read sealed matters today, for the clerk who lets them.
struct AllReaders<'a> {
    ring: &'a Keyring,
    own: &'a OwnKey,
    /// But for those who wrote a matter.
    to: &'a [String],
}

impl AllReaders<'_> {
    /// With whoever wrote the matter down, and whoever corrected it last.
    fn of(&self, versions: &[Version]) -> Vec<String> {
        let mut to = self.to.to_vec();
        let writers = [versions.last(), versions.first()].into_iter().flatten();
        for own in writers.filter_map(|one| self.ring.clerk(one.clerk)?.recipient()) {
            if !to.iter().any(|had| had == own) {
                to.push(own.to_owned());
            }
        }
        to
    }

    /// Who of them does not read all that this clerk reads of a matter; `None` where all do.
    fn lacking(&self, matters: &Matters<'_>, number: &str) -> Result<Option<LaterReaders>> {
        let to = self.of(&matters.versions(number)?);
        let mine = self.own.recipient();
        let mut words = matters.sealed_words(number)?;
        words.retain(|one| one.to.contains(&mine));
        let reads = |own: &String| words.iter().all(|one| one.to.contains(own));
        let names = |wanted: &dyn Fn(&String) -> bool| {
            let keys = |one: &&intake_store::Wrapped| {
                !one.disabled && to.iter().any(|own| one.recipient() == Some(own) && wanted(own))
            };
            self.ring.clerks.iter().filter(keys).map(|one| one.name.clone()).collect::<Vec<_>>()
        };
        let lacking = names(&|own| !reads(own));
        Ok((!lacking.is_empty()).then(|| LaterReaders { lacking, readers: names(&|_| true), matters: 1 }))
    }

    /// The matters of which that is so.
    fn lacked(&self, r: &intake_store::Reader<'_>) -> Result<BTreeSet<String>> {
        let (mine, mut after, mut numbers) = (self.own.recipient(), (0, 0), BTreeSet::new());
        loop {
            let found = r.sealed_after(after, IN_A_PAUSE)?;
            let Some(last) = found.last() else { break };
            after = last.at;
            let short = |to: &[String]| to.contains(&mine) && self.to.iter().any(|one| !to.contains(one));
            numbers.extend(found.into_iter().filter(|one| short(&one.to)).map(|one| one.number));
        }
        let mut lacked = BTreeSet::new();
        for number in numbers {
            if self.lacking(&r.matters(), &number)?.is_some() {
                lacked.insert(number);
            }
        }
        Ok(lacked)
    }
}

/// Seals what stands sealed of a matter and opens with this key once more, to whom `to` says for each whom it is sealed to
/// now. The words stay as they are, and so does what holds them up to now. Gives whether anything was to be done.
fn seal_anew(
    tx: &Writer<'_>,
    number: &str,
    own: &OwnKey,
    (by, moment): (u32, Moment),
    to: impl Fn(&[String]) -> Vec<String>,
) -> Result<bool> {
    let mut done = false;
    for words in tx.matters().sealed_words(number)? {
        let to = to(&words.to);
        if to.iter().collect::<BTreeSet<_>>() == words.to.iter().collect() {
            continue;
        }
        let Some(part) = sealed_again(&words.part, own, &to)? else { continue };
        let open = Resealed { number: number.to_owned(), journal: words.place.journal, of: vec![words.place.seq] };
        let seq = tx.append(draft(Kind::sealed_anew(), &open, &part)?, by, moment)?;
        tx.seal_anew(&words.place, seq)?;
        done = true;
    }
    Ok(done)
}

/// A personal part with its words sealed to others: whatever else it says stays. `None` where this key does not open it.
fn sealed_again(part: &[u8], own: &OwnKey, to: &[String]) -> Result<Option<Map<String, Value>>> {
    let SealedPart { sealed, .. } = serde_json::from_slice(part)?;
    let Some(words) = own.open(&sealed) else { return Ok(None) };
    let mut part: Map<String, Value> = serde_json::from_slice(part)?;
    part.insert("to".to_owned(), json!(to));
    part.insert("sealed".to_owned(), json!(seal(&words, to)?));
    Ok(Some(part))
}

/// The entry that tells of an opening.
pub(crate) fn opening(number: &str) -> Result<Draft> {
    draft(Kind::sealed_opened(), &SealedOpened { number: number.to_owned() }, &json!({}))
}

/// The personal part of an entry about a matter: as open, or as sealed, as the matter's words.
pub(crate) fn as_sealed(record: &Record, part: &impl Serialize) -> Result<Value> {
    let Record::Sealed(words) = record else { return Ok(serde_json::to_value(part)?) };
    let sealed = seal(&serde_json::to_vec(part)?, &words.to)?;
    Ok(serde_json::to_value(SealedPart { to: words.to.clone(), sealed })?)
}

/// Opens a record in its place. Gives whether it was sealed.
pub(crate) fn unseal(record: &mut Record, own: &OwnKey) -> Result<bool> {
    let Record::Sealed(sealed) = &*record else { return Ok(false) };
    let visit = own.open(&sealed.sealed).ok_or(Error::Refused(Code::SealedNotYours))?;
    let (query_code, visit) = (sealed.query_code.clone(), serde_json::from_slice(&visit)?);
    *record = Record::Told(Box::new(RecordOf { query_code, visit }));
    Ok(true)
}

/// Refuses what is sealed to others.
pub(crate) fn yours(record: &Record, own: &OwnKey) -> Result<()> {
    match record {
        Record::Sealed(sealed) if !may_open(sealed, Some(own)) => Err(Error::Refused(Code::SealedNotYours)),
        _ => Ok(()),
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
        let told = RecordOf { query_code, visit };
        match self {
            Self::Open => Ok(serde_json::to_vec(&told)?),
            Self::To(to) => Ok(serde_json::to_vec(&sealed_record(&told, to)?)?),
        }
    }

    /// Where a matter becomes sealed: its earlier words leave the journal, and stand sealed in entries of their own. What was
    /// sealed before is sealed to the readers of the new words, as far as this key opens it.
    pub(crate) fn reseal(&self, tx: &Writer<'_>, number: &str, own: &OwnKey, by: u32, moment: Moment) -> Result<()> {
        let Self::To(to) = self else { return Ok(()) };
        tx.seal_open_words(number, to, by, moment)?;
        seal_anew(tx, number, own, (by, moment), |_| to.clone())?;
        Ok(())
    }
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
