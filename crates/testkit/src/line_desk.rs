//! A desk as the line sees it: a journal, a key and an enrolment, without clerks who sign in, forms and paper.

use std::error::Error;
use std::path::Path;

use intake_store::{DataKey, Db, DeskRow, Locked};
use intake_sync::{Outcome, Patience, enrol, exchange_with};
use intake_wire::{BootId, Draft, JournalId, Kind, Moment, SigningKey};

use crate::district::CENTRE;

/// What its functions give.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// A desk with a database of its own.
pub struct LineDesk {
    /// Its database.
    pub db: Db,
    _locked: Locked,
}

impl LineDesk {
    /// Makes one in a folder, enrolled as desk 1 at a district.
    ///
    /// # Errors
    /// Where the folder cannot be used, or the district does not take the code.
    pub async fn enrolled(folder: &Path, address: &str, code: &str) -> Result<Self> {
        let (journal, key) = (JournalId(intake_wire::random()?), SigningKey::generate()?);
        let admission = enrol(address, code, CENTRE, 1, journal, &key).await?;
        let locked = Locked::take(folder)?;
        let db = Db::create(&locked.folder(), &DataKey::generate()?)?;
        let row = DeskRow {
            centre_code: CENTRE.into(),
            centre_name: "新立街道".into(),
            office_phone: "022-24390000".into(),
            office_address: "津塘公路".into(),
            number: 1,
            practice: true,
        };
        db.write(|tx| {
            tx.insert_desk(&row, &key)?;
            tx.open_epoch(journal, "A")?;
            tx.set_admission(&admission)
        })?;
        Ok(Self { db, _locked: locked })
    }

    /// Journals a clerk added for each number, in one transaction: entries that need no others to apply.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn writes(&self, count: u32, name: impl Fn() -> String) -> Result<()> {
        let moment = Moment { at_ms: 1_795_500_000_000, boot: BootId([0; 16]), mono_ms: 1 };
        let work = |tx: &intake_store::Writer<'_>| {
            for clerk in 1..=count {
                let personal = serde_json::json!({ "name": name() }).to_string().into_bytes();
                let open = serde_json::json!({ "clerk": clerk, "role": "clerk" }).to_string().into_bytes();
                tx.append(Draft { kind: Kind::clerk_added(), open, personal }, 1, moment)?;
            }
            Ok::<_, intake_store::Error>(())
        };
        Ok(self.db.write(work)?)
    }

    /// One exchange without a second try.
    ///
    /// # Errors
    /// Those of the line.
    pub async fn exchange(&self) -> intake_sync::Result<Outcome> {
        exchange_with(&self.db, Patience { retries: 0, ..Patience::default() }, |_| {}, || 42).await
    }

    /// Entries that the district has not confirmed.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn unsent(&self) -> Result<u64> {
        Ok(intake_sync::outlook(&self.db)?.entries)
    }
}

/// A name that no compression makes shorter, so that a registration's length is on the wire.
#[must_use]
pub fn noise() -> String {
    // Where the system has no random bytes, the name is short and the test that needs it long says so.
    intake_wire::random().map(|bytes| intake_wire::Hash(bytes).to_string().repeat(3)).unwrap_or_default()
}
