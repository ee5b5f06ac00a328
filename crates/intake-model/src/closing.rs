//! The close of a desk's day (收工): slips that came out = records kept = records the district confirmed, by number range.
//!
//! Where they differ the day is not closed, and each difference is named by its number. What is still open (a notice that
//! nobody took, entries not sent yet) stands on the sheet and stops nothing. Deliberately absent: any count of people, and
//! any flag that says "confirmed": that follows from the district's head each time it is asked.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::number::RegistrationNumber;
use crate::words::words;

words! {
    /// Why a draft is thrown away when the day is closed. It is counted; nothing of the draft or of who spoke is kept.
    DiscardReason, "discard_reasons":
    /// It is registered under another draft or desk already.
    Registered = "registered",
    /// The visitor does not want it written down (个人信息保护法 47).
    Withdrawn = "withdrawn",
    /// Typed to try, or by mistake.
    Mistyped = "mistyped",
    /// A correction or a note that is not needed any more.
    NotNeeded = "not_needed",
}

words! {
    /// In what a day's slips, records and journal differ.
    Difference, "day_differences":
    /// No slip was ever issued.
    SlipNeverIssued = "slip_never_issued",
    /// Slips were issued, and none came out.
    SlipNotOut = "slip_not_out",
    /// Later numbers were given and this one has no record.
    NumberMissing = "number_missing",
    /// The record has no journal entry.
    EntryMissing = "entry_missing",
    /// The journal entry has no record.
    RecordMissing = "record_missing",
}

words! {
    /// How far a day is.
    DayState, "day_states":
    /// Not closed.
    Open = "open",
    /// Closed, and more was registered after that.
    Reopened = "reopened",
    /// Closed; the district has not confirmed all of it.
    Closed = "closed",
    /// Closed, and the district holds and applied all of it.
    Confirmed = "confirmed",
}

impl DayState {
    /// Whether a clerk should close it.
    pub const fn is_due(self) -> bool {
        matches!(self, Self::Open | Self::Reopened)
    }
}

/// How the slip of one number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlipStand {
    /// None was issued.
    Never,
    /// Issued, and no copy came out.
    NotOut,
    /// A copy came out, or was kept as a PDF.
    Out,
}

/// One number of a day, as record, journal, printers and district have it.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them can differ")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayNumber {
    /// The number.
    pub number: RegistrationNumber,
    /// Whether the tables have its record.
    pub recorded: bool,
    /// Whether the journal has its entry.
    pub journalled: bool,
    /// Whether it was voided: no slip is owed any more.
    pub void: bool,
    /// Whether it was taken from a ledger: nobody stood at the window for a slip.
    pub imported: bool,
    /// How its slip stands.
    pub slip: SlipStand,
    /// Whether the district holds and applied what was last written about it.
    pub confirmed: bool,
}

impl DayNumber {
    fn owes_slip(&self) -> bool {
        !self.void && !self.imported
    }
}

/// The numbers of a day under one epoch mark. `kept = slips + void + imported`, or the day is not closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct NumberRange {
    /// The epoch mark in the numbers.
    pub mark: String,
    /// The lowest serial.
    pub from: u32,
    /// The highest.
    pub to: u32,
    /// Records kept.
    pub kept: u32,
    /// Voided ones among them.
    pub void: u32,
    /// Those taken from a ledger, not voided: they have no slip.
    pub imported: u32,
    /// Numbers whose slip came out, not voided.
    pub slips: u32,
    /// Records that the district confirmed.
    pub confirmed: u32,
}

/// One number that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DayDifference {
    /// With hyphens.
    pub number: String,
    /// For calling out.
    pub short: String,
    /// In what.
    pub difference: Difference,
}

/// What is still open when a day is closed, in counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct StillOpen {
    /// Drafts of other clerks.
    pub drafts: u32,
    /// Notices issued without a delivery written down.
    pub undelivered: u32,
    /// First answers that are due and not issued.
    pub unanswered: u32,
    /// Papers in the print queue that are not out.
    pub prints: u32,
    /// Entries that the district has not confirmed.
    #[ts(type = "number")]
    pub unsent: u64,
    /// Entries that the district set aside, or that wait for one.
    pub set_aside: u32,
}

/// The ranges of a day's numbers, by mark in the order of the epochs.
pub fn ranges(numbers: &[DayNumber]) -> Vec<NumberRange> {
    let mut ranges: Vec<NumberRange> = Vec::new();
    for (mark, of_mark) in by_mark(numbers) {
        let serials = || of_mark.iter().map(|one| one.number.serial());
        let count = |is: &dyn Fn(&DayNumber) -> bool| {
            u32::try_from(of_mark.iter().filter(|one| is(one)).count()).unwrap_or(u32::MAX)
        };
        ranges.push(NumberRange {
            mark,
            from: serials().min().unwrap_or(0),
            to: serials().max().unwrap_or(0),
            kept: count(&|one| one.recorded),
            void: count(&|one| one.recorded && one.void),
            imported: count(&|one| one.recorded && one.imported && !one.void),
            slips: count(&|one| one.recorded && one.owes_slip() && one.slip == SlipStand::Out),
            confirmed: count(&|one| one.recorded && one.confirmed),
        });
    }
    ranges
}

/// Every number of a day that does not fit, in order; the day is closed only where there is none.
pub fn differences(numbers: &[DayNumber]) -> Vec<DayDifference> {
    let mut found = Vec::new();
    for (_, of_mark) in by_mark(numbers) {
        let mut next = 1;
        for one in of_mark {
            let serial = one.number.serial();
            found.extend((next..serial).filter_map(|serial| one.number.with_serial(serial)).map(|number| {
                DayDifference {
                    number: number.to_string(),
                    short: number.short(),
                    difference: Difference::NumberMissing,
                }
            }));
            next = serial.saturating_add(1);
            found.extend(difference(one).map(|difference| DayDifference {
                number: one.number.to_string(),
                short: one.number.short(),
                difference,
            }));
        }
    }
    found
}

fn difference(one: &DayNumber) -> Option<Difference> {
    match (one.recorded, one.journalled, one.slip) {
        (false, _, _) => Some(Difference::RecordMissing),
        (true, false, _) => Some(Difference::EntryMissing),
        (true, true, SlipStand::Never) if one.owes_slip() => Some(Difference::SlipNeverIssued),
        (true, true, SlipStand::NotOut) if one.owes_slip() => Some(Difference::SlipNotOut),
        (true, true, _) => None,
    }
}

/// The numbers of each mark by their serials; marks in the order in which epochs count them.
fn by_mark(numbers: &[DayNumber]) -> Vec<(String, Vec<&DayNumber>)> {
    let mut marks: BTreeMap<(usize, String), Vec<&DayNumber>> = BTreeMap::new();
    for one in numbers {
        let mark = one.number.epoch().as_str();
        marks.entry((mark.len(), mark.to_owned())).or_default().push(one);
    }
    let sorted = marks.into_iter().map(|((_, mark), mut of_mark)| {
        of_mark.sort_by_key(|one| one.number.serial());
        (mark, of_mark)
    });
    sorted.collect()
}

/// What is known of how a day was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayClosed {
    /// How many visits were registered after its last closing.
    pub since: u32,
    /// Whether the district holds the closing's entry, and nothing of the day is set aside or not sent.
    pub settled: bool,
}

/// How far a day is; `None` for one that was never closed.
pub fn day_state(closed: Option<DayClosed>) -> DayState {
    match closed {
        None => DayState::Open,
        Some(DayClosed { since: 1.., .. }) => DayState::Reopened,
        Some(DayClosed { settled: true, .. }) => DayState::Confirmed,
        Some(DayClosed { settled: false, .. }) => DayState::Closed,
    }
}

/// The newest of these past days that should still be closed. `days` are the newest first. A desk that never closed a day
/// before is asked for the last one alone, and not for all of its history.
pub fn left_open(days: &[(NaiveDate, DayState)]) -> Option<NaiveDate> {
    let began = days.iter().filter(|(_, state)| *state != DayState::Open).map(|(day, _)| *day).min();
    let asked = |place: usize, day: NaiveDate| place == 0 || began.is_some_and(|began| began <= day);
    let mut due = days.iter().enumerate().filter(|(_, (_, state))| state.is_due());
    due.find(|(place, (day, _))| asked(*place, *day)).map(|(_, (day, _))| *day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> RegistrationNumber {
        let (mark, serial) = text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap());
        let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let desk = crate::DeskNumber::new(1).unwrap();
        RegistrationNumber::new("120110005".parse().unwrap(), day, desk, mark.parse().unwrap(), serial.parse().unwrap())
            .unwrap()
    }

    fn whole(text: &str) -> DayNumber {
        DayNumber {
            number: number(text),
            recorded: true,
            journalled: true,
            void: false,
            imported: false,
            slip: SlipStand::Out,
            confirmed: true,
        }
    }

    fn said(numbers: &[DayNumber]) -> Vec<String> {
        let all = differences(numbers);
        all.iter().map(|one| format!("{} {}", one.short, one.difference.word())).collect()
    }

    #[test]
    fn a_day_on_which_everything_fits_has_no_difference_and_one_range_for_each_epoch() {
        let numbers = [whole("B1"), whole("A2"), whole("A1"), whole("AAA1")];
        assert_eq!(said(&numbers), Vec::<String>::new());
        let ranges: Vec<_> = ranges(&numbers).into_iter().map(|one| (one.mark, one.from, one.to, one.kept)).collect();
        assert_eq!(ranges, [("A".into(), 1, 2, 2), ("B".into(), 1, 1, 1), ("AAA".into(), 1, 1, 1)]);
        assert_eq!(said(&[]), Vec::<String>::new());
    }

    #[test]
    fn each_difference_is_named_by_its_number() {
        let check = |one: DayNumber, expect: &[&str]| assert_eq!(said(&[whole("A1"), one]), expect);
        check(DayNumber { slip: SlipStand::Never, ..whole("A2") }, &["01A-0002 slip_never_issued"]);
        check(DayNumber { slip: SlipStand::NotOut, ..whole("A2") }, &["01A-0002 slip_not_out"]);
        check(DayNumber { journalled: false, ..whole("A2") }, &["01A-0002 entry_missing"]);
        check(DayNumber { recorded: false, ..whole("A2") }, &["01A-0002 record_missing"]);
        check(whole("A4"), &["01A-0002 number_missing", "01A-0003 number_missing"]);
        // Nobody waits for these slips.
        check(DayNumber { slip: SlipStand::NotOut, void: true, ..whole("A2") }, &[]);
        check(DayNumber { slip: SlipStand::Never, imported: true, ..whole("A2") }, &[]);
        // A district that is away stops nothing.
        check(DayNumber { confirmed: false, ..whole("A2") }, &[]);
    }

    #[test]
    fn a_range_adds_up_where_nothing_differs() {
        let void = DayNumber { void: true, slip: SlipStand::Never, ..whole("A2") };
        let imported = DayNumber { imported: true, slip: SlipStand::Never, confirmed: false, ..whole("A3") };
        let numbers = [whole("A1"), void, imported];
        let [range] = ranges(&numbers).try_into().unwrap();
        assert_eq!((range.from, range.to, range.kept, range.void, range.imported), (1, 3, 3, 1, 1));
        assert_eq!((range.slips, range.confirmed), (1, 2));
        assert_eq!(range.kept, range.slips + range.void + range.imported);
    }

    #[test]
    fn a_day_is_confirmed_only_by_the_district_and_open_again_after_another_visitor() {
        let check = |closed, expect| assert_eq!(day_state(closed), expect);
        check(None, DayState::Open);
        check(Some(DayClosed { since: 0, settled: false }), DayState::Closed);
        check(Some(DayClosed { since: 0, settled: true }), DayState::Confirmed);
        check(Some(DayClosed { since: 2, settled: true }), DayState::Reopened);
    }

    #[test]
    fn the_newest_day_left_open_is_asked_for_and_never_a_history_of_before_days_were_closed() {
        use DayState::{Closed, Confirmed, Open, Reopened};
        let day = |number| NaiveDate::from_ymd_opt(2026, 11, number).unwrap();
        let check = |states: &[DayState], expect: Option<u32>| {
            let days: Vec<_> = states.iter().zip(0..).map(|(state, back)| (day(24 - back), *state)).collect();
            assert_eq!(left_open(&days), expect.map(day), "{states:?}");
        };
        check(&[], None);
        check(&[Open, Open, Open], Some(24));
        check(&[Confirmed, Open, Open], None);
        check(&[Confirmed, Open, Closed], Some(23));
        check(&[Closed, Reopened, Open], Some(23));
        check(&[Reopened], Some(24));
    }
}
