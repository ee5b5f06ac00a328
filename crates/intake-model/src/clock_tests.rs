use super::*;
use crate::calendar::Calendar;
use chrono::Datelike;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn profile(id: &str) -> &'static Profile {
    Profile::built_in(id).unwrap_or_else(|| panic!("no profile {id}"))
}

fn rolling() -> Profile {
    Profile { roll_forward: true, ..Profile::national().clone() }
}

/// `last_day` and, behind an arrow, the working day it would roll to.
fn shown(due: &Due) -> String {
    let date = |day: Option<NaiveDate>| day.map_or("?".to_owned(), |day| day.to_string());
    let calendar = match due.calendar {
        CalendarAnswer::Known => String::new(),
        CalendarAnswer::UnknownYear(year) => format!(" ({year} unknown)"),
    };
    let rolled = due.rolled.map_or(String::new(), |day| format!(" -> {day}"));
    format!("{}{rolled}{calendar}", date(due.last_day))
}

#[test]
fn the_table_holds_every_clock_of_domain_with_its_article() {
    use Binds::{Office, VisitorsRight};
    use ClockCode::{C1, C1Forward, C2, C3, C4, C5, C6, C7, C8, C9, C10};
    use Unit::{CalendarDays, WorkingDays};
    let expect = [
        (C1, 15, CalendarDays, Office, "《信访工作条例》第二十三条第二款"),
        (C1Forward, 15, CalendarDays, Office, "《信访工作条例》第二十二条第一款"),
        (C2, 15, CalendarDays, Office, "《信访工作条例》第二十三条第三款"),
        (C3, 5, WorkingDays, Office, "《信访工作条例》第二十三条第三款"),
        (C4, 60, CalendarDays, Office, "《信访工作条例》第三十四条"),
        (C5, 30, CalendarDays, Office, "《信访工作条例》第三十四条"),
        (C6, 30, CalendarDays, VisitorsRight, "《信访工作条例》第三十五条"),
        (C7, 30, CalendarDays, Office, "《信访工作条例》第三十五条"),
        (C8, 30, CalendarDays, VisitorsRight, "《信访工作条例》第三十六条第一款"),
        (C9, 30, CalendarDays, Office, "《信访工作条例》第三十六条第一款、第二款"),
        (C10, 30, CalendarDays, VisitorsRight, "《人民调解法》第三十三条第一款"),
    ];
    assert_eq!(expect.map(|row| row.0), ClockCode::ALL);
    for (code, limit, unit, binds, article) in expect {
        let clock = Clock::of(code);
        assert_eq!((clock.code, clock.limit, clock.unit, clock.binds), (code, limit, unit, binds), "{code:?}");
        assert_eq!(clock.article, article, "{code:?}");
        assert!(!code.label().is_empty());
    }
    assert_eq!(Clock::all().count(), ClockCode::ALL.len());
    let with = |mark: fn(&Clock) -> bool| Clock::all().filter(|one| mark(one)).map(|one| one.code).collect::<Vec<_>>();
    assert_eq!(with(|clock| clock.at_once_if_possible), [C1]);
    assert_eq!(with(|clock| clock.suspended_while_unclear), [C1]);
    assert_eq!(with(|clock| clock.hearing_excluded), [C7, C9]);
    assert_eq!(Clock::of(C4).extended_by, Some(C5));
}

#[test]
fn a_code_is_read_as_people_type_it() {
    for (typed, code) in [
        ("C1", Some(ClockCode::C1)),
        ("c10", Some(ClockCode::C10)),
        ("C1'", Some(ClockCode::C1Forward)),
        ("C1′", Some(ClockCode::C1Forward)),
        (" c1’ ", Some(ClockCode::C1Forward)),
        ("C11", None),
        ("", None),
    ] {
        assert_eq!(ClockCode::parse(typed), code, "{typed}");
    }
}

#[test]
fn the_last_day_of_each_clock_by_profile() {
    let cases = [
        // Domain's examples.
        ("national", "C1", "2026-11-24", "2026-12-09"),
        ("tianjin-dongli", "C1", "2026-11-24", "2026-12-09"),
        ("national", "C4", "2026-11-24", "2027-01-23 (2027 unknown)"),
        // Art. 22(1).
        ("tianjin-dongli-district", "C1'", "2026-11-24", "2026-12-09"),
        // Art. 23(3): 5个工作日, over National Day, over a worked Saturday, into a year without a table.
        ("national", "C3", "2026-11-24", "2026-12-01"),
        ("national", "C3", "2026-09-29", "2026-10-12"),
        ("national", "C3", "2026-12-24", "2026-12-31"),
        ("national", "C3", "2026-12-25", "? (2027 unknown)"),
        // 民法典 203: both days are given where the last one is a day off.
        ("national", "C2", "2026-09-11", "2026-09-26 -> 2026-09-28"),
        ("national", "C6", "2026-09-01", "2026-10-01 -> 2026-10-08"),
        // 2026-05-09 is a Saturday that is worked: nothing rolls.
        ("national", "C8", "2026-04-09", "2026-05-09"),
        ("national", "C10", "2026-12-02", "2027-01-01 (2027 unknown)"),
        // 《浙江省信访条例》 20, 23: the stricter local limits.
        ("zhejiang", "C1", "2026-11-24", "2026-12-01"),
        ("zhejiang", "C4", "2026-11-24", "2026-12-24"),
        ("zhejiang", "C3", "2026-11-24", "2026-12-01"),
        ("zhejiang", "C6", "2026-11-24", "2026-12-24"),
        // Five working days over the Spring Festival are 14 days: still within the law's 15.
        ("zhejiang", "C1", "2026-02-13", "2026-02-27"),
    ];
    for (id, code, from, expect) in cases {
        let code = ClockCode::parse(code).unwrap();
        let due = due(code, day(from), profile(id), Calendars::built_in());
        assert_eq!(shown(&due), expect, "{id} {code:?} {from}");
        assert_eq!(due.article, profile(id).limit(code).article);
    }
}

#[test]
fn a_local_limit_shows_the_laws_day_beside_it() {
    let due = due(ClockCode::C1, day("2026-11-24"), profile("zhejiang"), Calendars::built_in());
    assert_eq!((due.limit, due.unit), (5, Unit::WorkingDays));
    assert_eq!(due.by_law, Some(day("2026-12-09")));
    let unknown = super::due(ClockCode::C1, day("2026-12-28"), profile("zhejiang"), Calendars::built_in());
    assert_eq!(shown(&unknown), "? (2027 unknown)");
    assert_eq!(unknown.by_law, Some(day("2027-01-12")));
}

#[test]
fn a_local_limit_in_working_days_never_ends_after_the_laws() {
    // A made-up year in which three weeks are off at a stretch.
    let off: Vec<_> =
        day("2028-02-01").iter_days().take(21).filter(|day| day.weekday().num_days_from_monday() < 5).collect();
    let text = serde_json::json!({
        "year": 2028, "version": "1", "source": "通知", "effective": "2027-11-01", "off": off, "worked": [],
    });
    let calendars = Calendars::default().with(Calendar::parse("2028.json", &text.to_string()).unwrap());
    let due = due(ClockCode::C1, day("2028-01-31"), profile("zhejiang"), &calendars);
    assert_eq!(due.last_day, Some(day("2028-02-15")));
    assert_eq!((due.limit, due.unit), (15, Unit::CalendarDays));
    assert_eq!(due.article, "《信访工作条例》第二十三条第二款");
}

#[test]
fn rolling_forward_is_the_profiles_setting_and_both_days_are_given() {
    let from = day("2026-09-11");
    let kept = due(ClockCode::C2, from, Profile::national(), Calendars::built_in());
    assert_eq!((kept.rolls, kept.effective()), (false, Some(day("2026-09-26"))));
    let rolled = due(ClockCode::C2, from, &rolling(), Calendars::built_in());
    assert_eq!((rolled.rolls, rolled.effective()), (true, Some(day("2026-09-28"))));
    assert_eq!((kept.last_day, kept.rolled), (rolled.last_day, rolled.rolled));
}

#[test]
fn in_a_year_without_a_table_the_counted_day_stands_and_the_rolled_one_is_not_guessed() {
    // 2027-01-23 is a Saturday.
    let due = due(ClockCode::C4, day("2026-11-24"), &rolling(), Calendars::built_in());
    assert_eq!(due.calendar, CalendarAnswer::UnknownYear(2027));
    assert_eq!((due.last_day, due.rolled), (Some(day("2027-01-23")), None));
    assert_eq!(due.effective(), Some(day("2027-01-23")));
}

#[test]
fn art_36_2_days_of_a_hearing_are_left_out_of_c7_and_c9_only() {
    for code in ClockCode::ALL {
        let start = Start { from: day("2026-03-02"), excluded_days: 7 };
        let with = due(*code, start, Profile::national(), Calendars::built_in()).last_day.unwrap();
        let without = due(*code, start.from, Profile::national(), Calendars::built_in()).last_day.unwrap();
        let days = (with - without).num_days();
        assert_eq!(days, if matches!(code, ClockCode::C7 | ClockCode::C9) { 7 } else { 0 }, "{code:?}");
    }
}

#[test]
fn art_23_2_the_written_notice_waits_until_name_and_address_are_known() {
    let registered = day("2026-11-24");
    assert_eq!(written_notice_start(registered, false, None), Some(registered));
    assert_eq!(written_notice_start(registered, true, None), None);
    assert_eq!(written_notice_start(registered, true, Some(day("2026-12-01"))), Some(day("2026-12-01")));
    // Known again by an older record: the clock does not start before the visit.
    assert_eq!(written_notice_start(registered, true, Some(day("2026-11-01"))), Some(registered));
}

#[test]
fn a_visit_on_24_november_is_answered_by_9_december() {
    let by = |start, profile: &str| first_answer_due(start, Profile::built_in(profile).unwrap(), Calendars::built_in());
    assert_eq!(by(day("2026-11-24"), "national"), day("2026-12-09"));
    assert_eq!(by(day("2026-12-20"), "national"), day("2027-01-04"));
    assert_eq!(by(day("2028-02-20"), "national"), day("2028-03-06"));
    assert_eq!(by(NaiveDate::MAX, "national"), NaiveDate::MAX);
    assert_eq!(by(day("2026-11-24"), "zhejiang"), day("2026-12-01"), "five working days");
    assert_eq!(by(day("2031-11-24"), "zhejiang"), day("2031-11-29"), "a year without a calendar: never too late");
    assert_eq!(by(day("2026-11-24"), "tianjin-dongli-district"), day("2026-12-09"));
}

#[test]
fn art_34_an_extension_counts_from_the_end_of_c4_and_is_approved_before_it() {
    let calendars = Calendars::built_in();
    let national = Profile::national();
    let handling = due(ClockCode::C4, day("2026-03-02"), national, calendars);
    assert_eq!(shown(&handling), "2026-05-01 -> 2026-05-06");
    let on = |approved: &str, days| extended(&handling, day(approved), days, national, calendars);
    assert_eq!(shown(&on("2026-05-01", 30).unwrap()), "2026-05-31 -> 2026-06-01");
    assert_eq!(shown(&on("2026-04-01", 10).unwrap()), "2026-05-11");
    assert_eq!(on("2026-04-01", 10).unwrap().article, "《信访工作条例》第三十四条");
    assert_eq!(on("2026-04-01", 31), Err(ExtensionError::Days { days: 31, most: 30 }));
    assert_eq!(on("2026-04-01", 0), Err(ExtensionError::Days { days: 0, most: 30 }));
    let late = ExtensionError::TooLate { approved: day("2026-05-02"), ended: day("2026-05-01") };
    assert_eq!(on("2026-05-02", 30), Err(late));
    // Where the profile rolls, C4 ends on the working day; the days still count from the day of the law.
    let handling = due(ClockCode::C4, day("2026-03-02"), &rolling(), calendars);
    let rolled = extended(&handling, day("2026-05-06"), 30, &rolling(), calendars).unwrap();
    assert_eq!(rolled.last_day, Some(day("2026-05-31")));
    assert_eq!(
        extended(&Due { last_day: None, ..handling }, day("2026-05-06"), 30, national, calendars),
        Err(ExtensionError::NoEnd)
    );
}

#[test]
fn zhejiang_ends_no_later_than_the_law_with_30_and_60_days() {
    let zhejiang = profile("zhejiang");
    let handling = due(ClockCode::C4, day("2026-03-02"), zhejiang, Calendars::built_in());
    let end = extended(&handling, day("2026-03-30"), 60, zhejiang, Calendars::built_in()).unwrap().last_day.unwrap();
    assert_eq!((end - day("2026-03-02")).num_days(), 90);
}

/// Ten years from 2020 with holidays of proptest's choice.
fn ten_years(holidays: &[(u32, bool)]) -> Calendars {
    let mut calendars = Calendars::default();
    for year in 2020..2031 {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let (mut off, mut worked) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
        for (offset, _) in holidays.iter().filter(|(_, even)| (year % 2 == 0) == *even) {
            let one = first + Days::new(u64::from(*offset));
            let set = if one.weekday().num_days_from_monday() < 5 { &mut off } else { &mut worked };
            set.insert(one);
        }
        let text = serde_json::json!({
            "year": year, "version": "1", "source": "proptest", "effective": first, "off": off, "worked": worked,
        });
        calendars = calendars.with(Calendar::parse("year.json", &text.to_string()).unwrap());
    }
    calendars
}

fn in_ten_years() -> impl Strategy<Value = NaiveDate> {
    (0u64..3600).prop_map(|days| NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + Days::new(days))
}

fn any_code() -> impl Strategy<Value = ClockCode> {
    proptest::sample::select(ClockCode::ALL)
}

fn any_profile() -> impl Strategy<Value = Profile> {
    let all = Profile::all_built_in().to_vec();
    (proptest::sample::select(all), any::<bool>())
        .prop_map(|(profile, roll_forward)| Profile { roll_forward, ..profile })
}

proptest! {
    #[test]
    fn a_later_start_is_never_due_earlier(
        code in any_code(),
        profile in any_profile(),
        holidays in prop::collection::vec((0u32..365, any::<bool>()), 0..40),
        early in in_ten_years(),
        gap in 0u64..40,
    ) {
        let calendars = ten_years(&holidays);
        let first = due(code, early, &profile, &calendars);
        let second = due(code, early + Days::new(gap), &profile, &calendars);
        prop_assert!(first.last_day <= second.last_day);
        prop_assert!(first.effective() <= second.effective());
    }

    #[test]
    fn no_last_day_is_before_or_on_the_start_and_none_rolls_backwards(
        code in any_code(),
        profile in any_profile(),
        holidays in prop::collection::vec((0u32..365, any::<bool>()), 0..40),
        from in in_ten_years(),
    ) {
        let calendars = ten_years(&holidays);
        let due = due(code, from, &profile, &calendars);
        let last = due.last_day.unwrap();
        prop_assert!(last > from);
        prop_assert!(due.rolled.is_none_or(|rolled| rolled > last && calendars.is_working_day(rolled) == Ok(true)));
        prop_assert_eq!(due.rolled.is_some(), calendars.is_working_day(last) == Ok(false));
        prop_assert!(due.effective() >= due.last_day);
        prop_assert_eq!(due.calendar, CalendarAnswer::Known);
    }

    #[test]
    fn days_are_counted_as_one_counts_them_on_a_wall_calendar(
        code in any_code(),
        holidays in prop::collection::vec((0u32..365, any::<bool>()), 0..40),
        from in in_ten_years(),
        excluded_days in 0u32..20,
    ) {
        let calendars = ten_years(&holidays);
        let due = due(code, Start { from, excluded_days }, Profile::national(), &calendars);
        let last = due.last_day.unwrap();
        // Day by day from the one after the start: the first day is not counted.
        let counted = from.iter_days().skip(1).take_while(|day| *day <= last).filter(|day| {
            due.unit == Unit::CalendarDays || calendars.is_working_day(*day) == Ok(true)
        }).count();
        let hearing = if Clock::of(code).hearing_excluded { excluded_days } else { 0 };
        prop_assert_eq!(counted, (due.limit + hearing) as usize);
        prop_assert!(due.unit == Unit::CalendarDays || calendars.is_working_day(last) == Ok(true));
    }

    #[test]
    fn the_answer_about_any_day_of_the_calendar_is_an_answer(
        code in any_code(),
        profile in any_profile(),
        days in any::<i32>(),
        excluded_days in any::<u32>(),
    ) {
        let from = NaiveDate::from_num_days_from_ce_opt(days).unwrap_or(NaiveDate::MAX);
        let due = due(code, Start { from, excluded_days }, &profile, Calendars::built_in());
        prop_assert!(due.last_day.is_none_or(|last| last > from));
    }
}
