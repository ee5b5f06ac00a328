//! Signing in, locking, signing out.

use intake_model::Code;
use intake_store::{DataKey, Db, Keyring, Opened};
use intake_wire::{Kind, SYSTEM_CLERK};
use serde_json::json;

use crate::clerks::{tell_clerks, untold};
use crate::desk::{Desk, draft};
use crate::view::{Clerk, DeskState};
use crate::{Error, Result};

/// So many wrong tries cost no wait, and are not told of.
const FREE_TRIES: u32 = 3;

/// The wait after the third wrong try, doubling up to [`LONGEST_WAIT_MS`].
const FIRST_WAIT_MS: i64 = 2_000;
const LONGEST_WAIT_MS: i64 = 60_000;

impl Desk {
    /// Signs a clerk in. Takes about 0.3 s on purpose (Argon2id).
    ///
    /// # Errors
    /// [`Code::NoDesk`], [`Code::WrongPassword`], [`Code::WaitBeforeRetry`], [`Code::PasswordLapsed`], or those of the database.
    pub fn sign_in(&self, clerk: u32, password: &str) -> Result<DeskState> {
        let folder = self.folder();
        if !folder.holds_desk() {
            return Err(Error::Refused(Code::NoDesk));
        }
        let _turn = self.keyring_turn();
        // Where a change of the key was decided and could not be ended.
        if self.session().db.is_none() {
            folder.settle_key_change()?;
        }
        let (ring, opened, tries) = self.tried(clerk, password)?;
        let db = self.opened(&opened.key, &|ring| ring.clone().open(clerk, password).ok().map(|one| one.key))?;
        let moment = self.now();
        let ring = self.caught_up(&db, ring, moment)?;
        // What could not be done when the district said it: the disk was full, or there was no other administrator.
        let (ring, _, _) = self.end_who_left_of(&db, ring)?;
        self.keep_recovery(&ring);
        // A keyring from a backup may only now know that they may not.
        let one = ring.clerk(clerk).filter(|one| !one.disabled).ok_or(Error::Refused(Code::WrongPassword))?;
        let signed = Clerk { id: one.clerk, name: one.name.clone(), role: one.role.into() };
        // Nearly always there is nothing to tell, and signing in writes nothing.
        let untold = !db.read::<_, Error>(|r| Ok(untold(&r.clerks()?, &ring).is_empty()))?;
        if untold || tries >= FREE_TRIES {
            db.write::<_, Error>(|tx| {
                tell_clerks(tx, &ring, SYSTEM_CLERK, moment)?;
                if tries >= FREE_TRIES {
                    tx.append(draft(Kind::tries_failed(), &json!({ "tries": tries }), &json!({}))?, clerk, moment)?;
                }
                Ok(())
            })?;
        }
        let mut session = self.session();
        session.db = Some(db);
        session.enter(signed, opened.own);
        session.notice = None;
        drop(session);
        self.hurry_printing();
        tracing::info!(clerk, "signed in");
        self.state()
    }

    /// Tries a password: the keyring as it is afterwards, what the password opened, and how many wrong tries were before it.
    /// The keyring's turn is the caller's.
    pub(crate) fn tried(&self, clerk: u32, password: &str) -> Result<(Keyring, Opened, u32)> {
        let path = self.folder().keyring();
        let mut ring = Keyring::read(&path)?;
        let now = self.now().at_ms;
        let wait = |tries: u32| match tries {
            0..FREE_TRIES => 0,
            more => FIRST_WAIT_MS.saturating_mul(1 << (more - FREE_TRIES).min(5)).min(LONGEST_WAIT_MS),
        };
        let Some(one) = ring.clerks.iter_mut().find(|one| one.clerk == clerk && !one.disabled) else {
            return Err(Error::Refused(Code::WrongPassword));
        };
        // A clock set back must not lock the desk until the old time comes again: the wait begins anew, once.
        let set_back = one.wrong_at_ms > now;
        one.wrong_at_ms = one.wrong_at_ms.min(now);
        let left = one.wrong_at_ms + wait(one.wrong_tries) - now;
        if left > 0 {
            if set_back {
                ring.write(&path)?;
            }
            return Err(Error::Wait { code: Code::WaitBeforeRetry, seconds: (left + 999) / 1000 });
        }
        // Counted before it is tried, so that pulling the plug does not give a free try.
        let before = one.wrong_tries;
        one.wrong_tries += 1;
        one.wrong_at_ms = now;
        ring.write(&path)?;
        let opened = match ring.open(clerk, password) {
            Ok(opened) => opened,
            Err(intake_store::Error::WrongPassword) => {
                return Err(Error::Wait { code: Code::WrongPassword, seconds: wait(before + 1) / 1000 });
            }
            Err(other) => return Err(other.into()),
        };
        if let Some(one) = ring.clerks.iter_mut().find(|one| one.clerk == clerk) {
            (one.wrong_tries, one.wrong_at_ms) = (0, 0);
        }
        ring.write(&path)?;
        Ok((ring, opened, before))
    }

    /// The database, which stays open through a lock, and through a sign-out for as long as background work has it; rebuilt
    /// first where it is damaged. `unlock` opens the keyring of a backup of another key.
    pub(crate) fn opened(&self, key: &DataKey, unlock: &dyn Fn(&Keyring) -> Option<DataKey>) -> Result<Db> {
        let open = {
            let session = self.session();
            session.db.clone().or_else(|| session.late.open())
        };
        if let Some(db) = open {
            self.learn_tables(&db);
            return Ok(db);
        }
        match self.open_database(key, unlock) {
            Ok(db) => {
                self.learn_tables(&db);
                self.session().late = db.late();
                Ok(db)
            }
            Err(error) => {
                self.session().notice = Some(error.told("opening"));
                Err(error)
            }
        }
    }

    /// Clears the screen; background work goes on.
    ///
    /// # Errors
    /// Those of [`Desk::state`].
    pub fn lock(&self) -> Result<DeskState> {
        self.session().leave();
        self.state()
    }

    /// Locks and drops the key.
    ///
    /// # Errors
    /// Those of [`Desk::state`].
    pub fn sign_out(&self) -> Result<DeskState> {
        let mut session = self.session();
        session.leave();
        session.db = None;
        drop(session);
        self.state()
    }
}
