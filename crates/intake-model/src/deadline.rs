//! By when the office owes what. The clocks bind the office, never the visitor.

use chrono::{Days, NaiveDate};

/// Clock C1: days within which the visitor is told in writing what happens next (Art. 23(2): "15日").
pub const WRITTEN_NOTICE_DAYS: u64 = 15;

/// The last day of clock C1 for a visit registered on `registered`.
///
/// Calendar days, the first day not counted. A date at the end of chrono's calendar stays where it is.
pub fn written_notice_due(registered: NaiveDate) -> NaiveDate {
    registered.checked_add_days(Days::new(WRITTEN_NOTICE_DAYS)).unwrap_or(registered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_visit_on_24_november_is_answered_by_9_december() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(written_notice_due(day("2026-11-24")), day("2026-12-09"));
        assert_eq!(written_notice_due(day("2026-12-20")), day("2027-01-04"));
        assert_eq!(written_notice_due(day("2028-02-20")), day("2028-03-06"));
    }

    proptest! {
        #[test]
        fn a_later_visit_is_never_due_earlier(first in 0u64..3650, gap in 0u64..400) {
            let start = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
            let early = start + Days::new(first);
            let late = early + Days::new(gap);
            prop_assert!(written_notice_due(early) <= written_notice_due(late));
            prop_assert!(written_notice_due(early) > early);
        }
    }
}
