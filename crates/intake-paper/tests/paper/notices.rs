//! Every worded paper: its words, its marks, and that what was told stands on it and nothing else.

use intake_model::{Filling, OtherParty, Paper, Stated, Visit};
use intake_paper::{ClosingSheet, Document, Notice, Served, Slip};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::PAPERS;
use crate::reading::{holds, pages_of, printed_at_203_dpi, scanned, sentences, text_of};
use crate::records::{
    LONG_NAME, blank, closing_sheet, confirmed_sheet, day_report, empty_sheet, filling, form, hard, hard_notice,
    notice, organisation, sealed_notice, visit,
};
use crate::slip::slip;

/// The papers that [`intake_paper::Papers::notice`] makes for a matter.
pub(crate) fn worded() -> impl Iterator<Item = Paper> {
    let others = [Paper::Slip, Paper::RegistrationForm, Paper::DayReport, Paper::ClosingSheet];
    Paper::ALL.iter().copied().filter(move |paper| !others.contains(paper))
}

/// Every paper with every record that it can have, each under a name of its own.
pub(crate) fn all() -> Vec<(String, Document)> {
    let mut made = vec![
        ("slip".to_owned(), PAPERS.slip(&slip())),
        ("roll".to_owned(), PAPERS.roll(&slip())),
        ("registration_form".to_owned(), PAPERS.form(&form(visit()))),
        ("registration_form.hard".to_owned(), PAPERS.form(&form(hard()))),
        ("registration_form.organisation".to_owned(), PAPERS.form(&form(organisation()))),
    ];
    made.extend([
        ("day_report".to_owned(), PAPERS.day_report(&day_report(5))),
        ("day_report.hard".to_owned(), PAPERS.day_report(&day_report(60))),
        ("day_report.blank".to_owned(), PAPERS.day_report(&day_report(0))),
        ("closing_sheet".to_owned(), PAPERS.closing_sheet(&closing_sheet())),
        ("closing_sheet.confirmed".to_owned(), PAPERS.closing_sheet(&confirmed_sheet())),
        ("closing_sheet.blank".to_owned(), PAPERS.closing_sheet(&empty_sheet())),
    ]);
    for paper in worded() {
        made.push((paper.word().to_owned(), PAPERS.notice(&notice(paper))));
        made.push((format!("{}.hard", paper.word()), PAPERS.notice(&hard_notice(paper))));
        made.push((format!("{}.sealed", paper.word()), PAPERS.notice(&sealed_notice(paper))));
        made.push((format!("{}.blank", paper.word()), PAPERS.notice(&blank(paper))));
    }
    made.into_iter()
        .map(|(name, document)| match document {
            Ok(document) => (name, document),
            Err(error) => panic!("{name}: {error}"),
        })
        .collect()
}

#[test]
fn every_paper_says_what_it_said() {
    for (name, document) in all() {
        insta::with_settings!({ snapshot_path => "text", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, sentences(&document));
        });
    }
}

#[test]
fn few_sheets_one_for_the_visitor_and_one_that_stays() {
    for paper in worded() {
        let kept = !matches!(
            paper,
            Paper::UrgentReport
                | Paper::MediationRights
                | Paper::PrivacyNotice
                | Paper::InternalAssignment
                | Paper::ServiceRecord
                | Paper::MediationApplication
                | Paper::MediationRegister
                | Paper::Authorisation
        );
        let pages = pages_of(&PAPERS.notice(&notice(paper)).unwrap());
        assert_eq!(pages.len(), if kept { 2 } else { 1 }, "{}", paper.word());
        assert_eq!(pages.concat().contains("存根（由本单位留存）"), kept, "{}", paper.word());
        assert_eq!(pages.concat().contains("签收人（签名、盖章或者捺印）"), kept, "{}", paper.word());
    }
    assert_eq!(pages_of(&PAPERS.form(&form(visit())).unwrap()).len(), 1);
}

#[test]
fn with_a_service_record_the_kept_copy_is_left_out_but_for_the_guidance_sheets() {
    for paper in worded() {
        let pages = pages_of(&PAPERS.notice(&Notice { signed_on_copy: false, ..notice(paper) }).unwrap());
        assert_eq!(pages.len(), if paper == Paper::GuidanceSheet { 2 } else { 1 }, "{}", paper.word());
        assert!(!pages.concat().contains("签收人（签名、盖章或者捺印）"), "{}", paper.word());
    }
}

#[test]
fn a_sealed_matter_shows_its_number_and_no_word_of_who_came_or_what_for() {
    let (visit, filling) = (visit(), filling());
    let other = filling.other_party.clone().unwrap();
    let untold = [
        visit.name.shown().to_owned(),
        visit.address.shown().to_owned(),
        visit.phone.clone().unwrap(),
        visit.identity.clone().unwrap().number,
        visit.title,
        visit.demand.chars().take(12).collect(),
        visit.complained_of,
        visit.place_detail,
        visit.earlier_steps,
        filling.reason,
        filling.measures,
        filling.items[0].clone(),
        filling.requests,
        other.name,
        other.contact,
        other.address,
    ];
    for paper in worded() {
        let text = text_of(&PAPERS.notice(&sealed_notice(paper)).unwrap());
        for word in &untold {
            assert!(!text.contains(word.as_str()), "{}: {word}", paper.word());
        }
    }
    let notice = PAPERS.notice(&sealed_notice(Paper::AcceptanceNotice)).unwrap();
    holds(&notice, &["来访人：", "您于2026年11月24日提出的事项（登记号", &slip().number.to_string(), "已登记"]);
    let slip = Slip { name: String::new(), title: String::new(), ..slip() };
    for paper in [PAPERS.slip(&slip).unwrap(), PAPERS.roll(&slip).unwrap()] {
        holds(&paper, &[&slip.number.to_string(), "已登记"]);
        assert!(!text_of(&paper).contains("来访人"));
    }
}

#[test]
fn every_page_of_practice_and_of_a_void_copy_says_so_and_a_reprint_its_count_and_time() {
    let marked = |document: Document, name: &str| {
        for page in pages_of(&document) {
            for mark in ["练习", "作废"] {
                assert!(mark.chars().all(|c| page.contains(c)), "{name}: {mark} is not on {page}");
            }
        }
        holds(&document, &["补打第3份（2026年11月25日 10:02）"]);
    };
    let printed_at = "2026-11-25T10:02:00".parse().unwrap();
    for paper in worded() {
        let again = Notice { practice: true, void: true, copy: 3, printed_at, ..hard_notice(paper) };
        marked(PAPERS.notice(&again).unwrap(), paper.word());
    }
    let mut sheet = form(hard());
    (sheet.slip.practice, sheet.slip.copy, sheet.printed_at, sheet.void) = (true, 3, printed_at, true);
    marked(PAPERS.form(&sheet).unwrap(), "registration_form");
    let closed = ClosingSheet { copy: 3, printed_at, ..confirmed_sheet() };
    holds(&PAPERS.closing_sheet(&closed).unwrap(), &["补打第3份（2026年11月25日 10:02）"]);
    for (name, document) in all().into_iter().filter(|(name, _)| name != "closing_sheet.confirmed") {
        let text = text_of(&document);
        assert!(!text.contains("练习") && !text.contains("补打"), "{name}");
    }
}

#[test]
fn a_scanner_reads_the_foot_of_a_sheet_at_203_dpi() {
    let document = PAPERS.form(&form(visit())).unwrap();
    assert_eq!(scanned(&printed_at_203_dpi(&document)), slip().number.compact());
}

#[test]
fn the_sheet_of_a_visit_says_everything_of_its_record() {
    let (visit, document) = (visit(), PAPERS.form(&form(visit())).unwrap());
    let identity = visit.identity.clone().unwrap();
    holds(
        &document,
        &[
            &slip().number.to_string(),
            "登记时间2026年11月24日9:05",
            &format!("姓名{}联系电话{}", visit.name.shown(), visit.phone.clone().unwrap()),
            &format!("居民身份证{}", identity.number),
            "性别女出生日期1949年12月31日民族汉族职业退休",
            &format!("住址{}", visit.address.shown()),
            &visit.title,
            &visit.demand,
            &visit.complained_of,
            &visit.earlier_steps,
            &visit.place_detail,
            "纠纷类型邻里纠纷",
            "类别申诉求决类途径其他申诉求决事项",
            "1.漏水照片，3页，复印件；2.房产证，2页，复印件",
            "当场办理受理最迟书面告知2026年12月9日",
            "已向来访人宣读，来访人确认",
            "真实性负责（《信访工作条例》第十九条第二款）",
            "来访人（签名、捺印）",
        ],
    );
    let unknown = Visit { name: Stated::Declined, address: Stated::Unknown, ..visit };
    holds(&PAPERS.form(&form(unknown)).unwrap(), &["姓名不愿提供", "住址不详"]);
}

#[test]
fn the_sheet_of_a_sealed_matter_is_its_readers_and_its_foot_tells_nothing() {
    let mut sheet = form(visit());
    (sheet.slip.name, sheet.slip.title) = (String::new(), String::new());
    let text = text_of(&PAPERS.form(&sheet).unwrap());
    let (above, foot) = text.split_once("交来访人保管").unwrap();
    assert!(above.contains("张桂兰") && above.contains(&sheet.visit.demand));
    for word in ["张＊", "桂兰", "漏", "来访人", "事项"] {
        assert!(!foot.contains(word), "{word} is in {foot}");
    }
    assert!(foot.contains(&slip().number.to_string()) && foot.contains("已登记"));
}

/// The pages' text without their numbers, which stand between what flows over.
fn flowed(document: &Document) -> String {
    let pages = pages_of(document);
    let numbered = |(i, page): (usize, &String)| {
        let foot = format!("第{}页共{}页", i + 1, pages.len());
        assert!(page.contains(&foot), "{foot} is not in {page}");
        page.replace(&foot, "")
    };
    pages.iter().enumerate().map(numbered).collect()
}

#[test]
fn long_records_flow_over_numbered_pages_and_nothing_is_cut() {
    let (visit, document) = (hard(), PAPERS.form(&form(hard())).unwrap());
    let text = flowed(&document);
    for word in [LONG_NAME, &visit.demand, &visit.facts, &visit.recusal, &visit.other_numbers[0].number] {
        let word: String = word.split_whitespace().collect();
        assert!(text.contains(&word), "{word} is not in {text}");
    }
    for person in visit.people.iter().filter(|person| !person.name.starts_with('\u{3134A}')) {
        assert!(text.contains(&person.name) && text.contains(&person.address), "{}", person.name);
    }
    assert!(text.contains("＿＿〔U+3134A〕大山") && document.undrawable() == ['\u{3134A}']);
    for (i, one) in visit.materials.iter().enumerate() {
        assert!(text.contains(&format!("{}.{}", i + 1, one.name)), "{}", one.name);
    }
    assert!(text.contains(&slip().query_code), "the slip is there in the end");
}

#[test]
fn several_papers_go_under_one_service_record_and_what_was_recorded_is_printed() {
    let mut served = notice(Paper::ServiceRecord);
    let open = PAPERS.notice(&served).unwrap();
    holds(&open, &["受理告知书新立访受〔2026〕01A-7号", "补充材料告知书新立访补〔2026〕01A-2号", "受送达人张桂兰"]);
    served.documents[0] = Served {
        way: "直接送达".into(),
        receiver: "张伟".into(),
        relation: "儿子".into(),
        served_at: Some("2026-11-24T15:06:00".parse().unwrap()),
        ..served.documents[0].clone()
    };
    served.documents[1].refused = "认为材料已交齐".into();
    let done = PAPERS.notice(&served).unwrap();
    holds(&done, &["直接送达张伟（儿子）2026年11月24日15:06", "认为材料已交齐", "√"]);
}

#[test]
fn a_guidance_sheet_ticks_one_ground_and_prints_that_doors_own_limits() {
    let text = text_of(&PAPERS.notice(&notice(Paper::GuidanceSheet)).unwrap());
    assert_eq!(text.matches('√').count(), 2, "one on each copy: {text}");
    for word in ["√应当通过仲裁解决", "申请仲裁1年知道或者应当知道权利被侵害之日", "请今天就去问清楚"]
    {
        assert!(text.contains(word), "{word} is not in {text}");
    }
}

#[test]
fn a_region_words_a_sentence_its_own_way() {
    let mut own = notice(Paper::AcceptanceNotice);
    own.wording.insert("notice_closing".into(), "以上事项，专此告知{name}。".into());
    let text = text_of(&PAPERS.notice(&own).unwrap());
    assert!(text.contains("以上事项，专此告知张桂兰。") && !text.contains("特此告知"), "{text}");
}

/// What a visitor or a clerk may write: characters, brackets that look like ours, Typst's own signs.
fn said() -> impl Strategy<Value = String> {
    "[一-龥，。·“”（）A-Za-z0-9#$*_@<>\\[\\]{}\\\\/=`~+-]{2,24}"
}

fn fillings() -> impl Strategy<Value = Filling> {
    let texts = prop::collection::vec(said(), 15);
    (texts, prop::collection::vec(said(), 1..4)).prop_map(|(mut texts, items)| {
        let mut next = || texts.pop().unwrap();
        Filling {
            addressee: next(),
            reason: next(),
            measures: next(),
            unit: next(),
            unit_phone: next(),
            to_body: next(),
            to_contact: next(),
            items,
            opinion: next(),
            approver: next(),
            requests: next(),
            mediator: next(),
            other_party: Some(OtherParty {
                name: next(),
                contact: next(),
                address: next(),
                occupation: next(),
                ..OtherParty::default()
            }),
            ..filling()
        }
    })
}

/// What must be read on a paper that has a place for this field.
fn expected(field: &str, filling: &Filling) -> Vec<String> {
    let day = |day: chrono::NaiveDate| day.format("%Y年%-m月%-d日").to_string();
    let other = filling.other_party.clone().unwrap_or_default();
    match field {
        "addressee" => vec![filling.addressee.clone()],
        "reason" => vec![filling.reason.clone()],
        "measures" => vec![filling.measures.clone()],
        "unit" => vec![filling.unit.clone()],
        "unit_phone" => vec![filling.unit_phone.clone()],
        "to_body" => vec![filling.to_body.clone()],
        "to_contact" => vec![filling.to_contact.clone()],
        "door" => vec!["劳动仲裁".to_owned()],
        "limit" => vec![day(filling.limit.unwrap())],
        "items" => filling.items.clone(),
        "opinion" => vec![filling.opinion.clone()],
        "opinion_date" => vec![day(filling.opinion_date.unwrap())],
        "approver" => vec![filling.approver.clone()],
        "approved_at" => vec!["2026年11月24日11:20".to_owned()],
        "other_party" => vec![other.name, other.contact, other.address, other.occupation],
        "requests" => vec![filling.requests.clone()],
        "mediator" => vec![filling.mediator.clone()],
        other => panic!("no paper is tried with {other}"),
    }
}

#[test]
fn every_field_that_a_paper_has_a_place_for_is_printed_as_it_was_written() {
    let mut runner = TestRunner::new(Config { cases: 8, ..Config::default() });
    let tried = runner.run(&fillings(), |filling| {
        for paper in worded() {
            let mut made = notice(paper);
            made.filling = Filling { door: made.filling.door.clone(), ..filling.clone() };
            let text = text_of(&PAPERS.notice(&made).unwrap());
            for field in paper.fields() {
                for told in expected(field, &made.filling) {
                    prop_assert!(text.contains(&told), "{}: {field} {told} is not in {text}", paper.word());
                }
            }
        }
        Ok(())
    });
    tried.unwrap();
}

#[test]
fn the_handbook_names_every_placeholder_list_and_file() {
    let handbook = include_str!("../../../../docs/papers.md");
    let missing: Vec<&str> = intake_paper::PLACEHOLDERS
        .iter()
        .chain(intake_paper::LISTS)
        .copied()
        .filter(|name| !handbook.contains(&format!("`{{{name}}}`")) && !handbook.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "docs/papers.md says nothing of {missing:?}");
    for paper in worded() {
        assert!(handbook.contains(paper.word()), "{}", paper.word());
    }
    for sentence in intake_model::Profile::national().wording.keys() {
        assert!(handbook.contains(&format!("`{{{sentence}}}`")), "{sentence}");
    }
}
