//! Paper as others read it: the text by another program, the barcode by a scanner's decoder, the picture by the eye.

use std::fs;
use std::process::Command;

use chrono::NaiveDate;
use intake_paper::Document;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The text of each page, as another program reads it from the PDF, without the spaces and line ends of the layout.
pub(crate) fn pages_of(document: &Document) -> Vec<String> {
    // A form feed ends each page.
    let text = read(document);
    text.trim_end_matches('\u{c}').split('\u{c}').map(|page| page.split_whitespace().collect()).collect()
}

/// Its lines as they stand on the paper.
pub(crate) fn lines_of(document: &Document) -> Vec<String> {
    read(document).lines().map(str::to_owned).collect()
}

fn read(document: &Document) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.pdf");
    fs::write(&path, document.pdf().unwrap()).unwrap();
    let out = Command::new("pdftotext").args(["-raw"]).arg(&path).arg("-").output().expect("install poppler-utils");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The text sentence by sentence, for people to compare.
pub(crate) fn sentences(document: &Document) -> String {
    let ended = |page: String| ["。", "；", "："].iter().fold(page, |page, end| page.replace(end, &format!("{end}\n")));
    pages_of(document).into_iter().map(ended).collect::<Vec<_>>().join("\n----\n")
}

pub(crate) fn text_of(document: &Document) -> String {
    pages_of(document).concat()
}

#[track_caller]
pub(crate) fn holds(document: &Document, words: &[&str]) {
    let text = text_of(document);
    for word in words {
        let word: String = word.split_whitespace().collect();
        assert!(text.contains(&word), "{word} is not in: {text}");
    }
}

/// What a scanner reads from a picture.
pub(crate) fn scanned(picture: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.png");
    fs::write(&path, picture).unwrap();
    let out = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&path).output().expect("install zbar-tools");
    String::from_utf8(out.stdout).unwrap().trim_end().to_owned()
}

/// The first page as a printer with 203 dots to the inch puts it down: black or white.
pub(crate) fn printed_at_203_dpi(document: &Document) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slip.pdf");
    fs::write(&path, document.pdf().unwrap()).unwrap();
    let status = Command::new("pdftoppm")
        .args(["-r", "203", "-mono", "-png", "-singlefile"])
        .arg(&path)
        .arg(folder.path().join("page"))
        .status()
        .expect("install poppler-utils");
    assert!(status.success());
    // Poppler writes a mono page as PBM, or as PNG when it was built so.
    let made = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let page = made.into_iter().find(|path| path.file_stem().is_some_and(|stem| stem == "page")).unwrap();
    fs::read(page).unwrap()
}
