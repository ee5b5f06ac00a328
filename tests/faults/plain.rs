//! What somebody finds who searches the data folder byte by byte for what visitors said.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Every word of the scripted day that belongs to a visitor, in the encodings that Chinese text is written in.
static WORDS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let mut words: Vec<String> = vec!["来访人撤回".into(), "问低保怎么申请".into(), "已提交合同复印件".into()];
    for visit in testkit::visits::day() {
        words.extend(visit.name.text().map(str::to_owned));
        words.extend(visit.address.text().map(str::to_owned));
        words.extend(visit.phone);
        words.extend(visit.identity.map(|paper| paper.number));
        words.extend(visit.people.into_iter().map(|person| person.name));
        // A piece of each demand: the whole of it is nowhere in one run of bytes.
        words.push(visit.demand.chars().take(8).collect());
    }
    // Two characters in GBK are four bytes: in a megabyte of noise they turn up by themselves.
    words.retain(|word| word.chars().count() >= 3);
    words.sort();
    words.dedup();
    let encoded = words.iter().flat_map(|word| {
        let wide = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [(word.clone(), word.clone().into_bytes()), (word.clone(), wide), (word.clone(), national(word))]
    });
    encoded.collect()
});

/// GB 18030, which holds GBK.
fn national(word: &str) -> Vec<u8> {
    let mut iconv = Command::new("iconv");
    iconv.args(["-f", "UTF-8", "-t", "GB18030"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = iconv.spawn().expect("iconv");
    running.stdin.take().unwrap().write_all(word.as_bytes()).unwrap();
    let ended = running.wait_with_output().unwrap();
    assert!(ended.status.success() && !ended.stdout.is_empty(), "iconv: {word}");
    ended.stdout
}

/// Fails with the file where one of the day's words is readable. Gives how many bytes were looked at.
pub(crate) fn nothing_is_readable_in(folder: &Path) -> u64 {
    let mut looked_at = 0;
    for path in files(folder) {
        let bytes = std::fs::read(&path).unwrap();
        looked_at += bytes.len() as u64;
        if let Some(word) = readable(&bytes) {
            panic!("{word} is readable in {}", path.display());
        }
    }
    looked_at
}

/// The first of the day's words that stands in these bytes.
pub(crate) fn readable(bytes: &[u8]) -> Option<&'static str> {
    WORDS.iter().find(|(_, word)| holds(bytes, word)).map(|(word, _)| word.as_str())
}

pub(crate) fn holds(bytes: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(word) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// Every file under a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_search_finds_what_is_there_in_each_encoding() {
    for (word, bytes) in WORDS.iter() {
        let hidden = [&[7; 100], bytes.as_slice(), &[9; 100]].concat();
        assert!(readable(&hidden).is_some(), "{word}");
    }
    assert_eq!(readable(&[0x42; 4096]), None);
    assert!(WORDS.iter().any(|(word, bytes)| word == "阿不都热依木·买买提" && bytes.starts_with(&[0xB0, 0xA2])));
}
