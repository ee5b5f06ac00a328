//! A keyring that is damaged or gone: put back from a backup where one is certainly of this database, told plainly, and else
//! made anew by a recovery key.
//!
//! It is put back before anybody has signed in: whoever sits at the window has nothing to decide. What it does not know of the
//! clerks stands in the database, and is told and made good at the first sign-in.

use intake_model::Code;
use intake_store::{
    ClerkRow, Db, Keyring, Outdated, keyring_back, note_outdated, put_keyring_back, recover_lost, seen_keyring_back,
};
use intake_wire::{Kind, Moment, SYSTEM_CLERK};
use serde_json::json;

use crate::clerks::long_enough;
use crate::desk::{Desk, draft};
use crate::view::{Clerk, DeskState, KeyringBack, Role};
use crate::visits::minute;
use crate::{Error, Result};

impl Desk {
    /// Whether records are here and nobody's password opens them any more.
    fn has_lost_its_keyring(&self) -> bool {
        let folder = self.folder();
        folder.lost_its_keyring()
            || (folder.holds_desk() && matches!(Keyring::read(&folder.keyring()), Err(intake_store::Error::Keyring(_))))
    }

    /// Puts a lost keyring back from a backup, if there is one of this database. What stands in the way of it is told by
    /// whoever reads the keyring next.
    pub(crate) fn mend_keyring(&self) {
        if !self.0.setup.mends || self.session().db.is_some() || !self.has_lost_its_keyring() {
            return;
        }
        match put_keyring_back(&self.folder(), self.now().at_ms) {
            Ok(true) => tracing::warn!("the keyring was lost and is back from a backup"),
            Ok(false) => tracing::error!("the keyring is lost, and no backup has one of this database"),
            Err(error) => tracing::error!(%error, "the keyring is lost and was not put back"),
        }
    }

    /// Keeps the recovery keys' wraps beside the keyring. Where that fails nobody is held up: each sign-in sees to it again.
    pub(crate) fn keep_recovery(&self, ring: &Keyring) {
        if let Err(error) = self.folder().keep_recovery(ring) {
            tracing::warn!(%error, "the recovery keys' wraps were not kept");
        }
    }

    /// The last keyring that was put back, until somebody has seen it.
    pub(crate) fn keyring_back(&self) -> Option<KeyringBack> {
        let back = keyring_back(&self.folder())?;
        let outdated = back.outdated.unwrap_or_default();
        Some(KeyringBack {
            at: minute(back.at_ms),
            backup: minute(back.backup_ms),
            passwords: outdated.passwords,
            added: outdated.added,
            aside: self.folder().path().join(back.aside).display().to_string(),
        })
    }

    /// The clerk has seen that the keyring was put back.
    ///
    /// # Errors
    /// [`Code::DeskLocked`], or those of the disk.
    pub fn seen_keyring_back(&self) -> Result<DeskState> {
        self.at_work()?;
        seen_keyring_back(&self.folder())?;
        self.state()
    }

    /// At the first sign-in after a keyring was put back: it learns what the journal knows of the clerks, and the journal that
    /// it was put back. Where the power goes before that is noted, it is told twice. The keyring's turn is the caller's.
    pub(crate) fn caught_up(&self, db: &Db, mut ring: Keyring, moment: Moment) -> Result<Keyring> {
        let folder = self.folder();
        let Some(back) = keyring_back(&folder).filter(|back| back.outdated.is_none()) else { return Ok(ring) };
        let (known, admission) = db.read::<_, Error>(|r| Ok((r.clerks()?, r.line().admission()?)))?;
        let outdated = outdated(&ring, &known);
        ring.catch_up(&known);
        if let Some(admission) = admission {
            ring.add_recovery(&db.key(), &admission.answer.recovery_recipient)?;
        }
        ring.write(&folder.keyring())?;
        let open = json!({ "backup_ms": back.backup_ms });
        db.write::<_, Error>(|tx| {
            Ok(tx.append(draft(Kind::keyring_restored(), &open, &json!({}))?, SYSTEM_CLERK, moment)?)
        })?;
        note_outdated(&folder, back, outdated)?;
        Ok(ring)
    }

    /// Makes the keyring of a desk that lost it anew by a recovery key, for an administrator with a new password. Without a
    /// name it is the only one there is. Everybody whose wrap is nowhere left needs a new password from them.
    ///
    /// # Errors
    /// [`Code::DeskExists`] where the keyring reads; [`Code::KeyringDamaged`] where no wrap is left of it anywhere;
    /// [`Code::ClerkUnknown`], [`Code::PasswordTooShort`], [`Code::RecoveryKeyWrong`], or those of the database.
    pub fn recover_keyring(&self, key: &str, administrator: Option<&str>, password: &str) -> Result<DeskState> {
        if !self.has_lost_its_keyring() {
            return Err(Error::Refused(Code::DeskExists));
        }
        long_enough(password)?;
        let _turn = self.keyring_turn();
        let (mut ring, data) = match recover_lost(&self.folder(), key) {
            Err(intake_store::Error::WrongPassword) => return Err(Error::about("key", Code::RecoveryKeyWrong)),
            other => other?,
        };
        let db = self.opened(&data, &|ring| ring.recover(key).ok())?;
        let known = db.read::<_, Error>(|r| Ok(r.clerks()?))?;
        let signed = chosen(&known, administrator)?;
        ring.catch_up(&known);
        self.folder().put_keyring_aside(self.now().at_ms)?;
        self.come_back(db, ring, signed, password)
    }
}

/// What a ring from a backup does not know of those who work here.
fn outdated(ring: &Keyring, known: &[ClerkRow]) -> Outdated {
    let mut outdated = Outdated::default();
    for row in known.iter().filter(|row| !row.disabled) {
        match ring.clerk(row.clerk) {
            None => outdated.added.push(row.name.clone()),
            Some(one) if one.passwords != row.passwords => outdated.passwords.push(row.name.clone()),
            Some(_) => {}
        }
    }
    outdated
}

fn chosen(known: &[ClerkRow], name: Option<&str>) -> Result<Clerk> {
    let administrator = intake_store::Role::Administrator.word();
    let able = known.iter().filter(|row| !row.disabled && row.role == administrator);
    let mut named = able.filter(|row| name.is_none_or(|name| row.name == name));
    match (named.next(), named.next()) {
        (Some(row), None) => Ok(Clerk { id: row.clerk, name: row.name.clone(), role: Role::Administrator }),
        _ => Err(Error::Refused(Code::ClerkUnknown)),
    }
}
