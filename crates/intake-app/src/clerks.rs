//! Who may sit at the desk: added, disabled, given a new password, named to read sealed matters; and coming back in by a
//! recovery key.
//!
//! The keyring is written before the journal, so that nobody ever signs in of whom the journal will not know: what it says
//! beyond the journal is written at the next sign-in ([`tell_clerks`]). Where the data key changes, keyring and journal change
//! together. Nobody is ever taken out: entries name their clerk by number.

use intake_model::Code;
use intake_model::check::text_fault;
use intake_store::{ClerkRow, DataKey, Db, Keyring, LateDb, Writer};
use intake_wire::{Kind, Moment, SYSTEM_CLERK};
use serde_json::json;

use crate::desk::{Desk, PASSWORD_CHARACTERS, draft};
use crate::view::{Clerk, ClerkView, DeskState, Recovery, Role};
use crate::{Error, Result};

/// The longest name of a clerk, in characters.
const NAME_CHARACTERS: usize = 30;

/// The longest rest before the desk locks.
const LONGEST_REST_MINUTES: u32 = 30;

impl Desk {
    /// Everybody who ever worked here, for the administrator.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::DeskLocked`].
    pub fn clerks(&self) -> Result<Vec<ClerkView>> {
        self.administrator()?;
        let ring = Keyring::read(&self.folder().keyring())?;
        let view = |one: &intake_store::Wrapped| ClerkView {
            id: one.clerk,
            name: one.name.clone(),
            role: one.role.into(),
            disabled: one.disabled,
            reader: one.reader,
            password_lapsed: ring.has_lapsed(one.clerk),
        };
        Ok(ring.clerks.iter().map(view).collect())
    }

    /// Adds a clerk.
    ///
    /// # Errors
    /// [`Code::ClerkNameUnusable`] for a blank name, one too long, or that of somebody who works here; [`Code::PasswordTooShort`];
    /// [`Code::NotAllowed`], [`Code::DeskLocked`].
    pub fn add_clerk(&self, name: &str, role: Role, password: &str) -> Result<Vec<ClerkView>> {
        let name = name.trim();
        self.change_clerks(|ring, db| {
            let taken = ring.clerks.iter().any(|one| !one.disabled && one.name == name);
            if name.is_empty() || name.chars().count() > NAME_CHARACTERS || text_fault(name).is_some() || taken {
                return Err(Error::about("name", Code::ClerkNameUnusable));
            }
            long_enough(password)?;
            let known = db.read::<_, Error>(|r| Ok(r.clerks()?))?;
            ring.note_given(known.iter().map(|one| one.clerk).max().unwrap_or(0));
            ring.add_clerk(&db.key(), name, role.into(), password)?;
            Ok(())
        })
    }

    /// Sets a new password for somebody who forgot theirs. They read sealed matters from now on only; what was sealed to them
    /// before stays with its other readers, since nobody but they could open it.
    ///
    /// # Errors
    /// [`Code::ClerkUnknown`], [`Code::PasswordTooShort`], [`Code::NotAllowed`], [`Code::DeskLocked`].
    pub fn set_clerk_password(&self, clerk: u32, password: &str) -> Result<Vec<ClerkView>> {
        let mut own = None;
        let told = self.change_clerks(|ring, db| {
            enabled(ring, clerk)?;
            long_enough(password)?;
            own = Some(ring.reset_password(clerk, &db.key(), password)?);
            Ok(())
        })?;
        let mut session = self.session();
        if session.clerk.as_ref().is_some_and(|one| one.id == clerk) {
            session.own = own;
        }
        Ok(told)
    }

    /// Names a clerk to read sealed matters, or no longer. It holds for what is sealed from now on.
    ///
    /// # Errors
    /// [`Code::ClerkUnknown`], [`Code::NotAllowed`], [`Code::DeskLocked`].
    pub fn set_sealed_reader(&self, clerk: u32, reader: bool) -> Result<Vec<ClerkView>> {
        self.change_clerks(|ring, _| {
            enabled(ring, clerk)?;
            ring.clerks.iter_mut().filter(|one| one.clerk == clerk).for_each(|one| one.reader = reader);
            Ok(())
        })
    }

    /// Ends a clerk's signing in, and changes the data key, which they knew. Their entries keep their name.
    ///
    /// # Errors
    /// [`Code::LastAdministrator`], [`Code::ClerkUnknown`], [`Code::NotAllowed`], [`Code::DeskLocked`], or those of the disk.
    pub fn disable_clerk(&self, clerk: u32) -> Result<Vec<ClerkView>> {
        let (db, by) = self.administrator()?;
        let moment = self.now();
        {
            let _turn = self.keyring_turn();
            let mut ring = Keyring::read(&self.folder().keyring())?;
            enabled(&ring, clerk)?;
            for one in ring.clerks.iter_mut().filter(|one| one.clerk == clerk) {
                (one.disabled, one.reader) = (true, false);
            }
            if !ring.clerks.iter().any(|one| !one.disabled && one.role == intake_store::Role::Administrator) {
                return Err(Error::Refused(Code::LastAdministrator));
            }
            self.change_key(&db, &ring, |tx, ring| tell_clerks(tx, ring, by.id, moment), by.id, moment)?;
        }
        if clerk == by.id {
            self.lock()?;
            return Ok(Vec::new());
        }
        self.clerks()
    }

    /// Ends the signing in of those of whom the district says that they have left, and changes the data key, which they knew. The
    /// database is open and the district's word is what the administrator's would be: so it is done as soon as it is heard, by
    /// the program itself. The last administrator stays until there is another; nobody could add one else. Gives who was
    /// ended, and who stays for that.
    ///
    /// # Errors
    /// Those of the disk. The next exchange or sign-in tries again.
    pub(crate) fn end_who_left(&self, db: &Db) -> Result<(Vec<String>, Vec<String>)> {
        let _turn = self.keyring_turn();
        let ring = Keyring::read(&self.folder().keyring())?;
        self.end_who_left_of(db, ring).map(|(_, ended, staying)| (ended, staying))
    }

    /// The same with the keyring's turn taken; gives the keyring as it is afterwards.
    pub(crate) fn end_who_left_of(&self, db: &Db, mut ring: Keyring) -> Result<(Keyring, Vec<String>, Vec<String>)> {
        let left = db.read::<_, Error>(|r| Ok(r.line().clerks_left()?))?;
        let (mut ended, mut staying) = (Vec::new(), Vec::new());
        for (clerk, name) in left {
            let Some(one) = ring.clerk(clerk).filter(|one| !one.disabled && one.name == name) else { continue };
            let administers = |other: &&intake_store::Wrapped| {
                !other.disabled && other.clerk != clerk && other.role == intake_store::Role::Administrator
            };
            if one.role == intake_store::Role::Administrator && !ring.clerks.iter().any(|other| administers(&other)) {
                staying.push(name);
                continue;
            }
            for one in ring.clerks.iter_mut().filter(|one| one.clerk == clerk) {
                (one.disabled, one.reader) = (true, false);
            }
            ended.push((clerk, name));
        }
        if ended.is_empty() {
            return Ok((ring, Vec::new(), staying));
        }
        let moment = self.now();
        self.change_key(db, &ring, |tx, ring| tell_clerks(tx, ring, SYSTEM_CLERK, moment), SYSTEM_CLERK, moment)?;
        let mut session = self.session();
        if session.clerk.as_ref().is_some_and(|at_work| ended.iter().any(|(clerk, _)| *clerk == at_work.id)) {
            session.leave();
        }
        drop(session);
        let ring = Keyring::read(&self.folder().keyring())?;
        Ok((ring, ended.into_iter().map(|(_, name)| name).collect(), staying))
    }

    /// Changes one's own password. What was sealed to the clerk stays readable to them.
    ///
    /// # Errors
    /// [`Code::WrongPassword`] for the old one, [`Code::WaitBeforeRetry`], [`Code::PasswordTooShort`], [`Code::DeskLocked`].
    pub fn change_password(&self, old: &str, new: &str) -> Result<()> {
        let (db, clerk) = self.at_work()?;
        long_enough(new)?;
        let _turn = self.keyring_turn();
        let (mut ring, opened, _) = self.tried(clerk.id, old)?;
        ring.change_password(clerk.id, &opened, new)?;
        ring.write(&self.folder().keyring())?;
        let moment = self.now();
        db.write(|tx| tell_clerks(tx, &ring, clerk.id, moment))
    }

    /// Comes back in by a recovery key, as an administrator with a new password. The database is encrypted anew under a fresh
    /// key: whoever found the old one in a copy reads nothing that is written from now on.
    ///
    /// # Errors
    /// [`Code::NoDesk`], [`Code::ClerkUnknown`], [`Code::NotAllowed`] for one who is no administrator,
    /// [`Code::PasswordTooShort`], [`Code::RecoveryKeyWrong`], or those of the database.
    pub fn recover(&self, form: &Recovery) -> Result<DeskState> {
        let folder = self.folder();
        if !folder.holds_desk() {
            return Err(Error::Refused(Code::NoDesk));
        }
        long_enough(&form.password)?;
        let _turn = self.keyring_turn();
        let ring = Keyring::read(&folder.keyring())?;
        let one = enabled(&ring, form.clerk)?;
        if one.role != intake_store::Role::Administrator {
            return Err(Error::Refused(Code::NotAllowed));
        }
        let signed = Clerk { id: one.clerk, name: one.name.clone(), role: one.role.into() };
        let key = match ring.recover(&form.key) {
            Err(intake_store::Error::WrongPassword) => return Err(Error::about("key", Code::RecoveryKeyWrong)),
            other => other?,
        };
        let db = self.opened(&key, &|ring| ring.recover(&form.key).ok())?;
        self.come_back(db, ring, signed, &form.password)
    }

    /// Signs an administrator in with a new password, and changes the data key. The keyring's turn is the caller's.
    pub(crate) fn come_back(&self, db: Db, mut ring: Keyring, signed: Clerk, password: &str) -> Result<DeskState> {
        let moment = self.now();
        let own = ring.reset_password(signed.id, &db.key(), password)?;
        let told = |tx: &Writer<'_>, ring: &Keyring| {
            let open = json!({ "clerk": signed.id });
            tx.append(draft(Kind::desk_recovered(), &open, &json!({}))?, signed.id, moment)?;
            tell_clerks(tx, ring, signed.id, moment)
        };
        self.change_key(&db, &ring, told, signed.id, moment)?;
        let mut session = self.session();
        (session.db, session.notice) = (Some(db), None);
        session.enter(signed, own);
        drop(session);
        self.state()
    }

    /// After how many minutes of rest the desk locks: 1 to 30.
    ///
    /// # Errors
    /// [`Code::LockMinutesUnusable`], [`Code::NotAllowed`], [`Code::DeskLocked`].
    pub fn set_lock_minutes(&self, minutes: u32) -> Result<DeskState> {
        let (db, clerk) = self.administrator()?;
        if !(1..=LONGEST_REST_MINUTES).contains(&minutes) {
            return Err(Error::Refused(Code::LockMinutesUnusable));
        }
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            tx.set_lock_minutes(minutes)?;
            tx.append(draft(Kind::lock_changed(), &json!({ "minutes": minutes }), &json!({}))?, clerk.id, moment)?;
            Ok(())
        })?;
        self.state()
    }

    /// Reads the keyring, changes it, writes it, and journals what changed.
    fn change_clerks(&self, change: impl FnOnce(&mut Keyring, &Db) -> Result<()>) -> Result<Vec<ClerkView>> {
        let (db, by) = self.administrator()?;
        let moment = self.now();
        {
            let _turn = self.keyring_turn();
            let path = self.folder().keyring();
            let mut ring = Keyring::read(&path)?;
            change(&mut ring, &db)?;
            ring.write(&path)?;
            db.write(|tx| tell_clerks(tx, &ring, by.id, moment))?;
        }
        self.clerks()
    }

    /// Encrypts the database anew under a fresh key, for the clerks of `ring`; `told` and that it was done stand in the new file.
    fn change_key(
        &self,
        db: &Db,
        ring: &Keyring,
        told: impl FnOnce(&Writer<'_>, &Keyring) -> Result<()>,
        by: u32,
        moment: Moment,
    ) -> Result<()> {
        let key = DataKey::generate()?;
        let ring = ring.for_key(&key)?;
        let changed = db.change_key::<_, Error>(&key, &ring, |tx| {
            told(tx, &ring)?;
            tx.append(draft(Kind::key_changed(), &json!({}), &json!({}))?, by, moment)?;
            Ok(())
        });
        if changed.is_ok() {
            self.keep_recovery(&ring);
        } else {
            // Whether it was decided is the folder's to say, and it is asked at the next sign-in.
            self.session().late = LateDb::default();
            self.sign_out()?;
        }
        changed
    }
}

/// Journals what the keyring says of the clerks beyond the journal, as done by `by`.
pub(crate) fn tell_clerks(tx: &Writer<'_>, ring: &Keyring, by: u32, moment: Moment) -> Result<()> {
    let known = tx.clerks()?;
    for (row, before) in untold(&known, ring) {
        let id = row.clerk;
        let append = |kind, open: serde_json::Value, personal: serde_json::Value| {
            tx.append(draft(kind, &open, &personal)?, by, moment).map_err(Error::from)
        };
        if before.is_none_or(|before| before.disabled && !row.disabled) {
            append(Kind::clerk_added(), json!({ "clerk": id, "role": row.role }), json!({ "name": row.name }))?;
        }
        if before.map_or(0, |before| before.passwords) != row.passwords {
            append(Kind::password_changed(), json!({ "clerk": id }), json!({}))?;
        }
        if before.is_some_and(|before| before.reader) != row.reader {
            append(Kind::sealed_reader_set(), json!({ "clerk": id, "reader": row.reader }), json!({}))?;
        }
        if row.disabled && !before.is_some_and(|before| before.disabled) {
            append(Kind::clerk_disabled(), json!({ "clerk": id }), json!({}))?;
        }
        tx.put_clerk(&row)?;
    }
    Ok(())
}

/// The clerks of whom the keyring says something else than the journal, as they stand in the keyring and in the journal.
pub(crate) fn untold<'a>(known: &'a [ClerkRow], ring: &Keyring) -> Vec<(ClerkRow, Option<&'a ClerkRow>)> {
    let now = ring.clerks.iter().map(|one| ClerkRow {
        clerk: one.clerk,
        name: one.name.clone(),
        role: one.role.word().to_owned(),
        disabled: one.disabled,
        reader: one.reader,
        passwords: one.passwords,
    });
    now.map(|row| {
        let before = known.iter().find(|one| one.clerk == row.clerk);
        (row, before)
    })
    .filter(|(row, before)| before.is_none_or(|before| before != row))
    .collect()
}

fn enabled(ring: &Keyring, clerk: u32) -> Result<&intake_store::Wrapped> {
    ring.clerk(clerk).filter(|one| !one.disabled).ok_or(Error::Refused(Code::ClerkUnknown))
}

pub(crate) fn long_enough(password: &str) -> Result<()> {
    if password.chars().count() < PASSWORD_CHARACTERS {
        return Err(Error::about("password", Code::PasswordTooShort));
    }
    Ok(())
}
