//! The one row that says which desk this is.

use intake_model::Sheet;
use intake_wire::{Admission, SigningKey, Stick};
use rusqlite::params;
use zeroize::Zeroizing;

use crate::db::{Reader, Writer};
use crate::prints::word;
use crate::{Error, Result};

/// Which desk this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskRow {
    /// Nine digits.
    pub centre_code: String,
    /// The centre's name on paper.
    pub centre_name: String,
    /// Whom to call, on paper.
    pub office_phone: String,
    /// Where to come, on paper.
    pub office_address: String,
    /// 1 to 99.
    pub number: u8,
    /// Whether everything here is practice.
    pub practice: bool,
}

/// What the administrator set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The desk's printer, for every paper that lies in no other one; empty for none.
    pub printer: String,
    /// Where PDF files go; empty for the program's own choice.
    pub pdf_folder: String,
    /// The region profile by its id; empty for that of the centre's region.
    pub profile: String,
    /// A profile of the centre's own, as TOML; empty for one that came with the program.
    pub profile_text: String,
    /// On what a slip is printed; A4: as the foot of the visit's form.
    pub slip_sheet: Sheet,
}

impl Writer<'_> {
    /// Writes the row of a new desk with its signing key.
    ///
    /// # Errors
    /// [`Error::Sqlite`], also where there is one.
    pub fn insert_desk(&self, desk: &DeskRow, key: &SigningKey) -> Result<()> {
        let sql = "INSERT INTO desk (id, centre_code, centre_name, office_phone, office_address, number, practice, signing_seed)
                   VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let seed = Zeroizing::new(key.seed());
        self.connection.prepare_cached(sql)?.execute(params![
            desk.centre_code,
            desk.centre_name,
            desk.office_phone,
            desk.office_address,
            desk.number,
            desk.practice,
            seed.as_slice(),
        ])?;
        Ok(())
    }

    /// Which desk this is.
    ///
    /// # Errors
    /// [`Error::Sqlite`], also before the row is written.
    pub fn desk(&self) -> Result<DeskRow> {
        desk(self.connection)
    }

    /// Keeps what the administrator set.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn set_settings(&self, settings: &Settings) -> Result<()> {
        let sql = "UPDATE desk SET printer = ?1, pdf_folder = ?2, profile = ?3, profile_text = ?4, slip_sheet = ?5";
        let Settings { printer, pdf_folder, profile, profile_text, slip_sheet } = settings;
        let row = params![printer, pdf_folder, profile, profile_text, slip_sheet.word()];
        self.connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    /// Keeps what the office is called and where it is reached.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn set_office(&self, centre_name: &str, phone: &str, address: &str) -> Result<()> {
        let sql = "UPDATE desk SET centre_name = ?1, office_phone = ?2, office_address = ?3";
        self.connection.prepare_cached(sql)?.execute(params![centre_name, phone, address])?;
        Ok(())
    }

    /// What the administrator set.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn settings(&self) -> Result<Settings> {
        settings(self.connection)
    }

    /// Keeps the enrolment.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn set_admission(&self, admission: &Admission) -> Result<()> {
        let bytes = intake_wire::encode(admission)?;
        self.connection.prepare_cached("UPDATE desk SET admission = ?1")?.execute([bytes])?;
        Ok(())
    }
}

impl Writer<'_> {
    /// Keeps what the desk needs for answers on a stick; nothing before enrolment.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`].
    pub fn set_stick(&self, stick: Stick) -> Result<()> {
        match self.admission()? {
            Some(admission) => self.set_admission(&Admission { stick: Some(stick), ..admission }),
            None => Ok(()),
        }
    }

    /// Keeps whom the desk encrypts to what it puts on a stick, as the district says now; nothing before enrolment.
    ///
    /// # Errors
    /// [`Error::Sqlite`], [`Error::Wire`].
    pub fn set_stick_recipient(&self, recipient: &str) -> Result<()> {
        match self.admission()? {
            Some(mut admission) if admission.answer.stick_recipient.as_deref() != Some(recipient) => {
                admission.answer.stick_recipient = Some(recipient.to_owned());
                self.set_admission(&admission)
            }
            _ => Ok(()),
        }
    }

    /// The desk's own again, on this machine (its id, hashed): what is written from now on is its newest history.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn set_machine(&self, machine: &[u8]) -> Result<()> {
        self.connection.prepare_cached("UPDATE desk SET machine = ?1, is_copy = 0")?.execute([machine])?;
        Ok(())
    }
}

impl Reader<'_> {
    /// Whether this database is a copy that was put back, and the machine it was last opened on (its id, hashed; empty
    /// where that is not known).
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn origin(&self) -> Result<(bool, Vec<u8>)> {
        let sql = "SELECT is_copy, machine FROM desk";
        Ok(self.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Which desk this is.
    ///
    /// # Errors
    /// [`Error::Sqlite`], also before the row is written.
    pub fn desk(&self) -> Result<DeskRow> {
        desk(self.connection)
    }

    /// What the administrator set.
    ///
    /// # Errors
    /// [`Error::Sqlite`].
    pub fn settings(&self) -> Result<Settings> {
        settings(self.connection)
    }
}

fn settings(connection: &rusqlite::Connection) -> Result<Settings> {
    let sql = "SELECT printer, pdf_folder, profile, profile_text, slip_sheet FROM desk";
    let found = connection.prepare_cached(sql)?.query_row([], |row| {
        Ok(Settings {
            printer: row.get(0)?,
            pdf_folder: row.get(1)?,
            profile: row.get(2)?,
            profile_text: row.get(3)?,
            slip_sheet: word(row, 4, Sheet::from_word)?,
        })
    });
    Ok(found?)
}

fn desk(connection: &rusqlite::Connection) -> Result<DeskRow> {
    let sql = "SELECT centre_code, centre_name, office_phone, office_address, number, practice FROM desk";
    let found = connection.prepare_cached(sql)?.query_row([], |row| {
        Ok(DeskRow {
            centre_code: row.get(0)?,
            centre_name: row.get(1)?,
            office_phone: row.get(2)?,
            office_address: row.get(3)?,
            number: row.get(4)?,
            practice: row.get(5)?,
        })
    });
    found.map_err(Error::from)
}
