//! Enrolment: a one-time code turns a desk's key into a certificate.

use std::time::Duration;

use intake_wire::{DeskCertificate, EnrolAnswer, EnrolRequest, EnrolmentCode, Hash, sha256};

use crate::db::desks;
use crate::desk::check_names;
use crate::{District, Error, Result};

/// What a refused code costs the one who tries.
const REFUSAL_DELAY: Duration = Duration::from_millis(250);

impl District {
    /// A new code for one desk, good once and for fifteen minutes.
    ///
    /// # Errors
    /// [`Error::Request`] for a centre or desk that cannot be, [`Error::Away`] without the database.
    pub async fn new_code(&self, centre: &str, desk: u8) -> Result<EnrolmentCode> {
        check_names(centre, desk)?;
        let code = EnrolmentCode::generate(self.ca_der())?;
        let client = self.pool.get().await?;
        let expires = self.now_ms() + EnrolmentCode::MINUTES * 60_000;
        desks::add_code(&client, centre, &hash(&code.secret()).0, desk, expires).await?;
        Ok(code)
    }

    /// Admits a desk. The same code with the same key again (the answer was lost) gives the same answer.
    ///
    /// A desk that was enrolled before gets a certificate for its new key, and the old key goes on the revocation list.
    pub(crate) async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolAnswer> {
        request.verify()?;
        check_names(&request.centre, request.desk)?;
        let _one_at_a_time = self.enrolling.lock().await;
        let done = self.enrol_once(request).await;
        if matches!(done, Err(Error::CodeRefused)) {
            tokio::time::sleep(REFUSAL_DELAY).await;
        }
        done
    }

    async fn enrol_once(&self, request: &EnrolRequest) -> Result<EnrolAnswer> {
        let (centre, desk, now_ms) = (request.centre.as_str(), request.desk, self.now_ms());
        let secret = hash(&request.secret);
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        desks::queue(&tx, centre, desk).await?;
        let code = desks::open_code(&tx, centre, &secret.0, desk, now_ms).await?.ok_or(Error::CodeRefused)?;
        let known = desks::find(&tx, centre, desk, true).await?;
        if let Some(used) = code.used_key {
            let known = known.filter(|known| known.key == request.key).ok_or(Error::CodeRefused)?;
            if used != request.key.0 {
                return Err(Error::CodeRefused);
            }
            let own = self.own_journal(&tx, centre, desk).await?;
            tx.commit().await?;
            return self.answer(request, known.issued_ms, own.id);
        }
        if self.revoked.holds(&request.key)? {
            return Err(Error::Revoked);
        }
        // A desk whose clock and ours went back still gets a certificate newer than its last.
        let issued_ms = known.as_ref().map_or(now_ms, |known| now_ms.max(known.issued_ms + 1));
        let own = if known.is_some() {
            let mut own = self.own_journal(&tx, centre, desk).await?;
            self.append_admitted(&tx, centre, desk, &mut own).await?;
            own
        } else {
            self.own_journal(&tx, centre, desk).await?
        };
        desks::put(&tx, centre, desk, &request.key, issued_ms).await?;
        desks::use_code(&tx, centre, &secret.0, &request.key, now_ms).await?;
        if let Some(old) = known.filter(|known| known.key != request.key) {
            self.revoked.add(&old.key, centre, desk)?;
        }
        tx.commit().await?;
        tracing::info!(centre, desk, "desk admitted");
        self.answer(request, issued_ms, own.id)
    }

    fn answer(&self, request: &EnrolRequest, issued_ms: i64, journal: intake_wire::JournalId) -> Result<EnrolAnswer> {
        let signing = self.keys.signing();
        Ok(EnrolAnswer {
            certificate: DeskCertificate::issue(signing, request.centre.clone(), request.desk, request.key, issued_ms)?,
            district_key: signing.public(),
            district_name: self.config.name.clone(),
            recovery_recipient: self.keys.recovery_recipient().to_owned(),
            journal,
            sealed_recipient: Some(self.keys.sealed_recipient().to_owned()),
            stick_recipient: Some(self.keys.stick_recipient()),
        })
    }
}

fn hash(secret: &str) -> Hash {
    sha256(&[b"intake enrolment secret 1\0", secret.as_bytes()])
}
