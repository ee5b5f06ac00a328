//! What can go wrong with paper. No message carries a word of the paper itself.

use intake_model::{Code, TableError};

/// Why paper could not be made or sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No known font for Chinese text lies in the system's font folders.
    #[error("no font for Chinese text in {folders} font folders")]
    FontMissing {
        /// How many folders were searched.
        folders: usize,
    },
    /// The wording that comes with the program cannot be read.
    #[error("the wording of a paper cannot be read")]
    Wording(#[from] serde_json::Error),
    /// The wording of a paper that comes with the program has a mistake.
    #[error("the wording of a paper has a mistake")]
    Worded(#[from] TableError),
    /// There is no wording for this paper: the slip has a maker of its own, and an added one is gone.
    #[error("there is no wording for this paper")]
    NotWorded,
    /// The number cannot be drawn as a barcode.
    #[error("the registration number cannot be drawn as Code 128")]
    Barcode,
    /// The template could not be laid out. Typst's own messages may quote the text, so only their count is kept.
    #[error("the template was refused with {complaints} complaints")]
    Layout {
        /// How many errors Typst reported.
        complaints: usize,
    },
    /// The document could not be written as PDF.
    #[error("the document was refused as PDF with {complaints} complaints")]
    Pdf {
        /// How many errors Typst reported.
        complaints: usize,
    },
    /// The picture could not be written as PNG.
    #[error("a page could not be written as PNG")]
    Picture,
    /// A file that was handed over cannot be read as what its content says it is.
    #[error("the file cannot be read as {0}")]
    Scan(&'static str),
    /// The address is not that of a printer.
    #[error("not a printer's address: {0}")]
    PrinterAddress(&'static str),
    /// Nothing answered in time.
    #[error("the printer does not answer: {0}")]
    PrinterUnreachable(&'static str),
    /// It answers, and knows no such queue or job.
    #[error("the printer knows no such queue or job")]
    PrinterForgot,
    /// The printer answered and took nothing.
    #[error("the printer refused the job: {0}")]
    PrinterRefused(String),
}

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The stable code under which a clerk meets this error.
    pub fn code(&self) -> Code {
        match self {
            Self::FontMissing { .. } => Code::FontMissing,
            Self::Wording(_)
            | Self::Worded(_)
            | Self::NotWorded
            | Self::Barcode
            | Self::Layout { .. }
            | Self::Pdf { .. }
            | Self::Picture => Code::PaperFailed,
            Self::Scan(_) => Code::AttachmentUnreadable,
            Self::PrinterAddress(_) | Self::PrinterForgot => Code::PrinterAddressUnusable,
            Self::PrinterUnreachable(_) => Code::PrinterUnreachable,
            Self::PrinterRefused(_) => Code::PrinterRefused,
        }
    }
}
