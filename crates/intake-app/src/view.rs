//! What crosses between the desk and its window. Times are civil, +08:00, as text.

use chrono::NaiveDateTime;
use intake_model::{Code, DistrictAct, Visit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Failure;
use crate::closing_view::DayRow;
use crate::line_view::LineState;

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {
        $($(#[$doc])* #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)] #[ts(export)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* })*
    };
}

views! {
    /// A clerk as shown at sign-in.
    Clerk {
        /// The desk's number of the clerk.
        id: u32,
        /// Their name.
        name: String,
        /// What they may do.
        role: Role,
    }
    /// Where the desk stands.
    DeskState {
        /// Which page the window begins with.
        phase: Phase,
        /// Practice mode.
        practice: bool,
        /// The demo clerk's password, shown in a practice desk the program made itself.
        demo_password: Option<String>,
        /// Nine digits; empty before sign-in.
        centre_code: String,
        /// The centre's name; empty before sign-in.
        centre_name: String,
        /// `01`; empty before sign-in.
        desk: String,
        /// Whom the sign-in page offers.
        clerks: Vec<Clerk>,
        /// Who is signed in.
        clerk: Option<Clerk>,
        /// Whether the desk is enrolled.
        enrolled: bool,
        /// At whose district.
        district_name: Option<String>,
        /// The desk's printer.
        printer: Option<String>,
        /// Where PDF files go.
        pdf_folder: String,
        /// Entries the district has not confirmed.
        unsent: u64,
        /// Registrations among them: what the clerk counts in.
        unsent_registrations: u64,
        /// The newest day before today that was never closed, or reopened.
        left_open: Option<DayRow>,
        /// Whether visits of today are registered and the day is not closed over them.
        day_due: bool,
        /// Damage found at opening.
        notice: Option<Failure>,
        /// What the create page proposes in practice mode.
        defaults: Option<CreateDesk>,
        /// The data folder.
        folder: String,
        /// From this head-count representatives are chosen, as the region counts; 0 before sign-in.
        collective_from: u32,
        /// After how many minutes of rest the window locks; 0 before sign-in.
        lock_minutes: u32,
        /// What should be done about backups or a full disk.
        backup_warning: Option<Failure>,
        /// What was rebuilt at opening, until a clerk has seen it.
        repaired: Option<Repaired>,
        /// That the keyring was put back at opening, until a clerk has seen it; told before sign-in too.
        keyring_back: Option<KeyringBack>,
        /// How the line to the district stands.
        line: LineState,
    }
    /// A keyring that was lost and put back from a backup.
    KeyringBack {
        /// When it was.
        at: String,
        /// From a backup of when.
        backup: String,
        /// Whose password was set since the backup, by name: it is the old one again. Empty before sign-in.
        passwords: Vec<String>,
        /// Who was added since and needs a password. Empty before sign-in.
        added: Vec<String>,
        /// Where the one that was there lies.
        aside: String,
    }
    /// What a repair brought back, and what it did not.
    Repaired {
        /// When it was.
        at: String,
        /// From a backup of when; `None` where there was no usable one.
        backup: Option<String>,
        /// Entries read from the damaged file beyond the backup.
        from_file: u64,
        /// Entries there are now.
        entries: u64,
        /// Entries that a clerk had been told of and that are not here.
        missing: u64,
        /// The number of the last registration that is here.
        last_number: Option<String>,
        /// Where the damaged files lie.
        aside: String,
    }
    /// How backups stand.
    BackupState {
        /// Where they go.
        folder: String,
        /// What kind of place that is.
        place: BackupPlace,
        /// Whether it lies on the disk of the data.
        same_disk: bool,
        /// When the last one was made.
        last: Option<String>,
        /// How many minutes ago.
        age: Option<u32>,
        /// Whether something is in no backup yet.
        unsaved: bool,
        /// Room left there, in MiB.
        free_mb: Option<u64>,
        /// Why the last try failed.
        trouble: Option<Failure>,
        /// What should be done.
        warning: Option<Failure>,
        /// Those of this desk that are there, the newest first; at most 30.
        backups: Vec<BackupRow>,
    }
    /// One backup.
    BackupRow {
        /// `2026-11-24 17:30`.
        made: String,
        /// Its folder.
        path: String,
        /// `120110005-01`.
        desk: String,
        /// The epoch's mark.
        mark: String,
        /// Entries in it.
        entries: u64,
    }
    /// A backup that was put back.
    Restored {
        /// Which.
        backup: BackupRow,
        /// Where what was there before lies.
        aside: String,
    }
    /// What a new desk needs.
    CreateDesk {
        /// Nine digits.
        centre_code: String,
        /// On paper and in the window.
        centre_name: String,
        /// On paper.
        office_phone: String,
        /// On paper.
        office_address: String,
        /// 1 to 99.
        desk: u8,
        /// The administrator's name.
        administrator: String,
        /// Eight characters or more.
        administrator_password: String,
        /// The first clerk's name.
        clerk: String,
        /// Eight characters or more.
        clerk_password: String,
        /// Where the recovery key goes: a USB disk.
        recovery_folder: String,
    }
    /// A new desk.
    Created {
        /// The file with the recovery key.
        recovery_file: String,
    }
    /// A visit that was registered or corrected.
    Registered {
        /// With hyphens.
        number: String,
        /// For calling out.
        short: String,
        /// For the visitor.
        query_code: String,
        /// Last day of the written notice; `None` while name or address is unclear.
        due: Option<String>,
        /// The next working day, where that one is a day off and the calendar of its year is known.
        due_rolled: Option<String>,
        /// `2026-11-24 09:05`.
        registered_at: String,
    }
    /// One line of the day's list.
    MatterRow {
        /// With hyphens.
        number: String,
        /// For calling out.
        short: String,
        /// `2026-11-24`.
        date: String,
        /// `09:05`.
        time: String,
        /// The name, 不详 or 不愿提供; empty of a sealed matter.
        name: String,
        /// The matter's title.
        title: String,
        /// How many people.
        headcount: u32,
        /// How it stands with the district.
        state: MatterState,
        /// Whether it was voided.
        void: bool,
        /// Why.
        void_reason: String,
        /// 1, and one more with each correction.
        version: u32,
        /// Slips issued.
        slips: u32,
        /// Why it was set aside.
        reason: Option<Code>,
        /// What the district did with it last.
        acted: Option<DistrictAct>,
    }
    /// An earlier registration of a number that was given twice, by a machine that was set back.
    MatterTwin {
        /// `2026-11-24 09:05`.
        registered_at: String,
        /// Of its record.
        version: u32,
        /// Who wrote that version.
        clerk: u32,
        /// On its slip: what tells the two apart.
        query_code: String,
        /// Whether it was voided.
        void: bool,
        /// The record, as far as it is shown.
        words: MatterWords,
    }
    /// A number by which a matter is opened.
    TwinNumber {
        /// With hyphens.
        number: String,
        /// For calling out.
        short: String,
    }
    /// The day's list, newest first.
    Today {
        /// `2026-11-24`.
        date: String,
        /// All of the day's registrations.
        rows: Vec<MatterRow>,
        /// How many were taken from an old ledger today: they are not in the list.
        imported: u64,
        /// Those of earlier days that wait or were set aside, the newest first; at most 200.
        earlier: Vec<MatterRow>,
        /// How many wait.
        waiting: usize,
        /// How many are at the district.
        sent: usize,
        /// Numbers given twice of which nobody has seen it yet, of whatever day.
        twins: Vec<TwinNumber>,
        /// Matters with which the district did something that nobody has looked at yet, of whatever day.
        acted: Vec<TwinNumber>,
    }
    /// One matter whole.
    Matter {
        /// With hyphens.
        number: String,
        /// For calling out.
        short: String,
        /// The version shown.
        version: u32,
        /// The title that may be shown to others: a fixed word of a sealed matter.
        title: String,
        /// Whether it is kept from everybody but its readers.
        sealed: bool,
        /// When it really reached the desk, where it was entered later.
        #[ts(type = "string | null")]
        received_at: Option<NaiveDateTime>,
        /// The record, as far as it is shown.
        words: MatterWords,
        /// For the visitor.
        query_code: String,
        /// See [`Registered`].
        due: Option<String>,
        /// See [`Registered`].
        due_rolled: Option<String>,
        /// Whether it was voided.
        void: bool,
        /// Why; empty where it was not.
        void_reason: String,
        /// Slips issued.
        slips: u32,
        /// How it stands with the district.
        state: MatterState,
        /// Why it was set aside.
        reason: Option<Code>,
        /// `2026-11-24 09:05`.
        registered_at: String,
        /// Who wrote the version shown.
        clerk: u32,
        /// Earlier registrations of the same number, the oldest first: nearly always none.
        twins: Vec<MatterTwin>,
        /// Whether nobody has seen yet that there are some.
        twins_unseen: bool,
    }
    /// One version of a matter's record.
    MatterVersion {
        /// 1 for the registration.
        version: u32,
        /// `2026-11-24 09:05`.
        at: String,
        /// The clerk's number.
        clerk: u32,
        /// The record, as far as it is shown.
        words: MatterWords,
    }
    /// A sealed matter, opened for one of its readers.
    Opened {
        /// The matter with its words.
        matter: Matter,
        /// Every version, the newest first.
        versions: Vec<MatterVersion>,
        /// Who is to read it today and cannot yet; `None` where all can.
        later: Option<LaterReaders>,
    }
    /// Who came to be a reader of sealed matters after one was sealed.
    LaterReaders {
        /// Who cannot open all of it yet.
        lacking: Vec<String>,
        /// Who could, once it is sealed to them.
        readers: Vec<String>,
        /// Of how many matters that is so, this one included.
        matters: u32,
    }
    /// One who works or worked at the desk, for the administrator.
    ClerkView {
        /// The desk's number of the clerk.
        id: u32,
        /// Their name.
        name: String,
        /// What they may do.
        role: Role,
        /// May no longer sign in.
        disabled: bool,
        /// Named to read sealed matters.
        reader: bool,
        /// The data key changed before they had a key of their own: they need a new password.
        password_lapsed: bool,
    }
    /// Coming back in by a recovery key.
    Recovery {
        /// Which administrator.
        clerk: u32,
        /// The text of the recovery key's file, or the key alone.
        key: String,
        /// Eight characters or more.
        password: String,
    }
    /// What the desk is called, where it is reached, and under which region's rules it works.
    OfficeSettings {
        /// On paper and in the window.
        centre_name: String,
        /// On paper.
        office_phone: String,
        /// On paper.
        office_address: String,
        /// The region profile's id.
        profile: String,
        /// Every profile there is: id and name.
        profiles: Vec<(String, String)>,
    }
    /// How the computer's clock stands.
    ClockState {
        /// `2026-11-24 09:05`.
        now: String,
        /// When the visit before was registered, or the clock confirmed.
        last: Option<String>,
        /// Whether the next visit needs a word that the date is right.
        asks: bool,
        /// Minutes that the clock jumped since the last entry: negative for back, 0 where it did not.
        jumped_minutes: i64,
        /// Minutes by which it differs from the district's, as far as that is known: positive where the desk is behind, 0
        /// within five minutes.
        district_minutes: i64,
    }
    /// What may be erased, or was.
    Erasure {
        /// Registered before this day: `2023-11-24`.
        before: String,
        /// Matters.
        matters: u64,
        /// Lines of advice.
        advice: u64,
        /// Matters old enough that the district has not archived or settled.
        waiting: u64,
        /// The years of retention by the region's rules.
        years: u32,
        /// What was erased may still stand in the file as bytes; the next opening tries again.
        unfinished: bool,
    }
    /// A slip.
    SlipView {
        /// With hyphens.
        number: String,
        /// Pages as `data:image/png;base64,…`.
        pages: Vec<String>,
        /// 1; from 2 on it says 补打.
        copy: u32,
        /// The PDF file written, if one was.
        file: Option<String>,
        /// Its place in the print queue; `None` where no printer is set for it.
        job: Option<i64>,
        /// Characters that no font here draws: the paper shows their code points, and the clerk writes them by hand.
        undrawable: String,
    }
}

/// What of a matter's record is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "snake_case")]
#[ts(export)]
#[allow(clippy::large_enum_variant, reason = "each is made once, to cross to the window")]
pub enum MatterWords {
    /// All of it.
    Told {
        /// The record.
        visit: Visit,
    },
    /// Nothing: it is for its readers.
    Sealed {
        /// The clerks who can open it, by name.
        readers: Vec<String>,
        /// Whether the clerk who asks is one of them.
        yours: bool,
    },
    /// Nothing any more.
    Erased,
}

impl MatterWords {
    /// The record, where it is shown.
    pub fn visit(&self) -> Option<&Visit> {
        match self {
            Self::Told { visit } => Some(visit),
            Self::Sealed { .. } | Self::Erased => None,
        }
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident,)* })*) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")] #[ts(export)]
        pub enum $name { $($(#[$word_doc])* $word,)* })*
    };
}

words! {
    /// Which page the window begins with.
    Phase {
        /// Nothing here yet.
        NoDesk,
        /// Sign in.
        Locked,
        /// At work.
        SignedIn,
    }
    /// What a clerk may do.
    Role {
        /// Clerks, printers, enrolment.
        Administrator,
        /// Visits.
        Clerk,
    }
    /// Where backups go.
    BackupPlace {
        /// Beside the data folder: nobody chose a place.
        Beside,
        /// Where the administrator wants them.
        Chosen,
        /// Chosen, and not there now: a stick may not be plugged in.
        Away,
    }
    /// How a matter stands with the district.
    MatterState {
        /// 待上报.
        Waiting,
        /// 已上报.
        Sent,
        /// 退回待处理.
        SetAside,
    }
}

impl From<Role> for intake_store::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Administrator => Self::Administrator,
            Role::Clerk => Self::Clerk,
        }
    }
}

impl From<intake_store::Role> for Role {
    fn from(role: intake_store::Role) -> Self {
        match role {
            intake_store::Role::Administrator => Self::Administrator,
            intake_store::Role::Clerk => Self::Clerk,
        }
    }
}
