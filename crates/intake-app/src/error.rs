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
    #[error("the PDF could not be written: {0}")]
    PdfFolder(std::io::Error),
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

    /// What a clerk is told.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(code) | Self::Wait { code, .. } => *code,
            Self::Store(error) => error.code(),
            Self::Paper(error) => error.code(),
            Self::Sync(error) => error.code(),
            Self::Recovery(_) => Code::RecoveryFolderUnusable,
            Self::PdfFolder(_) => Code::PdfFolderUnwritable,
            Self::Task => Code::Internal,
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

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let mut params = BTreeMap::new();
        if let Error::Wait { seconds, .. } = error {
            params.insert("seconds".to_owned(), (*seconds).into());
        }
        let [first, second, third] = intake_wire::random::<3>().unwrap_or_default();
        Self { code: error.code(), params, field: None, reference: format!("{first:02x}{second:02x}{third:02x}") }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;
