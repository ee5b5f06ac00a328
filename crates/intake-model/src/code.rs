//! The one list of stable codes: what a clerk can meet, and what the form can notice.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A stable code. Its sentence and remedy for people stand in `assets/text/codes.zh.json`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, TS)]
        #[serde(rename_all = "snake_case")]
        #[ts(export)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

codes! {
    // ---- the form
    /// Nothing was asked for.
    DemandEmpty,
    /// The name was neither given nor declined.
    NameUnknown,
    /// The address was neither given nor declined.
    AddressUnknown,
    /// The check character of an 18-place number does not fit GB 11643.
    IdNumberUnusual,
    /// The credit code does not fit GB 32100.
    UsccUnusual,
    /// A part of the phone line cannot be read as a number.
    PhoneUnusual,
    /// More than five (Art. 20(3)).
    TooManyRepresentatives,
    /// A collective visit without representatives.
    RepresentativesMissing,
    /// Fewer people than representatives.
    HeadcountTooSmall,
    /// An agent of a person without a 授权委托书.
    AuthorisationMissing,
    /// A visitor younger than 18 without a guardian (民法典 17 to 19).
    GuardianMissing,
    /// A line about a person without a name.
    PersonWithoutName,
    /// Received after the day on which it is written down.
    ReceivedInFuture,
    /// The number of the earlier matter is none of this program's.
    LinkedNumberUnusual,
    /// A code that its table does not have.
    CodeNotInTable,
    /// A character that only one old system knew.
    PrivateUseCharacter,
    /// Over the longest text.
    TextTooLong,
    /// A character that cannot be drawn or stored.
    ControlCharacter,
    /// Something that the region asks for beyond the law was not told.
    LocalExtraMissing,
    /// More than the region's rule allows for so many people, and not more than the law's five.
    LocalRepresentativesTooMany,
    /// The outcome differs from the advised one and no reason was given.
    DecisionUnexplained,
    /// The profile does not let this office issue the outcome's paper.
    DecisionNotOurs,
    /// A paper that needs a named approver has none.
    ApproverMissing,
    /// No calendar of working days for the year of a deadline.
    CalendarYearUnknown,
    /// A region profile, a calendar or a list of doors has a mistake and was not taken.
    TableRefused,
    /// The number has not the form of the chosen paper's, nor of another's.
    PaperNumberUnusual,
    /// The number has the form of another paper's.
    IdOtherPaper,
    /// A resident number of 15 digits, as before 1999.
    IdOldForm,
    /// The birth date in the number does not exist.
    BirthDateImpossible,
    /// The birth date in the number is after the visit.
    BirthDateFuture,
    /// An ideographic description lacks a part.
    DescriptionBroken,
    // ---- the desk
    /// The folder holds no desk yet.
    NoDesk,
    /// The folder already holds a desk.
    DeskExists,
    /// Another program holds the folder.
    FolderInUse,
    /// The folder cannot be written.
    FolderUnwritable,
    /// Nobody is signed in.
    DeskLocked,
    /// The password is wrong.
    WrongPassword,
    /// Too soon after a wrong password.
    WaitBeforeRetry,
    /// The clerk's role does not allow it.
    NotAllowed,
    /// Shorter than eight characters.
    PasswordTooShort,
    /// Two clerks would have one name, or a name is blank.
    ClerkNameUnusable,
    /// The data key changed before this clerk had a key of their own: an administrator must set a new password.
    PasswordLapsed,
    /// The text holds no recovery key, or one of another desk.
    RecoveryKeyWrong,
    /// Nobody would be left who may manage the clerks.
    LastAdministrator,
    /// The district says that the only administrator has left.
    LastAdministratorLeft,
    /// No such clerk, or one who may no longer sign in.
    ClerkUnknown,
    /// The desk locks after 1 to 30 minutes.
    LockMinutesUnusable,
    /// Not a nine-digit centre code or not a desk from 1 to 99.
    DeskNumberUnusable,
    /// No region profile of this name.
    ProfileUnknown,
    /// A region profile with a mistake in it.
    ProfileUnreadable,
    /// What every slip must say of the office is not all there.
    OfficeIncomplete,
    /// The recovery key cannot be written where it was asked for.
    RecoveryFolderUnusable,
    /// The database is of a newer program.
    NewerDatabase,
    /// The database cannot be read, though the key is right.
    DatabaseDamaged,
    /// The database ends before what was confirmed to a clerk.
    EntriesLost,
    /// The keyring is missing or unreadable.
    KeyringDamaged,
    /// No space left on the disk.
    DiskFull,
    /// The disk refused to write or read.
    DiskFailed,
    /// The folder for backups is away or cannot be written.
    BackupFolderUnusable,
    /// A backup was not made, or did not pass its check.
    BackupFailed,
    /// Nothing was backed up for more than a working day.
    BackupStale,
    /// Little is left on the disk of the data or of the backups.
    DiskNearlyFull,
    /// No usable backup where one was looked for.
    BackupMissing,
    /// A backup that cannot be read, or is not as it was written.
    BackupUnreadable,
    /// What a backup would replace is newer than the backup.
    BackupOlder,
    /// A record is no longer what was written.
    RecordChanged,
    // ---- the record
    /// The visit has errors.
    VisitUnreadable,
    /// The visit has warnings and no reason was given.
    ReasonNeeded,
    /// No such registration at this desk.
    NumberUnknown,
    /// The matter is sealed, and not to this clerk.
    SealedNotYours,
    /// The registration was voided.
    AlreadyVoid,
    /// No copy of the slip was issued yet.
    SlipNotIssued,
    /// The draft is not there any more: it was registered or thrown away.
    DraftGone,
    /// Neither JPEG, PNG nor PDF, whatever its name says.
    AttachmentKindUnknown,
    /// Over 50 MB.
    AttachmentTooLarge,
    /// It cannot be opened: broken when it came, or damaged since.
    AttachmentUnreadable,
    /// No such attachment of this matter.
    AttachmentUnknown,
    /// The folder for what is written out cannot be written, or lies in the data folder.
    ExportFolderUnusable,
    /// The clock stands before the visit registered last: the date is to be confirmed.
    ClockBehind,
    /// The clock went far ahead of the visit registered last: the date is to be confirmed.
    ClockAhead,
    /// The content was erased at the end of its retention; the number stays used.
    ContentErased,
    /// Nothing is erased while the clock is in doubt.
    EraseClockDoubted,
    /// What is to be erased is not what was shown.
    EraseCountDiffers,
    /// Nothing is old enough, and safe enough at the district, to be erased.
    NothingToErase,
    /// The paper does not fit what the matter led to.
    PaperNotFitting,
    /// The paper has a place that must be filled in and is not.
    FillingIncomplete,
    /// The extension was approved after the limit had ended (Art. 34).
    ExtensionTooLate,
    /// The extension ends later than the law or the region allows, or not after the limit itself (Art. 34).
    ExtensionTooLong,
    /// No such paper of this matter.
    DocumentUnknown,
    /// The paper was voided.
    DocumentVoid,
    /// Nothing says who received the papers.
    ReceiverMissing,
    /// A refusal to receive without its ground.
    RefusalUnexplained,
    /// Delivered before it was issued, or later than now.
    DeliveryTimeImpossible,
    /// The step does not fit the matter as it stands.
    StepNotFitting,
    /// The step has a place that must be filled in and is not.
    StepIncomplete,
    /// A step before the matter came, or after today; what follows from it before it.
    StepDayImpossible,
    /// No such step of this matter, or one that was taken back.
    StepUnknown,
    // ---- the close of the day
    /// Slips, records and journal of the day differ.
    DayDiffers,
    /// Drafts of the clerk's own are neither registered nor to be thrown away.
    DraftsOpen,
    /// The day has not come yet, or was never closed where one of its sheets was asked for.
    DayNotClosable,
    // ---- paper
    /// No font for Chinese text on this machine.
    FontMissing,
    /// The paper could not be laid out.
    PaperFailed,
    /// The printer does not answer.
    PrinterUnreachable,
    /// The printer refused the job.
    PrinterRefused,
    /// The address is not that of a printer.
    PrinterAddressUnusable,
    /// The printer broke the job off.
    PrintAborted,
    /// Somebody cancelled the job at the printer.
    PrintCanceled,
    /// A sealed matter's paper is drawn only while one of its readers is signed in.
    PrintWaitsForReader,
    /// The system has no program that shows a PDF.
    PdfViewerMissing,
    /// The folder for PDF files cannot be written.
    PdfFolderUnwritable,
    // ---- the line
    /// The desk is not enrolled at a district.
    NotEnrolled,
    /// The desk is enrolled already.
    AlreadyEnrolled,
    /// The enrolment code was mistyped.
    EnrolmentCodeMistyped,
    /// The district does not know the code, or it has run out.
    EnrolmentCodeRefused,
    /// The address is not that of a server.
    DistrictAddressUnusable,
    /// Nobody answers.
    DistrictUnreachable,
    /// Somebody else answers: the certificate is not the district's.
    DistrictCertificateWrong,
    /// Something answers that is not the district (a sign-in page of the network, a proxy).
    DistrictNotRecognised,
    /// The district is busy or its database is away.
    DistrictBusy,
    /// The desk, or the network it is in, asked the district too often.
    TooManyRequests,
    /// The answer stopped coming.
    DistrictTooSlow,
    /// The district refused the page.
    DistrictRefused,
    /// The district has withdrawn this desk.
    DeskRevoked,
    /// The district has retired this desk: nothing more is written at it, and what it holds still goes up.
    DeskRetired,
    /// The two sides hold different entries under one number.
    JournalForked,
    /// The district holds more of this desk than the desk does.
    DistrictAhead,
    /// An exchange is running already.
    ExchangeRunning,
    /// The district has not said yet whom pages on a stick are to be encrypted to.
    StickNotPossible,
    /// No answer to this desk lies where one was looked for.
    StickAnswerMissing,
    /// An answer on a stick that is for another desk, or was cut short or changed.
    StickUnreadable,
    /// An answer on a stick that is older than what the desk has heard since.
    StickOutdated,
    // ---- verdicts
    /// The district does not know this kind of entry.
    KindUnknown,
    /// The district cannot read the entry's content.
    ContentUnreadable,
    /// An earlier entry that this one builds on is not applied.
    WaitsForEarlier,
    // ---- the rest
    /// The request is not of the right form.
    RequestUnreadable,
    /// Our own mistake.
    Internal,
}

/// What people are told about a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Text {
    /// What happened, in one plain sentence.
    pub sentence: String,
    /// What to do about it. Empty where nothing is to be done.
    pub remedy: String,
}

static TEXTS: LazyLock<BTreeMap<Code, Text>> = LazyLock::new(|| {
    // The table is part of the program and read by a test below: it cannot fail at a desk.
    serde_json::from_str(include_str!("../../../assets/text/codes.zh.json")).unwrap_or_default()
});

/// The sentence and remedy of a code.
pub fn text(code: Code) -> &'static Text {
    static NONE: Text = Text { sentence: String::new(), remedy: String::new() };
    TEXTS.get(&code).unwrap_or(&NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_and_the_table_has_no_other() {
        let table: BTreeMap<Code, Text> =
            serde_json::from_str(include_str!("../../../assets/text/codes.zh.json")).unwrap();
        for code in Code::ALL {
            let text = table.get(code).unwrap_or_else(|| panic!("{code:?} has no text"));
            assert!(text.sentence.ends_with('。'), "{code:?}: {}", text.sentence);
        }
        assert_eq!(table.len(), Code::ALL.len());
    }
}
