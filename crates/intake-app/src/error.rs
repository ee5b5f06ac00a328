//! What can go wrong at the desk, and what crosses to the window of it.

use std::collections::BTreeMap;

use intake_model::Code;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why the desk refused. English, for the log; no personal data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of the desk.
    #[error("refused: {0:?}")]
    Refused(Code),
    /// A rule about one field of a form.
    #[error("refused: {code:?} in {field}")]
    Field {
        /// The field's name in JSON.
        field: &'static str,
        /// Which rule.
        code: Code,
    },
    /// A region profile with a mistake.
    #[error(transparent)]
    Profile(intake_model::TableError),
    /// A wrong password, or too soon after one.
    #[error("refused: {code:?}, wait {seconds} s")]
    Wait {
        /// Which of the two.
        code: Code,
        /// Seconds until the next try counts.
        seconds: i64,
    },
    /// The folder.
    #[error(transparent)]
    Store(#[from] intake_store::Error),
    /// Paper and printers.
    #[error(transparent)]
    Paper(#[from] intake_paper::Error),
    /// The line.
    #[error(transparent)]
    Sync(#[from] intake_sync::Error),
    /// The recovery key's folder.
    #[error("the recovery key could not be written: {0}")]
    Recovery(intake_store::Error),
    /// The folder for PDF files.
    #[error("the folder for PDF files could not be made: {0}")]
    PdfFolder(std::io::Error),
    /// A file in it.
    #[error("the PDF could not be written: {0}")]
    Pdf(intake_store::Error),
    /// A backup was not made.
    #[error("the backup was not made: {0}")]
    Backup(intake_store::Error),
    /// The folder for what is written out in plain form.
    #[error("what was to be written out could not be: {0}")]
    Export(intake_store::Error),
    /// The sheet of a period.
    #[error("the sheet could not be made: {0}")]
    Sheet(#[from] rust_xlsxwriter::XlsxError),
    /// A task of ours ended without an answer.
    #[error("a background task ended early")]
    Task,
}

impl From<intake_wire::Error> for Error {
    fn from(error: intake_wire::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Error {
    /// Our own mistake: a use case ended without an answer.
    pub fn internal() -> Self {
        Self::Task
    }

    /// A request that no use case can take.
    pub fn refused(code: Code) -> Self {
        Self::Refused(code)
    }

    /// A rule about one field of a form.
    pub(crate) fn about(field: &'static str, code: Code) -> Self {
        Self::Field { field, code }
    }

    /// What the window is told; the error itself goes to the log under the same reference. `what` names the use case.
    ///
    /// Once for each error: a second call would give it a second reference.
    pub fn told(&self, what: &str) -> Failure {
        let mut params = BTreeMap::new();
        if let Self::Wait { seconds, .. } = self {
            params.insert("seconds".to_owned(), (*seconds).into());
        }
        if let Self::Profile(mistake) = self {
            params.insert("line".to_owned(), mistake.line.into());
        }
        if let Self::Store(intake_store::Error::Retired { contact }) = self {
            params.insert("contact".to_owned(), contact.as_str().into());
        }
        let field = match self {
            Self::Field { field, .. } => Some((*field).to_owned()),
            _ => None,
        };
        let [first, second, third] = intake_wire::random::<3>().unwrap_or_default();
        let reference = format!("{first:02x}{second:02x}{third:02x}");
        tracing::warn!(what, code = ?self.code(), reference, error = %self, "refused");
        Failure { code: self.code(), params, field, reference }
    }

    /// What [`crate::Desk::verify`] found first that is not as it should be, in English; `None` for any other error.
    pub fn difference(&self) -> Option<&str> {
        match self {
            Self::Store(intake_store::Error::Contradiction(said)) => Some(said),
            _ => None,
        }
    }

    /// What a clerk is told.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(code) | Self::Field { code, .. } | Self::Wait { code, .. } => *code,
            Self::Profile(_) => Code::ProfileUnreadable,
            Self::Store(error) => error.code(),
            Self::Paper(error) => error.code(),
            Self::Sync(error) => error.code(),
            Self::Recovery(_) => Code::RecoveryFolderUnusable,
            Self::Export(error) if error.code() == Code::DiskFull => Code::DiskFull,
            Self::Export(_) => Code::ExportFolderUnusable,
            Self::Pdf(error) if error.code() == Code::DiskFull => Code::DiskFull,
            Self::Backup(error) if error.code() == Code::DiskFull => Code::DiskFull,
            Self::Backup(_) => Code::BackupFailed,
            Self::PdfFolder(_) | Self::Pdf(_) => Code::PdfFolderUnwritable,
            Self::Sheet(_) | Self::Task => Code::Internal,
        }
    }
}

/// What the window is told of an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Failure {
    /// Which sentence and remedy.
    pub code: Code,
    /// Numbers and words for the sentence, such as `seconds`.
    #[ts(type = "Record<string, string | number>")]
    pub params: BTreeMap<String, serde_json::Value>,
    /// The field it is about, if one.
    pub field: Option<String>,
    /// What the log calls it.
    #[serde(rename = "ref")]
    pub reference: String,
}

impl Failure {
    /// What stands in the window of a desk that the district retired. Nothing went wrong: the log knows nothing of it.
    pub(crate) fn retired(contact: &str) -> Self {
        let params = BTreeMap::from([("contact".to_owned(), contact.into())]);
        Self { code: Code::DeskRetired, params, field: None, reference: String::new() }
    }
}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;
