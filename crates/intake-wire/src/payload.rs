//! The kinds of entries and their content. A reader keeps what it does not know: an unknown kind is stored all the same.

use intake_model::{AttachmentKind, Sheet, Visit};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::hash::Hash;

/// What an entry records, as a word of `a-z_`. Words unknown to this version are kept and passed on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Kind(#[n(0)] String);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        impl Kind {
            $($(#[$doc])* pub fn $name() -> Self { Self(stringify!($name).to_owned()) })*
        }
    };
}

kinds! {
    /// A desk's journal opens: `{centre, desk, mark}`.
    desk_created,
    /// A clerk was added: open `{clerk, role}`, personal `{name}`.
    clerk_added,
    /// A clerk may no longer sign in: `{clerk}`. The data key is changed in the same transaction.
    clerk_disabled,
    /// A clerk's password was set, by the entry's own clerk: `{clerk}`.
    password_changed,
    /// Whether a clerk is named to read sealed matters was changed: `{clerk, reader}`.
    sealed_reader_set,
    /// The database was encrypted anew under a fresh key: `{}`.
    key_changed,
    /// The keyring was damaged or gone, and was put back from a backup: `{backup_ms}`.
    keyring_restored,
    /// An administrator came back in by a recovery key: `{clerk}`.
    desk_recovered,
    /// A clerk signed in after three wrong tries or more: `{tries}`.
    tries_failed,
    /// After how many minutes of rest the desk locks was changed: `{minutes}`.
    lock_changed,
    /// A named reader opened a sealed matter: `{number}`.
    sealed_opened,
    /// An earlier version was erased and stands sealed in the personal part of this entry: [`Resealed`].
    resealed,
    /// What stands sealed, once more in the personal part of this entry for other readers: [`Resealed`]. Nothing is erased.
    sealed_anew,
    /// The desk was enrolled at a district: `{district}`.
    desk_enrolled,
    /// A visit was registered: [`Registered`].
    registered,
    /// A registration was corrected: [`Corrected`].
    corrected,
    /// A registration was voided: [`Voided`].
    voided,
    /// A slip was issued: [`SlipIssued`].
    slip_issued,
    /// A paper was issued under the next number of its series: [`crate::DocumentIssued`].
    document_issued,
    /// One more copy of it was printed: [`crate::DocumentReprinted`].
    document_reprinted,
    /// It was spoiled, and its number stays: [`crate::DocumentVoided`].
    document_voided,
    /// One or several papers reached their addressee, or were refused: [`crate::DocumentDelivered`].
    document_delivered,
    /// The same of papers that another desk of the centre issued: [`crate::DocumentDelivered`].
    delivered_for,
    /// 受理, the centre's own step: [`crate::StepOpen`], as are the next four.
    accepted,
    /// 交承办: handed to a section.
    handed_over,
    /// 答复: the visitor was answered.
    replied,
    /// 办结.
    closed,
    /// 提出异议: what the district forwarded to the centre is not its own.
    objected,
    /// What the district forwarded to this very centre came to the desk; the entry's own moment is its receipt:
    /// [`crate::ActReceived`].
    act_received,
    /// A step is taken back with its reason; it stays: [`crate::StepWithdrawn`].
    step_withdrawn,
    /// Advice was given without a matter (咨询): open `{}`, personal `{line}`.
    advice_given,
    /// Somebody asked how a matter stands and was told (答询): open `{number}`.
    progress_told,
    /// Earlier matters were looked up for a visitor who mentioned one: [`EarlierLookedUp`].
    earlier_looked_up,
    /// What the desk is called and where it is reached was changed: `{centre_name, office_phone, office_address, profile}`.
    desk_changed,
    /// A new epoch opened: [`EpochOpened`].
    epoch_opened,
    /// An entry of an earlier epoch that the district's version of it forked from, again and whole: [`Carried`].
    carried,
    /// A scanned or dropped file was added to a matter: open [`AttachmentAdded`], personal [`AttachmentContent`].
    attachment_added,
    /// An attachment was taken off a matter: open [`AttachmentRemoved`], personal `{reason}`.
    attachment_removed,
    /// A matter's whole file was written out in plain form: open `{number}`.
    matter_exported,
    /// A period was written out as a sheet: open `{from, to, rows, masked}`, personal `{reason}`.
    period_exported,
    /// A desk's day was closed: [`crate::DayClosed`].
    day_closed,
    /// One more copy of a day's closing sheet was printed: [`crate::DayReprinted`].
    day_reprinted,
    /// The clock jumped since the entry before: [`ClockJumped`].
    clock_jumped,
    /// A clerk said that date and time are right: `{}`; the entry's own moment is what was confirmed.
    clock_confirmed,
    /// The personal parts of matters were erased at the end of their retention: [`Erased`].
    erased,
    /// In the district's journal: it admitted the desk, `{centre, desk}`.
    desk_admitted,
    /// In the district's journal: it retired the desk, which writes nothing more about matters and still sends: `{contact}`.
    desk_retired,
    /// In the district's journal: what it did with a matter: open [`crate::MatterActed`], personal [`intake_model::ActWords`].
    matter_acted,
    /// In the district's journal: a clerk has left and may not sign in any more: open [`crate::ClerkLeft`], personal `{name}`.
    clerk_left,
    /// In the district's journal: a matter of another desk of the centre: open [`crate::MatterShared`], personal
    /// [`crate::SharedWords`].
    matter_shared,
    /// In the district's journal: another desk of the centre delivered papers of this one: open [`crate::PaperDelivered`],
    /// personal [`crate::DeliveryTold`].
    paper_delivered,
    /// In the district's journal: a table that it published: [`crate::TablePublished`].
    table_published,
    /// In the district's journal: an entry's verdict changed, `{journal, seq, verdict}`.
    verdict_changed,
}

impl Kind {
    /// A kind by its word, from a database.
    pub fn from_word(word: String) -> Self {
        Self(word)
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Open part of `registered`; the personal part is [`RecordOf`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The registration number, with hyphens.
    pub number: String,
    /// How many people the matter was brought by.
    pub headcount: u32,
    /// `person` or `organisation`.
    pub party: intake_model::Party,
    /// Whether clock C1 runs (name and address are known).
    pub owes_written_notice: bool,
    /// Which row of which ledger it was taken from; empty for what was told at the desk.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub import_key: String,
    /// Which draft of its desk it was; empty where it was none. A random name, which tells nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub draft: String,
}

/// Open part of `corrected`: the whole record again, so that it applies without its predecessor (invariant 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// The registration number.
    pub number: String,
    /// 2 for the first correction.
    pub version: u32,
    /// The entry of the version before this one, in this journal.
    pub corrects: u64,
    /// See [`Registered`].
    pub headcount: u32,
    /// See [`Registered`].
    pub party: intake_model::Party,
    /// See [`Registered`].
    pub owes_written_notice: bool,
    /// See [`Registered`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub draft: String,
}

/// Personal part of `registered` and `corrected`, unless the matter is sealed: see [`crate::Record`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordOf {
    /// The visitor's query code.
    pub query_code: String,
    /// The record.
    pub visit: Visit,
}

/// Open part of `resealed` and `sealed_anew`; the personal part is a [`crate::SealedRecord`], of a file's entry a
/// [`crate::SealedPart`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resealed {
    /// The registration number.
    pub number: String,
    /// The journal of what stands sealed here.
    pub journal: crate::JournalId,
    /// Its entry there.
    pub of: Vec<u64>,
}

/// Open part of `sealed_opened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedOpened {
    /// The registration number.
    pub number: String,
}

/// Open part of `voided`; the personal part is `{reason}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voided {
    /// The registration number, which stays used.
    pub number: String,
}

/// Open part of `attachment_added`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentAdded {
    /// The registration number.
    pub number: String,
    /// The name of its encrypted bytes, which tells nothing of them.
    pub blob: Hash,
    /// How many bytes the file has.
    pub bytes: u64,
    /// What kind of file, by its content.
    pub kind: AttachmentKind,
    /// Its pages; 0 where they cannot be counted.
    pub pages: u32,
}

/// Personal part of `attachment_added`, unless the matter is sealed: erased, it leaves nothing that opens the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentContent {
    /// The file's name as it was handed over.
    pub name: String,
    /// The key of its bytes, 64 hexadecimal digits; no other attachment has it.
    pub key: String,
}

/// Open part of `attachment_removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentRemoved {
    /// The registration number.
    pub number: String,
    /// Which of its attachments.
    pub blob: Hash,
}

/// Personal part of `attachment_removed`, unless the matter is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovalReason {
    /// Why it was taken off.
    pub reason: String,
}

/// Open part of `clock_jumped`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockJumped {
    /// By how many milliseconds: negative for back.
    pub by_ms: i64,
    /// `back` or `ahead`.
    pub found: String,
}

/// Open part of `erased`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// The registration numbers of the matters whose content is gone.
    pub numbers: Vec<String>,
    /// How many lines of advice went with them.
    pub advice: u64,
    /// Under which rule, in the administrator's words.
    pub why: String,
}

/// Open part of `progress_told`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressTold {
    /// The registration number.
    pub number: String,
}

/// Open part of `earlier_looked_up`; the personal part is `{}`: what was typed is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierLookedUp {
    /// `number` of a slip, or `paper` of a person.
    pub by: String,
    /// The registration numbers that were shown.
    pub numbers: Vec<String>,
}

/// Open part of `slip_issued`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipIssued {
    /// The registration number.
    pub number: String,
    /// The version the slip shows.
    pub version: u32,
    /// 1 for the first; from 2 on it says 补打.
    pub copy: u32,
    /// How it is laid out: A5, on a roll, or on A4 as the tear-off foot of the visit's form (来访登记表).
    #[serde(default)]
    pub sheet: Sheet,
    /// What it says of the office, and by when it promises an answer: both may change, the paper does not.
    #[serde(default)]
    pub printed: Printed,
}

/// What a slip says that the record does not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// The office's name.
    pub office: String,
    /// Its phone.
    pub phone: String,
    /// Its address.
    pub address: String,
    /// The last day of the first answer; `None` while no clock runs.
    pub due: Option<chrono::NaiveDate>,
    /// The district's centre, which forwards where a street tells.
    pub forwards: bool,
}
