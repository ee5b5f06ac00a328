//! What crosses between the desk and its window. Times are civil, +08:00, as text.

use intake_model::{Code, Visit};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Failure;

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
        /// The slip printer.
        printer: Option<String>,
        /// Where PDF files go.
        pdf_folder: String,
        /// Entries the district has not confirmed.
        unsent: u64,
        /// Registrations among them: what the clerk counts in.
        unsent_registrations: u64,
        /// Damage found at opening.
        notice: Option<Failure>,
        /// What the create page proposes in practice mode.
        defaults: Option<CreateDesk>,
        /// The data folder.
        folder: String,
        /// From this head-count representatives are chosen, as the region counts; 0 before sign-in.
        collective_from: u32,
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
        /// The name, 不详 or 不愿提供.
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
        /// Whether the content was erased at the end of its retention; `visit` is empty then.
        erased: bool,
        /// The record.
        visit: Visit,
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
    }
    /// One version of a matter's record.
    MatterVersion {
        /// 1 for the registration.
        version: u32,
        /// `2026-11-24 09:05`.
        at: String,
        /// The clerk's number.
        clerk: u32,
        /// The record; `None` once erased.
        visit: Option<Visit>,
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
        /// Whether a printer took it.
        printed: bool,
        /// Why none did; the registration stands.
        trouble: Option<Failure>,
        /// Characters that no font here draws: the paper shows their code points, and the clerk writes them by hand.
        undrawable: String,
    }
    /// What an exchange would do.
    Outlook {
        /// Whether there is a district.
        enrolled: bool,
        /// Entries to send.
        entries: u64,
        /// Registrations among them.
        registrations: u64,
        /// About how many bytes on the wire.
        bytes: u64,
        /// About how long, from the last line speed.
        seconds: Option<u64>,
        /// `2026-11-24 17:30`.
        last_exchange: Option<String>,
        /// Both sides equal, as last told.
        in_step: bool,
        /// The journal's short head.
        head: String,
    }
    /// How far an exchange is.
    Progress {
        /// Entries sent.
        done: u64,
        /// Entries in all.
        total: u64,
        /// `connecting`, `sending` or `comparing`.
        #[ts(type = "\"connecting\" | \"sending\" | \"comparing\"")]
        phase: String,
    }
    /// How an exchange ended.
    ExchangeResult {
        /// Both sides equal, nothing set aside.
        in_step: bool,
        /// Entries sent.
        sent: u64,
        /// Entries the district had already.
        already_had: u64,
        /// Entries it cannot apply.
        set_aside: u64,
        /// Entries that wait for those.
        waiting: u64,
        /// The short head.
        head: String,
        /// What went wrong.
        trouble: Option<Failure>,
        /// `2026-11-24 17:30`.
        at: String,
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

impl From<intake_store::Role> for Role {
    fn from(role: intake_store::Role) -> Self {
        match role {
            intake_store::Role::Administrator => Self::Administrator,
            intake_store::Role::Clerk => Self::Clerk,
        }
    }
}
