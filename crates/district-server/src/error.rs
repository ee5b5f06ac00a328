//! Why a request is refused, as status and stable code. Nothing here carries what a visitor said.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use intake_model::{ActProblem, Code};

/// What went wrong at the district.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration has mistakes: one sentence each.
    #[error("{}", .0.join("\n"))]
    Config(Vec<String>),
    /// The data folder cannot be used.
    #[error("the data folder: {0}")]
    Folder(String),
    /// The address cannot be listened on, or the server ended.
    #[error("the listener: {0}")]
    Listen(std::io::Error),
    /// What arrived is not in the protocol's form.
    #[error("unreadable request: {0}")]
    Request(String),
    /// The code is unknown, used, or has run out.
    #[error("enrolment code refused")]
    CodeRefused,
    /// The certificate is not of this district, or not for what was sent.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// The desk's key was withdrawn.
    #[error("desk revoked")]
    Revoked,
    /// The body stopped coming, or the work took too long.
    #[error("too slow")]
    Slow,
    /// More requests than allowed at once.
    #[error("busy")]
    Busy,
    /// A desk or an address asks more often than it may; when it may again.
    #[error("too often")]
    TooOften(Duration),
    /// A backup that cannot be marked: one sentence.
    #[error("the backup: {0}")]
    Backup(String),
    /// Something that cannot be written out: one sentence.
    #[error("the export: {0}")]
    Export(String),
    /// Tables with mistakes: one sentence each.
    #[error("{}", .0.join("\n"))]
    Tables(Vec<String>),
    /// A name or a password of staff that cannot be: one sentence.
    #[error("staff: {0}")]
    Staff(String),
    /// One who is signed in may not do this.
    #[error("not of this role")]
    NotAllowed,
    /// A form that this browser was not given, or was given long ago.
    #[error("a form without its token")]
    FormExpired,
    /// A person was looked for without a reason.
    #[error("no reason given")]
    ReasonMissing,
    /// What the district does with a matter lacks something.
    #[error("an act that lacks something")]
    ActUnfit(Vec<ActProblem>),
    /// Nothing is done with a matter that was voided.
    #[error("the matter is void")]
    MatterVoid,
    /// No such page, or no such matter.
    #[error("nothing there")]
    NotThere,
    /// A file of a desk that cannot be taken in: one sentence.
    #[error("the file: {0}")]
    Stick(&'static str),
    /// The answer to a file of a desk cannot be written.
    #[error("the file was taken in, and its answer cannot be written: {0}")]
    StickAnswer(std::io::Error),
    /// PostgreSQL is away.
    #[error("the database is away: {0}")]
    Away(String),
    /// Our own mistake.
    #[error("internal: {0}")]
    Internal(String),
}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Request(_)
            | Self::ReasonMissing
            | Self::ActUnfit(_)
            | Self::Tables(_)
            | Self::MatterVoid
            | Self::NotThere => Code::RequestUnreadable,
            Self::CodeRefused => Code::EnrolmentCodeRefused,
            Self::Refused(_) | Self::NotAllowed | Self::FormExpired => Code::DistrictRefused,
            Self::Revoked => Code::DeskRevoked,
            Self::Slow => Code::DistrictTooSlow,
            Self::Busy | Self::Away(_) => Code::DistrictBusy,
            Self::TooOften(_) => Code::TooManyRequests,
            Self::Config(_)
            | Self::Folder(_)
            | Self::Listen(_)
            | Self::Backup(_)
            | Self::Export(_)
            | Self::Staff(_)
            | Self::Stick(_)
            | Self::StickAnswer(_)
            | Self::Internal(_) => Code::Internal,
        }
    }

    /// When to come again.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy | Self::Away(_) => Some(Duration::from_secs(5)),
            Self::TooOften(wait) => Some(*wait),
            _ => None,
        }
    }

    /// What a page says of it, in one plain sentence.
    fn sentence(&self) -> String {
        match self {
            Self::TooOften(wait) => format!("试得太频繁了，请过{}秒再试。", wait.as_secs()),
            Self::Busy | Self::Away(_) => "现在忙不过来，请过一会儿再试。".into(),
            Self::Slow => "用的时间太长，没有做完，请再试一次。".into(),
            Self::NotAllowed => "您的权限不能做这一步，需要时请找管理人员。".into(),
            Self::FormExpired => "这张表已经过期，请返回上一页，刷新以后再填。".into(),
            Self::ReasonMissing => "按来访人查找要写明理由，请返回上一页写上。".into(),
            Self::ActUnfit(problems) => {
                let missing: Vec<&str> = problems.iter().map(|one| lacking(*one)).collect();
                format!("没有记下：{}。请返回上一页补上。", missing.join("；"))
            }
            Self::Tables(mistakes) => format!("没有发布，表里有错：{}", mistakes.join("；")),
            Self::MatterVoid => "这件登记已经作废，不能再办理。".into(),
            Self::NotThere => "没有这一页，或者没有这个登记号。".into(),
            Self::Request(_) => "填的内容看不懂，请返回上一页检查一下。".into(),
            _ => "出了问题，没有做成，请把下面的编号告诉管理人员。".into(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Request(_) | Self::ReasonMissing | Self::ActUnfit(_) | Self::MatterVoid | Self::Tables(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Refused(_) => StatusCode::UNAUTHORIZED,
            Self::CodeRefused | Self::Revoked | Self::NotAllowed | Self::FormExpired => StatusCode::FORBIDDEN,
            Self::NotThere => StatusCode::NOT_FOUND,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Away(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Config(_)
            | Self::Folder(_)
            | Self::Listen(_)
            | Self::Backup(_)
            | Self::Export(_)
            | Self::Staff(_)
            | Self::Stick(_)
            | Self::StickAnswer(_)
            | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// What must be filled in, in words.
fn lacking(problem: ActProblem) -> &'static str {
    match problem {
        ActProblem::Body => "要写明转给或者交给哪个单位，一行，不超过100字",
        ActProblem::Due => "要写明期限，不能早于今天",
        ActProblem::Result => "要选择结果",
        ActProblem::Text => "要写明内容或者原因，不超过1000字",
    }
}

/// What a page says in the place of a refusal's JSON.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) sentence: String,
    pub(crate) reference: String,
}

impl IntoResponse for Error {
    /// The one place where a failed request is logged.
    fn into_response(self) -> Response {
        let reference: String = match intake_wire::random::<4>() {
            Ok(bytes) => format!("{:08x}", u32::from_be_bytes(bytes)),
            Err(_) => "00000000".into(),
        };
        let (status, code) = (self.status(), self.code());
        if status.is_server_error() {
            tracing::error!(reference, ?code, error = %self, "request failed");
        } else {
            tracing::warn!(reference, ?code, error = %self, "request refused");
        }
        let body = serde_json::json!({ "code": code, "params": {}, "ref": reference }).to_string();
        let mut answer = (status, [(CONTENT_TYPE, "application/json")], body).into_response();
        answer.extensions_mut().insert(Told { sentence: self.sentence(), reference });
        if let Some(wait) = self.retry_after() {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        answer
    }
}

impl From<intake_wire::Error> for Error {
    fn from(error: intake_wire::Error) -> Self {
        match error {
            intake_wire::Error::Signature => Self::Refused("a signature that does not fit"),
            intake_wire::Error::Random(error) => Self::Internal(error.to_string()),
            // The decoder's own words name types and places, never content.
            other => Self::Request(other.to_string()),
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    /// A lost connection, a shutdown, a full server and a lost race are for trying again; all else is our mistake.
    /// PostgreSQL's detail can quote a row, so only its code and message are kept.
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(said) = error.as_db_error() else {
            return if error.is_closed()
                || std::error::Error::source(&error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
            {
                Self::Away("connection lost".into())
            } else {
                Self::Internal(error.to_string())
            };
        };
        let code = said.code().code();
        if ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class)) {
            let full =
                if said.code() == &tokio_postgres::error::SqlState::DISK_FULL { ", its disk is full" } else { "" };
            Self::Away(format!("SQLSTATE {code}{full}"))
        } else {
            Self::Internal(format!("SQLSTATE {code}: {}", said.message()))
        }
    }
}

impl From<deadpool_postgres::PoolError> for Error {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Timeout(_) => Self::Away("no connection in time".into()),
            deadpool_postgres::PoolError::Backend(error) => Self::Away(error.to_string()),
            other => Self::Internal(other.to_string()),
        }
    }
}
