//! A folder of the district's own papers.

use std::fs;
use std::path::Path;

use intake_model::Paper;

use crate::papers;
use crate::reading::{holds, text_of};
use crate::records::notice;
use crate::slip::slip;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

const VISIT_NOTICE: &str = r#"
title = "上门走访通知"

[[body]]
line = "{notice_opening}"

[[body]]
text = "{office}将在{limit}前到{visitor_address}走访，请留人在家。"
"#;

#[test]
fn a_district_words_a_paper_anew_and_adds_one() {
    let acceptance = "title = \"收件告知\"\n[[body]]\ntext = \"{name}，您的事收到了，办理单位是{unit}。\"\n";
    let folder = folder(&[("acceptance_notice.toml", acceptance), ("home_visit.toml", VISIT_NOTICE)]);
    let papers = papers(Some(folder.path()));
    assert_eq!(papers.mistakes(), []);
    assert_eq!(papers.additions().collect::<Vec<_>>(), [("home_visit", "上门走访通知")]);
    holds(
        &papers.notice(&notice(Paper::AcceptanceNotice)).unwrap(),
        &["收件告知", "张桂兰，您的事收到了，办理单位是新立街道城市管理办公室。"],
    );
    let added = papers.added("home_visit", &notice(Paper::AcceptanceNotice)).unwrap();
    holds(&added, &["上门走访通知", "将在2027年1月23日前到天津市东丽区新立街道先锋里12号楼3门402走访"]);
    assert!(papers.blanks().unwrap().iter().any(|(id, _)| *id == "home_visit"));
    assert!(papers.added("no_such_paper", &notice(Paper::AcceptanceNotice)).is_err());
}

#[test]
fn a_mistake_in_a_wording_is_one_sentence_with_its_line_and_ours_is_used() {
    let wrong = "title = \"收件告知\"\n\n[[body]]\ntext = \"{nmae}，收到了。\"\n";
    let folder = folder(&[("acceptance_notice.toml", wrong), ("Eigenes.toml", VISIT_NOTICE)]);
    let papers = papers(Some(folder.path()));
    let told: Vec<String> = papers.mistakes().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("Eigenes.toml, line 1: "), "{}", told[0]);
    assert_eq!(told[1], "acceptance_notice.toml, line 4: there is no placeholder {nmae}");
    holds(&papers.notice(&notice(Paper::AcceptanceNotice)).unwrap(), &["受理告知书"]);
}

#[test]
fn a_district_lays_papers_out_its_own_way() {
    let plain = "#let d = json(\"paper.json\")\n#set text(font: d.faces.hei)\n本区版式 #d.title #d.office\n";
    let folder = folder(&[("notice.typ", plain)]);
    let papers = papers(Some(folder.path()));
    assert_eq!(papers.mistakes(), []);
    holds(&papers.notice(&notice(Paper::AcceptanceNotice)).unwrap(), &["本区版式", "受理告知书"]);
}

#[test]
fn a_mistake_in_a_layout_is_one_sentence_with_its_line_and_ours_is_used() {
    let check = |file: &str, text: &str, line: usize| {
        let folder = folder(&[(file, text)]);
        let papers = papers(Some(folder.path()));
        let [mistake] = papers.mistakes() else { panic!("{:?}", papers.mistakes()) };
        assert_eq!((mistake.file.as_str(), mistake.line), (file, line), "{mistake}");
        assert!(!mistake.reason.is_empty() && !mistake.reason.contains('\n'), "{mistake}");
        holds(&papers.notice(&notice(Paper::AcceptanceNotice)).unwrap(), &["受理告知书", "特此告知"]);
        holds(&papers.slip(&slip()).unwrap(), &["来访登记回执"]);
    };
    check("notice.typ", "#let d = json(\"paper.json\")\n\n#d.no_such_value\n", 3);
    check("slip.typ", "#let d = json(\"paper.json\")\n#let x = \n", 2);
    let base = include_str!("../../../../assets/paper/base.typ");
    let line = base.lines().position(|line| line.starts_with("#let hair")).unwrap() + 1;
    check("base.typ", &base.replacen("luma(150)", "luma(no_such)", 1), line);
    check("letter.typ", "#d.title\n", 1);
}

#[test]
fn a_layout_reads_no_file_of_the_machine() {
    let folder = folder(&[("notice.typ", "#read(\"/etc/hostname\")\n"), ("secret.txt", "x")]);
    assert_eq!(papers(Some(folder.path())).mistakes().len(), 1);
}

#[test]
fn the_words_of_the_slip_are_a_file_of_their_own() {
    let ours = include_str!("../../../../assets/paper/slip.zh.json");
    let good = folder(&[("slip.zh.json", &ours.replace("\"来访登记回执\"", "\"接待回执\""))]);
    holds(&papers(Some(good.path())).slip(&slip()).unwrap(), &["接待回执"]);
    let bad = folder(&[("slip.zh.json", &ours.replacen("\"title\"", "\"titel\"", 1))]);
    let papers = papers(Some(bad.path()));
    assert_eq!(papers.mistakes()[0].file, "slip.zh.json");
    holds(&papers.slip(&slip()).unwrap(), &["来访登记回执"]);
}

#[test]
fn a_folder_that_is_not_there_changes_nothing() {
    let papers = papers(Some(Path::new("/nowhere/papers")));
    assert_eq!((papers.mistakes().len(), papers.additions().count()), (0, 0));
    assert!(text_of(&papers.slip(&slip()).unwrap()).contains("来访登记回执"));
}
