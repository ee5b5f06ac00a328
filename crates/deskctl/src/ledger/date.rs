//! Dates as ledgers hold them: Excel's own, and typed in many ways.

use calamine::Data;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use intake_model::name;

/// The years in which a ledger can have been kept.
const YEARS: std::ops::RangeInclusive<i32> = 1949..=2099;

/// A cell's date, and whether its year was taken from `year` because it has none of its own. A day that does not exist
/// is no date, nor is a plain number: nobody knows whether 1.1 was typed as 1.10. A date without a time is midnight.
pub(super) fn read(cell: &Data, year: Option<i32>) -> (Option<NaiveDateTime>, bool) {
    match cell {
        Data::DateTime(moment) => {
            (super::cells::moment(moment).filter(|at| YEARS.contains(&chrono::Datelike::year(at))), false)
        }
        Data::Int(_) | Data::Float(_) | Data::Bool(_) => (None, false),
        _ => typed(&super::cells::text(cell), year),
    }
}

fn typed(text: &str, year: Option<i32>) -> (Option<NaiveDateTime>, bool) {
    let text = name::half_width(text);
    let (day, time) = match text.split_once(|c: char| c.is_whitespace() || c == 'T') {
        Some((day, time)) => (day.to_owned(), time.trim().to_owned()),
        None => (text, String::new()),
    };
    let time = match time.as_str() {
        "" => Some(NaiveTime::MIN),
        given => ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(given, form).ok()),
    };
    let parts: Option<Vec<i32>> = day
        .split(['年', '月', '日', '号', '-', '/', '.'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect();
    let (date, from_map) = match (parts.as_deref(), year) {
        (Some(&[year, month, day]), _) if year > 31 => (date(year, month, day), false),
        (Some(&[month, day]), Some(year)) => (date(year, month, day), true),
        _ => (None, false),
    };
    (date.zip(time).map(|(date, time)| date.and_time(time)), from_map)
}

fn date(year: i32, month: i32, day: i32) -> Option<NaiveDate> {
    if !YEARS.contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_however_it_is_typed() {
        let read = |text: &str| typed(text, Some(2023)).0.map(|at| at.format("%Y-%m-%d %H:%M").to_string());
        for (text, expect) in [
            ("2023.1.5", "2023-01-05 00:00"),
            ("2023-01-10", "2023-01-10 00:00"),
            ("2023/1/19", "2023-01-19 00:00"),
            ("2023年1月13日", "2023-01-13 00:00"),
            ("1月6日", "2023-01-06 00:00"),
            ("2月7号", "2023-02-07 00:00"),
            ("２０２３．２．３", "2023-02-03 00:00"),
            ("2023-1-9 14:20", "2023-01-09 14:20"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expect), "{text}");
        }
        for text in ["2023/2/30", "13月1日", "昨天", "", "1月", "2023-1-9 25:00", "3-4-5"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_plain_number_a_time_alone_and_a_year_nobody_kept_a_ledger_in_are_no_dates() {
        use calamine::{ExcelDateTime, ExcelDateTimeType};
        let excel = |value| Data::DateTime(ExcelDateTime::new(value, ExcelDateTimeType::DateTime, false));
        assert_eq!(read(&Data::Float(1.1), Some(2023)).0, None);
        for value in [0.597, -1e300, 1e300, f64::NAN] {
            assert_eq!(read(&excel(value), None).0, None, "{value}");
        }
        assert_eq!(read(&excel(44_930.0), None).0.map(|at| at.to_string()).as_deref(), Some("2023-01-04 00:00:00"));
        assert_eq!(typed("1月6日", Some(23)).0, None);
        let iso = Data::DateTimeIso("2023-03-01".into());
        assert_eq!(read(&iso, None).0.map(|at| at.to_string()).as_deref(), Some("2023-03-01 00:00:00"));
    }

    #[test]
    fn a_year_is_taken_from_the_map_only_where_the_map_has_one() {
        assert!(typed("1月6日", Some(2023)).1);
        assert_eq!(typed("2023年1月6日", Some(2024)), typed("2023年1月6日", None));
        assert_eq!(typed("1月6日", None), (None, false));
    }
}
