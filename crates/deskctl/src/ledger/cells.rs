//! A cell as people read it.

use calamine::Data;

/// The cell's words, outer space gone; a number without a needless fraction. Empty for an error or a blank.
pub(super) fn text(cell: &Data) -> String {
    match cell {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.trim().to_owned(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(yes) => yes.to_string(),
        Data::DateTime(moment) => {
            moment.as_datetime().map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M").to_string())
        }
        _ => String::new(),
    }
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
        ] {
            assert_eq!(text(&cell), expect);
        }
    }
}
