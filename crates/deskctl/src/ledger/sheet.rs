//! The cells of one sheet, read within bounds: a file from elsewhere must not be able to fill the memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::panic::AssertUnwindSafe;

use calamine::{Data, Reader as _, Xlsx};

use super::Error;

/// The largest file that is opened: a ledger of a hundred thousand rows has about 10 MiB.
pub(super) const MOST_BYTES: usize = 64 << 20;
/// What it may unfold to.
const MOST_UNFOLDED: u64 = 512 << 20;
/// Texts that it may announce: the library makes room for all of them at once.
const MOST_TEXTS: u64 = 4_000_000;
const MOST_ROWS: u32 = 200_000;
const MOST_COLUMNS: u32 = 512;

/// The sheet's name and its rows: from their number as Excel shows it to their cells by column.
pub(super) type Sheet = (String, BTreeMap<usize, Vec<Data>>);

/// Reads a sheet of an Excel file (xlsx), the first where none is named.
pub(super) fn read(file: Vec<u8>, sheet: Option<&str>) -> Result<Sheet, Error> {
    bounded(&file)?;
    // calamine's own arithmetic overflows on a cell reference of many letters (found by fuzzing): it breaks off where
    // overflow is checked. Nothing of ours is left half done by that.
    std::panic::catch_unwind(AssertUnwindSafe(|| cells(file, sheet)))
        .unwrap_or_else(|_| Err(Error::File("里面有写法不对的单元格".to_owned())))
}

fn cells(file: Vec<u8>, sheet: Option<&str>) -> Result<Sheet, Error> {
    let unreadable = |error: calamine::XlsxError| Error::File(error.to_string());
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file)).map_err(unreadable)?;
    let names = book.sheet_names();
    let name = sheet.map(str::to_owned).or_else(|| names.first().cloned()).unwrap_or_default();
    if !names.contains(&name) {
        return Err(Error::NoSheet(name));
    }
    let mut rows: BTreeMap<usize, Vec<Data>> = BTreeMap::new();
    let mut cells = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        let value = Data::from(cell.get_value().clone());
        if matches!(value, Data::Empty) {
            continue;
        }
        if row >= MOST_ROWS || column >= MOST_COLUMNS {
            return Err(Error::TooLarge);
        }
        let cells = rows.entry(row as usize + 1).or_default();
        if cells.len() <= column as usize {
            cells.resize(column as usize + 1, Data::Empty);
        }
        if let Some(place) = cells.get_mut(column as usize) {
            *place = value;
        }
    }
    Ok((name, rows))
}

/// Unfolds every part once and throws it away: what the file says of its own size is not believed.
fn bounded(file: &[u8]) -> Result<(), Error> {
    if file.len() > MOST_BYTES {
        return Err(Error::TooLarge);
    }
    let unreadable = |error: zip::result::ZipError| Error::File(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).map_err(unreadable)?;
    let mut left = MOST_UNFOLDED;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(unreadable)?;
        let mut beginning = Vec::new();
        let unfolded = |error: std::io::Error| Error::File(error.to_string());
        part.by_ref().take(4096).read_to_end(&mut beginning).map_err(unfolded)?;
        if announced(&beginning) > MOST_TEXTS {
            return Err(Error::TooLarge);
        }
        let read =
            beginning.len() as u64 + std::io::copy(&mut part.take(left), &mut std::io::sink()).map_err(unfolded)?;
        left = left.checked_sub(read).filter(|left| *left > 0).ok_or(Error::TooLarge)?;
    }
    Ok(())
}

/// How many texts a part says that it holds (`uniqueCount` of the shared texts); what is no number says too many.
fn announced(beginning: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(beginning);
    let counts = text.split("niqueCount").skip(1).map(|rest| {
        let digits: String =
            rest.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(u64::MAX)
    });
    counts.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A file with one sheet of these rows, and these shared texts.
    fn book(sheet: &str, texts: &str) -> Vec<u8> {
        let parts = [
            ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
            (
                "_rels/.rels",
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
            ),
            (
                "xl/workbook.xml",
                r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="一" sheetId="1" r:id="r1"/></sheets></workbook>"#,
            ),
            (
                "xl/_rels/workbook.xml.rels",
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
            ),
            ("xl/worksheets/sheet1.xml", sheet),
            ("xl/sharedStrings.xml", texts),
        ];
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    const TEXTS: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="0"/>"#;

    fn sheet(cells: &str) -> String {
        format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#
        )
    }

    #[test]
    fn cells_stand_where_excel_shows_them() {
        let file = book(&sheet(r#"<row r="2"><c r="C2"><v>7</v></c></row>"#), TEXTS);
        let (name, rows) = read(file, None).unwrap();
        assert_eq!((name.as_str(), rows.len()), ("一", 1));
        assert_eq!(rows[&2], [Data::Empty, Data::Empty, Data::Float(7.0)]);
    }

    #[test]
    fn a_cell_at_the_far_end_and_texts_that_are_only_announced_are_refused() {
        let far =
            sheet(r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#);
        assert!(matches!(read(book(&far, TEXTS), None), Err(Error::TooLarge)));
        let texts = r#"<sst uniqueCount="18446744073709551615"/>"#;
        assert!(matches!(read(book(&sheet(""), texts), None), Err(Error::TooLarge)));
        assert!(matches!(read(b"PK\x03\x04".to_vec(), None), Err(Error::File(_))));
        assert!(matches!(read(book(&sheet(""), TEXTS), Some("二")), Err(Error::NoSheet(_))));
    }

    #[test]
    fn a_cell_reference_of_many_letters_is_refused_or_passed_over() {
        let odd = sheet(r#"<row r="1"><c r="AAAAAAAAAAAAAAAAAAAA99999999999999999999"><v>1</v></c></row>"#);
        if let Ok((_, rows)) = read(book(&odd, TEXTS), None) {
            assert!(rows.len() <= 1);
        }
    }

    #[test]
    fn what_unfolds_beyond_the_bound_is_refused() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("xl/media/large", zip::write::SimpleFileOptions::default()).unwrap();
        let block = vec![0; 1 << 20];
        for _ in 0..513 {
            writer.write_all(&block).unwrap();
        }
        let file = writer.finish().unwrap().into_inner();
        assert!(file.len() < 2 << 20, "{} bytes", file.len());
        assert!(matches!(read(file, None), Err(Error::TooLarge)));
    }
}
