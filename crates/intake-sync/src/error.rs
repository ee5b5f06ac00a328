//! Why an exchange stopped. None of these removes anything from the desk.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use intake_model::Code;

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an exchange or an enrolment stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The desk has no district yet.
    #[error("the desk is not enrolled at a district")]
    NotEnrolled,
    /// Not the address of a server that can be reached over TLS.
    #[error("the address is not that of a district: {0}")]
    Address(&'static str),
    /// The code's check characters do not fit.
    #[error("the enrolment code was mistyped")]
    CodeMistyped,
    /// The district does not know the code, or it has run out.
    #[error("the district refused the enrolment code")]
    CodeRefused,
    /// No connection, or it was cut.
    #[error("the district does not answer: {0}")]
    Unreachable(String),
    /// Whoever answers cannot show a certificate of the district's CA for this address.
    #[error("the certificate is not the district's: {0}")]
    Certificate(String),
    /// Something answers that is not a district.
    #[error("what answers is not the district: {0}")]
    NotRecognised(&'static str),
    /// The district asks to come back later.
    #[error("the district is busy")]
    Busy {
        /// What it asked for.
        retry_after: Option<Duration>,
    },
    /// The desk, or the network it is in, asks more often than the district allows.
    #[error("the district is asked too often")]
    TooOften {
        /// What it asked for.
        retry_after: Option<Duration>,
    },
    /// No byte moved for [`Patience::stall`](crate::Patience::stall).
    #[error("the line stalled")]
    TooSlow,
    /// The district has withdrawn this desk.
    #[error("the district has withdrawn this desk")]
    Revoked,
    /// The district refused what was sent.
    #[error("the district refused: status {status}, {code:?}, its reference {reference}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its code, where this version knows it.
        code: Option<Code>,
        /// What to look for in the district's log.
        reference: String,
    },
    /// What came back on a stick is not the district's answer to this desk.
    #[error("the answer on the stick cannot be taken: {0}")]
    AnswerUnreadable(&'static str),
    /// What came back on a stick is older than what the desk has heard since.
    #[error("the answer on the stick is older than what the desk knows")]
    AnswerOutdated,
    /// The desk's database failed.
    #[error("the desk's database: {0}")]
    Store(#[from] intake_store::Error),
    /// Something of our own could not be put into the protocol's form.
    #[error("the desk's own page: {0}")]
    Page(#[from] intake_wire::Error),
    /// The program itself failed.
    #[error("internal: {0}")]
    Internal(String),
}

impl Error {
    /// What the clerk is told.
    pub fn code(&self) -> Code {
        match self {
            Self::NotEnrolled => Code::NotEnrolled,
            Self::Address(_) => Code::DistrictAddressUnusable,
            Self::CodeMistyped => Code::EnrolmentCodeMistyped,
            Self::CodeRefused => Code::EnrolmentCodeRefused,
            Self::Unreachable(_) => Code::DistrictUnreachable,
            Self::Certificate(_) => Code::DistrictCertificateWrong,
            Self::NotRecognised(_) => Code::DistrictNotRecognised,
            Self::Busy { .. } => Code::DistrictBusy,
            Self::TooOften { .. } => Code::TooManyRequests,
            Self::TooSlow => Code::DistrictTooSlow,
            Self::Revoked => Code::DeskRevoked,
            Self::Refused { .. } => Code::DistrictRefused,
            Self::AnswerUnreadable(_) => Code::StickUnreadable,
            Self::AnswerOutdated => Code::StickOutdated,
            Self::Store(error) => error.code(),
            Self::Page(_) | Self::Internal(_) => Code::Internal,
        }
    }

    /// Whether trying again without changing anything is pointless.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Busy { .. } | Self::TooOften { .. } | Self::TooSlow => false,
            Self::Refused { status, .. } => *status < 500,
            _ => true,
        }
    }

    /// What the district asked for.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after } | Self::TooOften { retry_after } => *retry_after,
            _ => None,
        }
    }

    /// Sorts a failure of the line: a certificate that is not the district's, talk that is not TLS, or no line at all.
    pub(crate) fn of_line(error: reqwest::Error) -> Self {
        if error.is_timeout() && !error.is_connect() {
            return Self::TooSlow;
        }
        match tls_error(&error) {
            Some(rustls::Error::InvalidCertificate(why)) => Self::Certificate(format!("{why:?}")),
            Some(why @ rustls::Error::NoCertificatesPresented) => Self::Certificate(why.to_string()),
            Some(_) => Self::NotRecognised("it does not speak TLS as a district does"),
            None => Self::Unreachable(root_of(&error.without_url())),
        }
    }
}

/// The deepest cause: the outer ones only say that sending failed.
fn root_of(error: &dyn StdError) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// Finds rustls's own error. `io::Error::source` skips the error it holds, hence the second look through `get_ref`.
fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        if let Some(held) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
            && let Some(found) = tls_error(held)
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}
