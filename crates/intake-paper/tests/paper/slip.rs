//! The slip as the visitor holds it: its text read back from the PDF, its barcode read back from the picture.

use chrono::NaiveDateTime;
use intake_model::{DeskNumber, EpochMark, Party, RegistrationNumber, Stated, Visit, name};
use intake_paper::{Document, Form, Slip, Unclear};

use crate::PAPERS;
use crate::reading::{day, holds, lines_of, pages_of, printed_at_203_dpi, scanned, text_of};

pub(crate) fn number(epoch: &str, serial: u32) -> RegistrationNumber {
    let centre = "120110005".parse().unwrap();
    let mark: EpochMark = epoch.parse().unwrap();
    RegistrationNumber::new(centre, day("2026-11-24"), DeskNumber::new(1).unwrap(), mark, serial).unwrap()
}

pub(crate) fn slip() -> Slip {
    Slip {
        office: "天津市东丽区新立街道社会矛盾纠纷调处化解中心".to_owned(),
        address: "天津市东丽区新立街道先锋东路46号".to_owned(),
        phone: "022-24990000".to_owned(),
        desk: DeskNumber::new(1).unwrap(),
        number: number("A", 7),
        registered_at: "2026-11-24T09:05:59".parse::<NaiveDateTime>().unwrap(),
        received_at: None,
        name: name::masked("张桂兰"),
        title: "楼上装修把卫生间防水砸坏，水漏到我家，多次找物业没人管".to_owned(),
        due: Some(day("2026-12-09")),
        forwards: false,
        unclear: Unclear::default(),
        headcount: 1,
        materials: 2,
        query_code: "K7QX-4M9P".to_owned(),
        clerk: 3,
        version: 1,
        copy: 1,
        printed_at: None,
        practice: false,
        void: false,
    }
}

fn made(change: impl FnOnce(&mut Slip)) -> Document {
    let mut slip = slip();
    change(&mut slip);
    PAPERS.slip(&slip).unwrap()
}

#[test]
fn a_slip_says_all_that_the_visitor_needs() {
    let document = made(|_| {});
    assert!(document.undrawable().is_empty(), "{:?}", document.undrawable());
    holds(
        &document,
        &[
            "天津市东丽区新立街道社会矛盾纠纷调处化解中心",
            "来访登记回执",
            &slip().number.to_string(),
            "登记时间2026-11-2409:05经办工号3",
            "张＊＊（共1人）",
            "收到材料2件",
            "楼上装修把卫生间防水砸坏，水漏到我家，多次找物业没人管",
            "已登记，最迟2026-12-09书面告知",
            "《信访工作条例》第二十三条",
            "查询码K7QX-4M9P",
            "地址天津市东丽区新立街道先锋东路46号",
            "电话022-24990000",
            "（盖章处）",
        ],
    );
    for absent in ["补打", "更正", "练习", "桂兰", "第1页"] {
        assert!(!text_of(&document).contains(absent), "{absent}");
    }
}

#[test]
fn the_first_line_is_the_day_the_window_and_the_phone() {
    let text = text_of(&made(|_| {}));
    let first: String = text.chars().take(60).collect();
    for word in ["2026年12月9日", "1号窗口", "022-24990000", "星期三"] {
        assert!(first.contains(word), "{word} is not in: {first}");
    }
}

#[test]
fn a_suspended_clock_names_what_is_missing_and_asks_nothing_of_one_who_would_rather_not_say() {
    let told = |text: &str| Stated::Stated(text.into());
    let suspended = |visit: Visit| made(|slip| (slip.due, slip.unclear) = (None, Unclear::of(&visit)));
    let paper = suspended(Visit { name: told("张伟"), address: Stated::Unknown, ..Visit::default() });
    holds(&paper, &["请补住址", "住址还不清楚，书面告知的期限暂不起算", "补齐以后书面告知您"]);
    assert!(!text_of(&paper).contains("姓名"));
    let paper = suspended(Visit { name: Stated::Declined, address: Stated::Declined, ..Visit::default() });
    holds(&paper, &["可补姓名、住址", "没有留姓名、住址，书面告知的期限暂不起算；愿意补时"]);
    assert!(!text_of(&paper).contains("请补"));
    let paper = suspended(Visit { party: Party::Organisation, name: told("某某公司"), ..Visit::default() });
    holds(&paper, &["请补地址"]);
}

#[test]
fn the_districts_centre_forwards_where_a_street_tells() {
    let document = made(|slip| slip.forwards = true);
    holds(&document, &["2026年12月9日", "转送、交办有权处理的机关、单位", "第二十二条第一款"]);
    assert!(!text_of(&document).contains("第二十三条"));
}

#[test]
fn what_was_entered_later_tells_both_times() {
    let document = made(|slip| slip.received_at = Some("2026-11-20T16:40:00".parse().unwrap()));
    holds(&document, &["2026-11-20 16:40 收到，2026-11-24 09:05 补录"]);
}

#[test]
fn one_who_gave_no_name_gets_a_slip_that_says_so() {
    let document = made(|slip| {
        slip.name = "不愿提供".into();
        slip.materials = 0;
    });
    holds(&document, &["不愿提供（共1人）", "收到材料没有"]);
}

#[test]
fn names_with_an_interpunct_and_with_rare_characters_print_as_themselves() {
    let document = made(|slip| {
        slip.name = name::masked("𬱖小雨");
        slip.title = "𬱖小雨与阿不都热依木·买买提因㐂、𠮷、𫟼、𪚥四字写法不一致".to_owned();
    });
    assert!(document.undrawable().is_empty(), "{:?}", document.undrawable());
    holds(&document, &["𬱖＊＊（共1人）", "𬱖小雨与阿不都热依木·买买提因㐂、𠮷、𫟼、𪚥四字写法不一致"]);
}

#[test]
fn a_character_that_no_font_draws_becomes_a_ruled_space_with_its_code_point_and_is_reported_once() {
    let document = made(|slip| {
        slip.name = "\u{3134A}＊".to_owned();
        slip.title = "\u{3134A}某诉\u{E863}某，\n附\u{1E900}\u{200B}".to_owned();
    });
    assert_eq!(document.undrawable(), ['\u{3134A}', '\u{E863}', '\u{1E900}']);
    holds(&document, &["＿＿〔U+3134A〕＊（共1人）", "＿＿〔U+3134A〕某诉＿＿〔U+E863〕某，附＿＿〔U+1E900〕"]);
}

#[test]
fn what_a_visitor_says_is_never_markup() {
    let said = "#panic(\"a\") *粗* _斜_ $x^2$ @ref <label> `code` // 注 \\ [b] {number} {due} = 标题";
    holds(
        &made(|slip| {
            slip.title = said.to_owned();
            slip.office = format!("{said}街道");
        }),
        &[said, &format!("{said}街道")],
    );
}

#[test]
fn a_scanner_reads_the_number_and_nothing_else_at_203_dpi() {
    for number in [number("A", 7), number("B", 12345), number("ZZZZ", u32::MAX)] {
        let document = made(|slip| slip.number = number.clone());
        let picture = &document.png_pages(203.0 / 72.0).unwrap()[0];
        assert_eq!(scanned(picture), number.compact(), "the preview of {number}");
        assert_eq!(scanned(&printed_at_203_dpi(&document)), number.compact(), "the print of {number}");
    }
}

#[test]
fn a_scanner_reads_through_the_practice_mark() {
    let document = made(|slip| slip.practice = true);
    assert_eq!(scanned(&printed_at_203_dpi(&document)), slip().number.compact());
}

#[test]
fn long_words_flow_on_and_nothing_is_cut() {
    let title = "反映外墙渗水、楼道堆物、充电飞线三件事，".repeat(60);
    let office = "天津市东丽区新立街道社会矛盾纠纷调处化解中心".repeat(4);
    let address = "天津市东丽区新立街道先锋东路46号院3号楼2单元一层东侧".repeat(4);
    let document = made(|slip| {
        slip.title.clone_from(&title);
        slip.office.clone_from(&office);
        slip.address.clone_from(&address);
        slip.phone = "022-24990000转8001、13800000000".to_owned();
        slip.name = "天津市东丽区某某某某物业服务有限责任公司新立街道分公司".repeat(3);
    });
    let pages = pages_of(&document);
    assert!(pages.len() > 1);
    // Sentences break over the page's foot, where its number stands.
    let count = pages.len();
    let flowed: String = pages
        .iter()
        .enumerate()
        .map(|(i, page)| {
            let foot = format!("登记号{}第{}页，共{count}页", slip().number, i + 1);
            assert!(page.contains(&foot), "{foot} is not on page {}: {page}", i + 1);
            page.replace(&foot, "")
        })
        .collect();
    for words in [&title, &office, &address] {
        assert!(flowed.contains(words.as_str()), "{words} is not in: {flowed}");
    }
    assert!(flowed.contains("转8001、13800000000"));
}

#[test]
fn a_query_code_of_wide_letters_stays_on_one_line() {
    for code in ["WMWM-MWMW", "KRQT-DQMN", "7EWW-WFDM", "K7QX-4M9P", "GQDQ-QGQD"] {
        let wide = Slip { query_code: code.to_owned(), practice: true, ..slip() };
        let form = Form { slip: wide.clone(), ..crate::records::form(crate::records::visit()) };
        for document in [PAPERS.slip(&wide).unwrap(), PAPERS.roll(&wide).unwrap(), PAPERS.form(&form).unwrap()] {
            let lines = lines_of(&document);
            assert!(lines.iter().any(|line| line.contains(code)), "{code}: {lines:?}");
        }
    }
}

#[test]
fn practice_is_marked_on_every_page_and_only_then() {
    let long = "反映外墙渗水、楼道堆物、充电飞线三件事，".repeat(60);
    let practice = made(|slip| {
        slip.practice = true;
        slip.title.clone_from(&long);
    });
    let pages = pages_of(&practice);
    assert!(pages.len() > 1);
    for page in pages {
        assert!(page.contains('练') && page.contains('习'), "{page}");
    }
    assert!(!text_of(&made(|slip| slip.title = long)).contains('练'));
}

#[test]
fn a_reprint_and_a_correction_say_so() {
    let again = |printed_at: Option<&str>| {
        made(|slip| {
            (slip.copy, slip.version) = (3, 2);
            slip.printed_at = printed_at.map(|at| at.parse().unwrap());
        })
    };
    holds(&again(None), &["补打第3份", "更正后第2版"]);
    holds(&again(Some("2026-11-25T10:02:00")), &["补打第3份（2026-11-25 10:02）"]);
}

#[test]
fn a_slip_is_one_small_page_and_the_same_each_time() {
    let pdf = made(|_| {}).pdf().unwrap();
    assert_eq!(pdf, made(|_| {}).pdf().unwrap());
    assert!(pdf.len() <= 40 * 1024, "{} bytes", pdf.len());
    let rare = made(|slip| slip.name = name::masked("𬱖小雨"));
    assert!(rare.pdf().unwrap().len() <= 40 * 1024);
    assert_eq!(rare.png_pages(1.0).unwrap().len(), 1);
    let everything = made(|slip| {
        slip.due = None;
        slip.copy = 2;
        slip.version = 2;
        slip.practice = true;
        slip.title = "楼上装修把卫生间防水砸坏，水漏到我家，多次找物业没人管，要求物业和楼上一起赔".to_owned();
    });
    assert_eq!(everything.png_pages(1.0).unwrap().len(), 1);
}

#[test]
fn the_roll_says_what_the_slip_says_and_is_as_long_as_it_needs_to_be() {
    let (usual, long) = (slip(), Slip { title: "反映外墙渗水、楼道堆物、充电飞线三件事，".repeat(40), ..slip() });
    for slip in [usual, long] {
        let roll = PAPERS.roll(&slip).unwrap();
        assert_eq!(pages_of(&roll).len(), 1);
        holds(&roll, &["2026年12月9日", "1号窗口", "022-24990000", &slip.number.to_string(), &slip.title, "K7QX-4M9P"]);
    }
}

#[test]
fn a_scanner_reads_the_roll_at_203_dpi() {
    for number in [number("A", 7), number("B", 12345)] {
        let roll = PAPERS.roll(&Slip { number: number.clone(), practice: true, ..slip() }).unwrap();
        assert_eq!(scanned(&printed_at_203_dpi(&roll)), number.compact(), "{number}");
    }
}
