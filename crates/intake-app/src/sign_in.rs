//! Signing in, locking, signing out.

use intake_model::Code;
use intake_store::Keyring;

use crate::desk::Desk;
use crate::view::{Clerk, DeskState};
use crate::{Error, Result};

/// The wait after the third wrong try, doubling up to [`LONGEST_WAIT_MS`].
const FIRST_WAIT_MS: i64 = 2_000;
const LONGEST_WAIT_MS: i64 = 60_000;

impl Desk {
    /// Signs a clerk in. Takes about 0.3 s on purpose (Argon2id).
    ///
    /// # Errors
    /// [`Code::NoDesk`], [`Code::WrongPassword`], [`Code::WaitBeforeRetry`], or those of the database.
    pub fn sign_in(&self, clerk: u32, password: &str) -> Result<DeskState> {
        let folder = self.folder();
        if !folder.holds_desk() {
            return Err(Error::Refused(Code::NoDesk));
        }
        let _turn = self.keyring_turn();
        let mut ring = Keyring::read(&folder.keyring())?;
        let now = self.now().at_ms;
        let wait = |tries: u32| match tries {
            0..3 => 0,
            more => FIRST_WAIT_MS.saturating_mul(1 << (more - 3).min(5)).min(LONGEST_WAIT_MS),
        };
        let Some(one) = ring.clerks.iter_mut().find(|one| one.clerk == clerk) else {
            return Err(Error::Refused(Code::WrongPassword));
        };
        // A clock set back must not lock the desk until the old time comes again: the wait begins anew, once.
        let set_back = one.wrong_at_ms > now;
        one.wrong_at_ms = one.wrong_at_ms.min(now);
        let left = one.wrong_at_ms + wait(one.wrong_tries) - now;
        if left > 0 {
            if set_back {
                ring.write(&folder.keyring())?;
            }
            return Err(Error::Wait { code: Code::WaitBeforeRetry, seconds: (left + 999) / 1000 });
        }
        let signed = Clerk { id: one.clerk, name: one.name.clone(), role: one.role.into() };
        // Counted before it is tried, so that pulling the plug does not give a free try.
        one.wrong_tries += 1;
        one.wrong_at_ms = now;
        let tries = one.wrong_tries;
        ring.write(&folder.keyring())?;
        let key = match ring.unlock(clerk, password) {
            Ok(key) => key,
            Err(intake_store::Error::WrongPassword) => {
                return Err(Error::Wait { code: Code::WrongPassword, seconds: wait(tries) / 1000 });
            }
            Err(other) => return Err(other.into()),
        };
        if let Some(one) = ring.clerks.iter_mut().find(|one| one.clerk == clerk) {
            (one.wrong_tries, one.wrong_at_ms) = (0, 0);
        }
        ring.write(&folder.keyring())?;
        let open = self.session().db.clone();
        let db = match open {
            Some(db) => db,
            None => match self.open_database(&key, &|ring| ring.unlock(clerk, password).ok()) {
                Ok(db) => db,
                Err(error) => {
                    self.session().notice = Some(error.told("opening"));
                    return Err(error);
                }
            },
        };
        let mut session = self.session();
        session.db = Some(db);
        session.clerk = Some(signed);
        session.notice = None;
        drop(session);
        self.state()
    }

    /// Clears the screen; background work goes on.
    ///
    /// # Errors
    /// Those of [`Desk::state`].
    pub fn lock(&self) -> Result<DeskState> {
        self.session().clerk = None;
        self.state()
    }

    /// Locks and drops the key.
    ///
    /// # Errors
    /// Those of [`Desk::state`].
    pub fn sign_out(&self) -> Result<DeskState> {
        let mut session = self.session();
        session.clerk = None;
        session.db = None;
        drop(session);
        self.state()
    }
}
