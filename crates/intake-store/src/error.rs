//! What can go wrong with the folder. English, for the log; no personal data.

use intake_model::Code;

/// Why the store refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program holds the folder.
    #[error("another program holds the folder")]
    InUse,
    /// The folder holds no desk.
    #[error("the folder holds no desk")]
    NoDesk,
    /// The folder holds a desk already.
    #[error("the folder holds a desk already")]
    Exists,
    /// The keyring cannot be read.
    #[error("the keyring cannot be read: {0}")]
    Keyring(String),
    /// No wrap of the key opens with this password.
    #[error("wrong password")]
    WrongPassword,
    /// The data key changed before this clerk had a key of their own: their password opens nothing any more.
    #[error("the clerk's wrap has lapsed")]
    Lapsed,
    /// The file's version is above the program's.
    #[error("the database is of version {found}, this program knows {known}")]
    Newer {
        /// The file's.
        found: u32,
        /// The program's.
        known: u32,
    },
    /// The key is right and the file cannot be read.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The head file names an entry above the database's last.
    #[error("entries up to {confirmed} were confirmed, the database ends at {found}")]
    Lost {
        /// What was confirmed.
        confirmed: u64,
        /// What is there.
        found: u64,
    },
    /// A row that must be there is not, or an entry does not continue its chain.
    #[error("the tables contradict the journal: {0}")]
    Contradiction(String),
    /// An attachment's bytes are missing, or are not what was written.
    #[error("an attachment cannot be read: {0}")]
    Blob(&'static str),
    /// Writing or reading a file failed.
    #[error("the file system refused: {0}")]
    Io(#[from] std::io::Error),
    /// SQLite refused.
    #[error("SQLite refused: {0}")]
    Sqlite(rusqlite::Error),
    /// From the protocol's types.
    #[error(transparent)]
    Wire(intake_wire::Error),
    /// JSON of our own that does not read.
    #[error("stored JSON does not read: {0}")]
    Json(#[from] serde_json::Error),
    /// A backup that does not read, or is not what was written.
    #[error("the backup cannot be used: {0}")]
    Backup(String),
    /// What a backup would replace is newer.
    #[error("what is there is newer than the backup")]
    Older,
    /// The district retired the desk: nothing more is written about matters.
    #[error("the district retired this desk")]
    Retired {
        /// Whom to ask.
        contact: String,
    },
    /// Encryption of the keyring failed.
    #[error("the key could not be wrapped: {0}")]
    Wrap(String),
}

impl From<intake_wire::Error> for Error {
    fn from(error: intake_wire::Error) -> Self {
        match error {
            intake_wire::Error::Blob(said) => Self::Blob(said),
            other => Self::Wire(other),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, OutOfMemory};
        match error.sqlite_error_code() {
            // Out of memory: so SQLCipher tells of a page that does not fit its HMAC while SQLite prepares a statement (found by
            // tests/faults/damage.rs). A system that is really out of memory ends a program instead of telling it.
            Some(DatabaseCorrupt | NotADatabase | OutOfMemory) => Self::Damaged(error.to_string()),
            // In the middle of work SQLCipher tells of a page that does not fit its HMAC by an error without a word of its
            // own; what is wrong with a statement always comes with one.
            _ if extended(&error) == Some(rusqlite::ffi::SQLITE_ERROR) && says_nothing(&error) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl Error {
    /// Whether the file itself is at fault, so that it is to be rebuilt from a backup and what of it still reads.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_) | Self::Lost { .. } | Self::Contradiction(_))
    }

    /// What a clerk is told.
    pub fn code(&self) -> Code {
        match self {
            Self::InUse => Code::FolderInUse,
            Self::NoDesk => Code::NoDesk,
            Self::Exists => Code::DeskExists,
            Self::Keyring(_) => Code::KeyringDamaged,
            Self::WrongPassword => Code::WrongPassword,
            Self::Lapsed => Code::PasswordLapsed,
            Self::Newer { .. } => Code::NewerDatabase,
            Self::Damaged(_) => Code::DatabaseDamaged,
            Self::Lost { .. } => Code::EntriesLost,
            Self::Blob(_) => Code::AttachmentUnreadable,
            Self::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => Code::DiskFull,
            Self::Io(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem
                ) =>
            {
                Code::FolderUnwritable
            }
            Self::Io(_) => Code::DiskFailed,
            // Where the WAL's index cannot grow, SQLite tells of no full disk but of the index alone.
            Self::Sqlite(error) if extended(error) == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Code::DiskFull,
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::DiskFull) => Code::DiskFull,
                Some(rusqlite::ErrorCode::SystemIoFailure | rusqlite::ErrorCode::ReadOnly) => Code::DiskFailed,
                _ => Code::Internal,
            },
            Self::Backup(_) => Code::BackupUnreadable,
            Self::Older => Code::BackupOlder,
            Self::Retired { .. } => Code::DeskRetired,
            Self::Wire(intake_wire::Error::EntryTooLarge { .. }) => Code::TextTooLong,
            Self::Contradiction(_) => Code::RecordChanged,
            Self::Wire(_) | Self::Json(_) | Self::Wrap(_) => Code::Internal,
        }
    }
}

fn says_nothing(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(_, said) if said.as_deref().is_none_or(|said| said == "SQL logic error"))
}

fn extended(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;
