//! Every worded paper.

use std::path::{Path, PathBuf};
use std::{env, fs};

use intake_model::Paper;
use intake_paper::Document;

use crate::PAPERS;
use crate::records::{blank, day_report, form, hard, hard_notice, notice, organisation, sealed_notice, visit};

/// Every paper with every record that it can have, each under a name of its own.
fn all() -> Vec<(String, Document)> {
    let mut made = Vec::new();
    let mut add = |name: String, document: intake_paper::Result<Document>| {
        let document = document.unwrap_or_else(|error| panic!("{name}: {error}"));
        made.push((name, document));
    };
    for paper in Paper::ALL.iter().copied() {
        let word = paper.word();
        match paper {
            Paper::Slip => {
                add("slip".into(), PAPERS.slip(&crate::slip::slip()));
                add("roll".into(), PAPERS.roll(&crate::slip::slip()));
            }
            Paper::RegistrationForm => {
                add(word.into(), PAPERS.form(&form(visit())));
                add(format!("{word}.hard"), PAPERS.form(&form(hard())));
                add(format!("{word}.organisation"), PAPERS.form(&form(organisation())));
            }
            Paper::DayReport | Paper::ClosingSheet => {
                add(word.into(), PAPERS.day_report(&day_report(paper, 5)));
                add(format!("{word}.hard"), PAPERS.day_report(&day_report(paper, 60)));
                add(format!("{word}.blank"), PAPERS.day_report(&day_report(paper, 0)));
            }
            _ => {
                add(word.into(), PAPERS.notice(&notice(paper)));
                add(format!("{word}.hard"), PAPERS.notice(&hard_notice(paper)));
                add(format!("{word}.sealed"), PAPERS.notice(&sealed_notice(paper)));
                add(format!("{word}.blank"), PAPERS.notice(&blank(paper)));
            }
        }
    }
    made
}

#[test]
fn look() {
    let Some(folder) = env::var_os("PAPER_LOOK").map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).unwrap();
    let _: &Path = &folder;
    for (name, document) in all() {
        fs::write(folder.join(format!("{name}.pdf")), document.pdf().unwrap()).unwrap();
    }
}
