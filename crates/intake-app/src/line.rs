//! Enrolment, and the exchange with the district.

use std::sync::Arc;

use intake_model::Code;
use intake_store::{Db, Keyring};
use intake_sync::Outcome;
use intake_wire::Kind;
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::line_view::{ExchangeResult, Outlook, Progress};
use crate::view::DeskState;
use crate::visits::minute;
use crate::{Error, Result};

impl Desk {
    /// Enrols the desk at a district by its one-time code, and wraps the data key for the district's recovery key.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::AlreadyEnrolled`], [`Code::EnrolmentCodeMistyped`], or those of the line.
    pub async fn enrol(&self, address: &str, code: &str) -> Result<DeskState> {
        let (db, clerk) = self.administrator()?;
        let (desk, admitted, key, epochs) = db.read::<_, Error>(|r| {
            Ok((r.desk()?, r.line().admission()?, r.line().signing_key()?, r.line().epochs()?))
        })?;
        if admitted.is_some() {
            return Err(Error::Refused(Code::AlreadyEnrolled));
        }
        let journal = epochs.last().ok_or(Error::Refused(Code::NoDesk))?.journal;
        let admission = intake_sync::enrol(address, code, &desk.centre_code, desk.number, journal, &key).await?;
        // The wrap first: a desk that says it is enrolled can be recovered by its district.
        {
            let _turn = self.keyring_turn();
            let path = self.folder().keyring();
            let mut ring = Keyring::read(&path)?;
            ring.add_recovery(&db.key(), &admission.answer.recovery_recipient)?;
            ring.write(&path)?;
            self.keep_recovery(&ring);
        }
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            tx.set_admission(&admission)?;
            let open = json!({ "district": admission.answer.district_name });
            tx.append(draft(Kind::desk_enrolled(), &open, &json!({}))?, clerk.id, moment)?;
            Ok(())
        })?;
        self.state()
    }

    /// What an exchange would do.
    ///
    /// # Errors
    /// [`Code::DeskLocked`].
    pub fn outlook(&self) -> Result<Outlook> {
        let (db, _) = self.at_work()?;
        let enrolled = db.read::<_, Error>(|r| Ok(r.line().admission()?.is_some()))?;
        let outlook = intake_sync::outlook(&db)?;
        Ok(Outlook {
            enrolled,
            entries: outlook.entries,
            registrations: outlook.registrations,
            bytes: outlook.bytes,
            seconds: outlook.seconds,
            last_exchange: outlook.last_exchange_ms.map(minute),
            in_step: outlook.in_step,
            head: outlook.head,
            files: outlook.files,
            file_bytes: outlook.file_bytes,
            held_back: outlook.held_back,
        })
    }

    /// Exchanges with the district. What goes wrong on the line stands in the answer: nothing is lost by it.
    ///
    /// # Errors
    /// [`Code::DeskLocked`], [`Code::ExchangeRunning`].
    pub async fn exchange(&self, progress: impl Fn(Progress) + Send + Sync + 'static) -> Result<ExchangeResult> {
        let (db, _) = self.at_work()?;
        self.exchange_of(&db, progress).await
    }

    /// The same with the files that are held back on a metered line.
    ///
    /// # Errors
    /// As [`Desk::exchange`].
    pub async fn exchange_with_files(
        &self,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<ExchangeResult> {
        let (db, _) = self.at_work()?;
        let _turn = self.line_turn().await?;
        self.exchange_in_turn(&db, true, progress).await
    }

    /// The same for what goes on after a lock.
    pub(crate) async fn exchange_of(
        &self,
        db: &Db,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<ExchangeResult> {
        let _turn = self.line_turn().await?;
        self.exchange_in_turn(db, false, progress).await
    }

    /// Exchanges for one who has the line.
    pub(crate) async fn exchange_in_turn(
        &self,
        db: &Db,
        with_files: bool,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<ExchangeResult> {
        let clock = Arc::clone(&self.0.setup.clock);
        let told = move |step: intake_sync::Progress| {
            let phase = match step.phase {
                intake_sync::Phase::Connecting => "connecting",
                intake_sync::Phase::Sending => "sending",
                intake_sync::Phase::Files => "files",
                intake_sync::Phase::FilesBack => "files_back",
                intake_sync::Phase::Comparing => "comparing",
            };
            let intake_sync::Progress { done, total, file, files, .. } = step;
            progress(Progress { done, total, phase: phase.to_owned(), file, files });
        };
        let drafts_before = drafts_of_backup(db)?;
        let patience = intake_sync::Patience::default();
        let mut ended = if with_files {
            intake_sync::exchange_with_files(db, patience, &told, || clock.now().at_ms).await
        } else {
            intake_sync::exchange(db, &told, || clock.now().at_ms).await
        };
        // A machine that was set back wrote where it had written before: both versions are kept, and the desk goes on in an
        // epoch of its own.
        let contradicted = ended.as_ref().map_or_else(|_| Vec::new(), |outcome| outcome.contradicted.clone());
        let (mut gave_way, mut carried) = (Ok(0), 0);
        for journal in contradicted {
            gave_way = self.give_way(db, journal, self.now()).await;
            match &gave_way {
                Ok(count) => carried += count,
                Err(_) => break,
            }
            ended = intake_sync::exchange(db, &told, || clock.now().at_ms).await;
        }
        let mut left = (Vec::new(), Vec::new());
        if let Ok(outcome) = &ended {
            left = self.end_who_left(db)?;
            let written = self.seal_what_became_sealed(db)? | self.receive_acts(db)?;
            // What that wrote is to be there too before both sides are told to be equal.
            if written || !left.0.is_empty() {
                let before = outcome.clone();
                ended = intake_sync::exchange(db, &told, || clock.now().at_ms).await;
                ended = ended.map(|outcome| Outcome {
                    sent: before.sent + outcome.sent,
                    already_had: before.already_had + outcome.already_had,
                    came_back: before.came_back + outcome.came_back,
                    acted: before.acted + outcome.acted,
                    ..outcome
                });
            }
        }
        let moment = self.now();
        let at = minute(moment.at_ms);
        self.learn_tables(db);
        match &ended {
            Ok(_) => self.line_succeeded(db),
            Err(error) => self.line_failed(error.code()),
        }
        if let Ok(outcome) = &ended {
            // The exchange itself is done and kept: the next one tells the time again.
            if let Err(error) = db.write(|tx| tx.note_district_time(outcome.district_ms, moment)) {
                tracing::warn!(%error, "the district's time was not kept");
            }
        }
        if let Err(error) = gave_way {
            return Ok(ExchangeResult::broken_off(&error, at));
        }
        match ended {
            Ok(outcome) => {
                let brought = outcome.came_back + carried > 0;
                let gone = if brought { drafts_before.saturating_sub(drafts_of_backup(db)?) } else { 0 };
                let result = ExchangeResult { drafts_gone: gone, carried, ..ExchangeResult::of(outcome, at) };
                Ok(result.with_who_left(left))
            }
            Err(error) => Ok(ExchangeResult::broken_off(&error.into(), at)),
        }
    }
}

/// Drafts that came out of a backup.
pub(crate) fn drafts_of_backup(db: &Db) -> Result<u64> {
    db.read::<_, Error>(|r| Ok(r.drafts()?.iter().filter(|one| one.backup_ms > 0).count() as u64))
}

impl ExchangeResult {
    /// With those of whom the district says that they have left: whom that ended, and who stays as the last administrator.
    pub(crate) fn with_who_left(self, (clerks_left, staying): (Vec<String>, Vec<String>)) -> Self {
        let stays = (!staying.is_empty()).then(|| Error::Refused(Code::LastAdministratorLeft).told("exchange"));
        Self { clerks_left, trouble: self.trouble.or(stays), ..self }
    }

    /// One that came to its end at a minute, by line or by stick.
    pub(crate) fn of(outcome: Outcome, at: String) -> Self {
        let trouble = match (outcome.forked, outcome.district_ahead) {
            (true, _) => Some(Code::JournalForked),
            (false, true) => Some(Code::DistrictAhead),
            (false, false) => None,
        };
        Self {
            in_step: outcome.in_step,
            sent: outcome.sent,
            already_had: outcome.already_had,
            came_back: outcome.came_back,
            carried: 0,
            drafts_gone: 0,
            set_aside: outcome.set_aside,
            waiting: outcome.waiting,
            acted: outcome.acted,
            clerks_left: Vec::new(),
            head: outcome.head,
            entries_in_step: outcome.entries_in_step,
            files_sent: outcome.files_sent,
            files_missing: outcome.files_missing,
            files_back: outcome.files_back,
            files_lost: outcome.files_lost,
            files_refused: outcome.files_refused,
            trouble: trouble.map(|code| Error::Refused(code).told("exchange")),
            at,
        }
    }

    fn broken_off(error: &Error, at: String) -> Self {
        let trouble = Some(error.told("exchange"));
        Self {
            in_step: false,
            sent: 0,
            already_had: 0,
            came_back: 0,
            carried: 0,
            drafts_gone: 0,
            set_aside: 0,
            waiting: 0,
            acted: 0,
            clerks_left: Vec::new(),
            head: String::new(),
            entries_in_step: false,
            files_sent: 0,
            files_missing: 0,
            files_back: 0,
            files_lost: 0,
            files_refused: 0,
            trouble,
            at,
        }
    }
}
