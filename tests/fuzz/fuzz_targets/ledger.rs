//! A ledger: its rows, or a sentence. The input is the sheet itself, since a flipped byte in a packed file seldom gets past
//! its checksum; only what begins like a packed file is taken as one.
#![no_main]

use std::io::{Cursor, Write as _};
use std::sync::LazyLock;

use deskctl::ledger::{Map, read};
use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;

static MAP: LazyLock<Map> = LazyLock::new(|| {
    let text = include_str!("../../fixtures/ledger/map.toml").replace("sheet = ", "# sheet = ");
    Map::parse("map.toml", &text).unwrap()
});

/// What the library breaks off on is caught by the program, and is no fault here; everything else is.
static QUIET: LazyLock<()> = LazyLock::new(|| {
    let fault = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |broken| {
        if !broken.location().is_some_and(|place| place.file().contains("calamine")) {
            fault(broken);
        }
    }));
});

const PARTS: [(&str, &str); 4] = [
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
];

fn packed(sheet: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in
        PARTS.iter().map(|(name, text)| (*name, text.as_bytes())).chain([("xl/worksheets/sheet1.xml", sheet)])
    {
        writer.start_file(name, stored).unwrap();
        writer.write_all(text).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fuzz_target!(|input: &[u8]| {
    LazyLock::force(&QUIET);
    let file = if input.starts_with(b"PK") { input.to_vec() } else { packed(input) };
    if let Ok(rows) = read(file, &MAP) {
        let mut before = 0;
        for row in rows {
            assert!(row.row > before && !row.key.is_empty());
            before = row.row;
            if let Some(visit) = row.visit {
                let _ = intake_model::check(&visit);
            }
        }
    }
});
