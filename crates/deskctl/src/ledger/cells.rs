//! A cell as people read it.

use calamine::{Data, ExcelDateTime};
use chrono::NaiveDateTime;

/// Days that Excel itself can show: up to the end of 9999.
const DAYS: std::ops::Range<f64> = 0.0..2_958_466.0;

/// The cell's words, outer space gone; a number without a needless fraction; an error as Excel shows it, such as #REF!.
pub(super) fn text(cell: &Data) -> String {
    match cell {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.trim().to_owned(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(yes) => yes.to_string(),
        Data::DateTime(told) => match moment(told) {
            Some(at) => at.format("%Y-%m-%d %H:%M").to_string(),
            None => told.as_f64().to_string(),
        },
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

/// Excel's moment; `None` outside what Excel can show, where the library's own arithmetic breaks off.
pub(super) fn moment(told: &ExcelDateTime) -> Option<NaiveDateTime> {
    DAYS.contains(&told.as_f64()).then(|| told.as_datetime()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_a_ledger_keeps_as_a_number_reads_like_its_digits() {
        for (cell, expect) in [
            (Data::Float(1.0), "1"),
            (Data::Float(13_920_011_234.0), "13920011234"),
            (Data::Int(17), "17"),
            (Data::String("  王 强 ".into()), "王 强"),
            (Data::Empty, ""),
            (Data::Error(calamine::CellErrorType::Ref), "#REF!"),
        ] {
            assert_eq!(text(&cell), expect);
        }
    }
}
