//! The desk: its folder, who is signed in, and its state for the window.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use intake_model::check::text_fault;
use intake_model::{CentreCode, Code, DeskNumber, EpochMark, civil_date};
use intake_paper::Papers;
use intake_store::{
    DataKey, Db, DeskRow, Folder, Keyring, LateDb, Locked, Marked, OwnKey, RecoveryKey, Role, Settings, make_folder,
    write_whole,
};
use intake_wire::{Draft, JournalId, Kind, Moment, SYSTEM_CLERK, SigningKey};
use serde_json::json;

use crate::clerks::tell_clerks;
use crate::closing::{is_due, open_before};
use crate::line_view::LineState;
use crate::view::{Clerk, CreateDesk, Created, DeskState, Phase};
use crate::visits::profile_of;
use crate::{Clock, Error, Failure, Result};

/// The shortest password, in characters.
pub(crate) const PASSWORD_CHARACTERS: usize = 8;

/// The password of every practice desk the program proposes.
const PRACTICE_PASSWORD: &str = "lianxi2026";

/// What a desk is opened with.
pub struct Setup {
    /// The data folder.
    pub folder: PathBuf,
    /// Whether everything in it is practice.
    pub practice: bool,
    /// Where PDF files go until the administrator says otherwise.
    pub pdf_folder: PathBuf,
    /// The times.
    pub clock: Arc<dyn Clock>,
    /// The machine's id; empty where it is not known.
    pub machine: String,
    /// Where the markers of this machine's desks lie: outside every data folder.
    pub marker: Option<PathBuf>,
    /// Whether a damaged database is rebuilt and a new epoch opened where they are due. Not for those who only look.
    pub mends: bool,
}

/// The desk. Cheap to clone; the folder is given back when the last clone is dropped.
#[derive(Clone)]
pub struct Desk(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) lock: Locked,
    pub(crate) setup: Setup,
    pub(crate) session: Mutex<Session>,
    pub(crate) papers: OnceLock<Papers>,
    pub(crate) exchanging: tokio::sync::Mutex<()>,
    pub(crate) backup: Mutex<crate::backup::Watch>,
    // Held while a backup is made.
    pub(crate) backing_up: Mutex<()>,
    pub(crate) walk: Mutex<crate::mend::SlowWalk>,
    pub(crate) sealing: Mutex<crate::sealed::DistrictWalk>,
    // Held while the keyring is read, changed and written.
    keyring: Mutex<()>,
    // Held from an attachment's file to its entry, and while files without one are swept.
    pub(crate) blobs: Mutex<()>,
    pub(crate) sweep_due: AtomicBool,
    pub(crate) printing: crate::print_loop::Printing,
    pub(crate) line: crate::line_loop::Line,
}

#[derive(Default)]
pub(crate) struct Session {
    // Stays while locked, so that background work goes on; gone at sign-out.
    pub(crate) db: Option<Db>,
    // The one opened last: background work may outlive a sign-out.
    pub(crate) late: LateDb,
    pub(crate) clerk: Option<Clerk>,
    // The signed-in clerk's, for what is sealed to them; goes with them.
    pub(crate) own: Option<OwnKey>,
    // The sealed matters that a clerk opened since signing in, with the clerk's number: each is journalled once.
    pub(crate) opened: BTreeSet<(u32, String)>,
    pub(crate) notice: Option<Failure>,
}

impl Session {
    /// Nobody is at work any more; the database stays open.
    pub(crate) fn leave(&mut self) {
        (self.clerk, self.own) = (None, None);
        self.opened.clear();
    }

    /// A clerk is at work, with the key that their password opened.
    pub(crate) fn enter(&mut self, clerk: Clerk, own: OwnKey) {
        self.leave();
        (self.clerk, self.own) = (Some(clerk), Some(own));
    }
}

impl Desk {
    /// Takes the data folder.
    ///
    /// # Errors
    /// [`Code::FolderInUse`] where another program holds it, [`Code::FolderUnwritable`] where it cannot be written.
    pub fn open(setup: Setup) -> Result<Self> {
        let lock = Locked::take(&setup.folder)?;
        // The power may have gone between the keyring and this.
        if lock.folder().holds_desk() {
            lock.folder().desk_is_made()?;
        }
        let inner = Inner {
            lock,
            setup,
            session: Mutex::default(),
            papers: OnceLock::new(),
            exchanging: tokio::sync::Mutex::new(()),
            backup: Mutex::default(),
            backing_up: Mutex::default(),
            walk: Mutex::default(),
            sealing: Mutex::default(),
            keyring: Mutex::new(()),
            blobs: Mutex::new(()),
            sweep_due: AtomicBool::new(true),
            printing: crate::print_loop::Printing::default(),
            line: crate::line_loop::Line::default(),
        };
        let desk = Self(Arc::new(inner));
        desk.mend_keyring();
        Ok(desk)
    }

    pub(crate) fn folder(&self) -> Folder {
        self.0.lock.folder()
    }

    pub(crate) fn now(&self) -> Moment {
        self.0.setup.clock.now()
    }

    pub(crate) fn session(&self) -> MutexGuard<'_, Session> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For as long as the keyring is read, changed and written.
    pub(crate) fn keyring_turn(&self) -> MutexGuard<'_, ()> {
        self.0.keyring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From an attachment's file to its entry.
    pub(crate) fn blob_turn(&self) -> MutexGuard<'_, ()> {
        self.0.blobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The database and who works at it.
    pub(crate) fn at_work(&self) -> Result<(Db, Clerk)> {
        let session = self.session();
        match (&session.db, &session.clerk) {
            (Some(db), Some(clerk)) => Ok((db.clone(), clerk.clone())),
            _ => Err(Error::Refused(Code::DeskLocked)),
        }
    }

    pub(crate) fn administrator(&self) -> Result<(Db, Clerk)> {
        let (db, clerk) = self.at_work()?;
        if clerk.role == crate::Role::Administrator { Ok((db, clerk)) } else { Err(Error::Refused(Code::NotAllowed)) }
    }

    /// Where the desk stands. Names of centre and district are known once somebody has signed in.
    ///
    /// # Errors
    /// [`Code::KeyringDamaged`], or those of the database.
    pub fn state(&self) -> Result<DeskState> {
        let folder = self.folder();
        // Again: the stick with the backups may have been plugged in since.
        self.mend_keyring();
        // Never a new desk on top of records that a found keyring would open.
        if folder.lost_its_keyring() {
            return Err(Error::Refused(Code::KeyringDamaged));
        }
        let (db, clerk, notice) = {
            let session = self.session();
            (session.db.clone(), session.clerk.clone(), session.notice.clone())
        };
        let clerks = if folder.holds_desk() { Keyring::read(&folder.keyring())?.clerks } else { Vec::new() };
        let mut state = DeskState {
            phase: match (&clerk, folder.holds_desk()) {
                (_, false) => Phase::NoDesk,
                (None, true) => Phase::Locked,
                (Some(_), true) => Phase::SignedIn,
            },
            practice: self.0.setup.practice,
            demo_password: self.0.setup.practice.then(|| PRACTICE_PASSWORD.to_owned()),
            centre_code: String::new(),
            centre_name: String::new(),
            desk: String::new(),
            clerks: clerks
                .into_iter()
                .filter(|one| !one.disabled)
                .map(|one| Clerk { id: one.clerk, name: one.name, role: one.role.into() })
                .collect(),
            clerk,
            enrolled: false,
            district_name: None,
            printer: None,
            pdf_folder: self.0.setup.pdf_folder.display().to_string(),
            unsent: 0,
            unsent_registrations: 0,
            left_open: None,
            day_due: false,
            notice,
            defaults: (self.0.setup.practice && !folder.holds_desk()).then(|| self.practice_desk()),
            folder: folder.path().display().to_string(),
            collective_from: 0,
            backup_warning: None,
            repaired: None,
            keyring_back: self.keyring_back(),
            lock_minutes: 0,
            line: LineState::default(),
        };
        if let Some(db) = db {
            let today = civil_date(self.now().at_ms);
            state.backup_warning = self.backup_warning(&db)?;
            state.line = self.line_state(&db)?;
            state.repaired = state.clerk.as_ref().and_then(|_| self.repaired());
            db.read::<_, Error>(|r| {
                let (desk, settings, admission) = (r.desk()?, r.settings()?, r.line().admission()?);
                state.lock_minutes = r.lock_minutes()?;
                state.collective_from = profile_of(&desk, &settings).collective_from;
                state.centre_code = desk.centre_code;
                state.centre_name = desk.centre_name;
                state.desk = format!("{:02}", desk.number);
                state.practice |= desk.practice;
                state.printer = Some(settings.printer).filter(|address| !address.is_empty());
                if !settings.pdf_folder.is_empty() {
                    state.pdf_folder = settings.pdf_folder;
                }
                state.enrolled = admission.is_some();
                let retired = admission.as_ref().and_then(|one| one.retired.as_deref());
                state.notice = state.notice.take().or_else(|| retired.map(Failure::retired));
                state.district_name = admission.map(|one| one.answer.district_name);
                (state.unsent, state.unsent_registrations, _) = r.line().unsent()?;
                (state.left_open, state.day_due) = (open_before(r, today)?, is_due(r, today)?);
                Ok(())
            })?;
        }
        Ok(state)
    }

    /// What a practice desk is made with: a demo centre whose passwords everybody may know.
    fn practice_desk(&self) -> CreateDesk {
        let folder = self.folder();
        let beside = folder.path().parent().unwrap_or(folder.path());
        CreateDesk {
            centre_code: "120110005".to_owned(),
            centre_name: "天津市东丽区新立街道矛调中心".to_owned(),
            office_phone: "022-24990000".to_owned(),
            office_address: "天津市东丽区新立街道（练习）".to_owned(),
            desk: 1,
            administrator: "练习管理员".to_owned(),
            administrator_password: PRACTICE_PASSWORD.to_owned(),
            clerk: "王芳".to_owned(),
            clerk_password: PRACTICE_PASSWORD.to_owned(),
            recovery_folder: beside.join("练习恢复密钥").display().to_string(),
        }
    }

    /// Makes a desk in the empty folder and leaves its administrator signed in.
    ///
    /// The recovery key's secret half is written to `recovery_folder` first and kept nowhere else; the keyring is written
    /// last, so a folder in which this broke off holds no desk yet. Records whose keyring is gone are never overwritten.
    ///
    /// # Errors
    /// [`Code::DeskExists`], [`Code::KeyringDamaged`], [`Code::DeskNumberUnusable`], [`Code::ClerkNameUnusable`],
    /// [`Code::PasswordTooShort`], [`Code::RecoveryFolderUnusable`], or those of the disk.
    pub fn create_desk(&self, form: &CreateDesk) -> Result<Created> {
        let folder = self.folder();
        if folder.holds_desk() {
            return Err(Error::Refused(Code::DeskExists));
        }
        if folder.lost_its_keyring() {
            return Err(Error::Refused(Code::KeyringDamaged));
        }
        let wrong_number = |field| move |_| Error::about(field, Code::DeskNumberUnusable);
        let centre: CentreCode = form.centre_code.trim().parse().map_err(wrong_number("centre_code"))?;
        let number = DeskNumber::new(form.desk).map_err(wrong_number("desk"))?;
        // These three stand on every slip: whom to ask, and where (Art. 18, 23).
        let office = [
            ("centre_name", &form.centre_name),
            ("office_phone", &form.office_phone),
            ("office_address", &form.office_address),
        ];
        if let Some((field, _)) = office.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(Error::about(field, Code::OfficeIncomplete));
        }
        if let Some((field, code)) = office.into_iter().find_map(|(field, text)| Some((field, text_fault(text)?))) {
            return Err(Error::about(field, code));
        }
        let (administrator, clerk) = (form.administrator.trim(), form.clerk.trim());
        if administrator.is_empty() {
            return Err(Error::about("administrator", Code::ClerkNameUnusable));
        }
        if clerk.is_empty() || administrator == clerk {
            return Err(Error::about("clerk", Code::ClerkNameUnusable));
        }
        let passwords =
            [("administrator_password", &form.administrator_password), ("clerk_password", &form.clerk_password)];
        let short = |password: &str| password.chars().count() < PASSWORD_CHARACTERS;
        if let Some((field, _)) = passwords.into_iter().find(|(_, password)| short(password)) {
            return Err(Error::about(field, Code::PasswordTooShort));
        }
        let recovery = RecoveryKey::generate();
        let recovery_file = self.write_recovery(form, &recovery)?;
        folder.begin_desk()?;
        let key = DataKey::generate()?;
        let mut ring = Keyring::new(&key);
        ring.add_recovery(&key, &recovery.recipient)?;
        let (own, password) = (OwnKey::generate(), &form.administrator_password);
        let first = ring.add_clerk_with(&own, &key, administrator, Role::Administrator, password)?;
        ring.add_clerk(&key, clerk, Role::Clerk, &form.clerk_password)?;
        let db = Db::create(&folder, &key)?;
        let row = DeskRow {
            centre_code: centre.as_str().to_owned(),
            centre_name: form.centre_name.trim().to_owned(),
            office_phone: form.office_phone.trim().to_owned(),
            office_address: form.office_address.trim().to_owned(),
            number: number.get(),
            practice: self.0.setup.practice,
        };
        let journal = JournalId(intake_wire::random()?);
        let signing = SigningKey::generate()?;
        let moment = self.now();
        // A desk of this number that this machine had before may have given numbers today.
        let before = self.marker_of(&row).map(|folder| Marked::read(&folder)).transpose()?;
        let mark = before.and_then(|before| EpochMark::above(&before.marks)).unwrap_or_else(EpochMark::first);
        let machine = crate::machine::hashed(&self.0.setup.machine);
        db.write::<_, Error>(|tx| {
            tx.insert_desk(&row, &signing)?;
            tx.set_machine(&machine)?;
            tx.open_epoch(journal, mark.as_str())?;
            let open = json!({ "centre": row.centre_code, "desk": row.number, "mark": mark.as_str() });
            tx.append(draft(Kind::desk_created(), &open, &json!({}))?, SYSTEM_CLERK, moment)?;
            tell_clerks(tx, &ring, first, moment)
        })?;
        ring.write(&folder.keyring())?;
        self.keep_recovery(&ring);
        folder.desk_is_made()?;
        self.watch(&db)?;
        let mut session = self.session();
        (session.late, session.db) = (db.late(), Some(db));
        session.enter(Clerk { id: first, name: administrator.to_owned(), role: crate::Role::Administrator }, own);
        Ok(Created { recovery_file: recovery_file.display().to_string() })
    }

    fn write_recovery(&self, form: &CreateDesk, key: &RecoveryKey) -> Result<PathBuf> {
        let target = Path::new(form.recovery_folder.trim());
        if form.recovery_folder.trim().is_empty() || target.starts_with(self.folder().path()) {
            return Err(Error::about("recovery_folder", Code::RecoveryFolderUnusable));
        }
        // A key written for an earlier desk of this number may still open that desk's data: it is never overwritten.
        let stem = format!("恢复密钥-{}-{:02}", form.centre_code.trim(), form.desk);
        let mut path = target.join(format!("{stem}.txt"));
        for again in 2.. {
            if !path.exists() {
                break;
            }
            path = target.join(format!("{stem}-{again}.txt"));
        }
        let text = format!(
            "{}{}号登记台的恢复密钥\n请与电脑分开保管。有了它才能在忘记密码时打开登记数据。\n\n{}\n",
            form.centre_name.trim(),
            form.desk,
            *key.secret
        );
        let written = make_folder(target).and_then(|()| write_whole(&path, text.as_bytes()));
        written.map_err(Error::Recovery)?;
        Ok(path)
    }

    /// Sets or clears the desk's printer: every paper comes out there that lies nowhere else.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::PrinterAddressUnusable`].
    pub fn set_printer(&self, address: Option<String>) -> Result<DeskState> {
        let address = address.map(|text| text.trim().to_owned()).unwrap_or_default();
        if !address.is_empty() {
            let _: intake_paper::printer::PrinterAddress = address.parse()?;
        }
        let state = self.set(|settings| settings.printer = address)?;
        self.hurry_printing();
        Ok(state)
    }

    /// Sets where PDF files go.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::PdfFolderUnwritable`].
    pub fn set_pdf_folder(&self, folder: &str) -> Result<DeskState> {
        let folder = folder.trim().to_owned();
        if !folder.is_empty() {
            std::fs::create_dir_all(&folder).map_err(Error::PdfFolder)?;
        }
        self.set(|settings| settings.pdf_folder = folder)
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) -> Result<DeskState> {
        let (db, _) = self.administrator()?;
        let mut settings = db.read::<_, Error>(|r| Ok(r.settings()?))?;
        change(&mut settings);
        db.write::<_, Error>(|tx| Ok(tx.set_settings(&settings)?))?;
        self.state()
    }

    /// Idle work: brings the search index up to date, empties the WAL into the database, looks whether old entries are as
    /// they were, removes files of attachments that were never added, makes a backup where one is due, and seals to the
    /// district what was sealed before it was known.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn tick(&self) -> Result<()> {
        let Some(db) = self.session().db.clone() else { return Ok(()) };
        self.pause(&db).or_else(|error| self.noticed(error))
    }

    fn pause(&self, db: &Db) -> Result<()> {
        // The checkpoint also where the index cannot be written: a full disk must not leave the WAL to grow.
        let indexed = crate::search::index(db);
        db.checkpoint()?;
        indexed?;
        self.walk_on(db)?;
        self.sweep(db)?;
        self.back_up_if_due(db)?;
        self.seal_to_district(db)
    }

    /// Walks the whole journal and the tables it explains.
    ///
    /// # Errors
    /// [`Code::DeskLocked`], or the first difference.
    pub fn verify(&self) -> Result<intake_store::Verified> {
        let (db, _) = self.at_work()?;
        db.check_pages()?;
        let verified = db.read::<_, Error>(|r| Ok(r.verify()?))?;
        self.verify_attachments(&db)?;
        Ok(verified)
    }
}

/// An entry of two JSON parts.
pub(crate) fn draft(kind: Kind, open: &impl serde::Serialize, personal: &impl serde::Serialize) -> Result<Draft> {
    Ok(Draft { kind, open: serde_json::to_vec(open)?, personal: serde_json::to_vec(personal)? })
}
