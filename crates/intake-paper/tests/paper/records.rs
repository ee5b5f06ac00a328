//! The records that papers are tried with: a usual one, the hard ones, a sealed one and a blank.

use std::collections::BTreeMap;

use intake_model::{
    Class, DayState, Decision, DeskNumber, Filed, Filling, IdPaper, Identity, Material, NumberRange, NumberSource,
    OtherNumber, OtherParty, Outcome, Paper, Particulars, Party, Person, PersonRole, Question, Sex, Stated, StillOpen,
    Visit, Way,
};
use intake_paper::{ClosingSheet, DayLine, DayReport, Form, Notice, Served, Slip, Tally};

use crate::reading::day;
use crate::slip::{number, slip};

/// Fifty characters, with the interpunct, as names of several peoples are written.
pub(crate) const LONG_NAME: &str =
    "阿布都热合曼·买买提依明·吐尔逊江·艾合麦提尼亚孜·依布拉音江·奥布力喀斯木·阿不都克里木·肉孜买买提";

fn told(text: &str) -> Stated {
    Stated::Stated(text.to_owned())
}

fn question(class: Class) -> Question {
    serde_json::from_value(serde_json::json!({ "class": class, "route": "31-6", "competent": "own" })).unwrap()
}

pub(crate) fn visit() -> Visit {
    Visit {
        name: told("张桂兰"),
        address: told("天津市东丽区新立街道先锋里12号楼3门402"),
        identity: Some(Identity { paper: IdPaper::ResidentId, number: "11010519491231002X".into(), nationality: None }),
        phone: Some("13800000000".into()),
        particulars: Particulars {
            sex: Sex::Female,
            occupation: "退休".into(),
            ethnic_group: Some(Filed { edition: 1, code: "01".into() }),
            ..Particulars::default()
        },
        title: "楼上装修把卫生间防水砸坏，水漏到我家".into(),
        demand: "今年3月楼上502装修，把卫生间防水砸坏，水漏到我家，天花板和衣柜都泡了。多次找物业没人管，要求物业和楼上一起修好并赔偿衣柜。".into(),
        complained_of: "先锋里12号楼502住户".into(),
        earlier_steps: "5月找过物业，答应修，一直没来。".into(),
        dispute: Some(Filed { edition: 1, code: "02".into() }),
        place_detail: "先锋里12号楼".into(),
        routing: Some(question(Class::Appeal)),
        decision: Some(Decision { outcome: Outcome::Accepted, ..Decision::default() }),
        materials: vec![
            Material { name: "漏水照片".into(), pages: 3, original: false },
            Material { name: "房产证".into(), pages: 2, original: false },
        ],
        read_back: true,
        ..Visit::default()
    }
}

/// A long minority name, rare characters, five representatives, ten materials, a demand of two thousand characters.
pub(crate) fn hard() -> Visit {
    let representative = |i: usize| Person {
        role: PersonRole::Representative,
        name: ["𬱖小雨", "古丽米热·艾尼瓦尔", "司马㐂", "欧阳国庆", "\u{3134A}大山"][i].into(),
        phone: Some(format!("1380000000{i}")),
        address: format!("天津市东丽区军粮城街道和顺家园{}号楼", i + 1),
        ..Person::default()
    };
    let sentence =
        "反映小区外墙渗水、楼道堆物、充电飞线三件事，物业多次答应整改都没有结果，要求街道督促办理并书面答复；";
    Visit {
        name: told(LONG_NAME),
        address: told("新疆维吾尔自治区喀什地区莎车县阿瓦提镇，现住天津市东丽区军粮城街道和顺家园8号楼2单元1102"),
        headcount: 36,
        people: (0..5).map(representative).collect(),
        demand: sentence.repeat(2000 / sentence.chars().count() + 1).chars().take(2000).collect(),
        facts: sentence.repeat(6).chars().take(300).collect(),
        materials: (1..=10)
            .map(|i| Material {
                name: format!("第{i}份材料（照片、合同和缴费凭据的复印件）"),
                pages: i,
                original: i == 1,
            })
            .collect(),
        other_numbers: vec![OtherNumber { source: NumberSource::National, number: "XF".repeat(19) }],
        remark: "𪚥、𠮷、㐂三字请照录。".into(),
        recusal: "2号登记员与当事人有亲属关系，已回避，由3号登记员接待。".into(),
        ..visit()
    }
}

pub(crate) fn organisation() -> Visit {
    Visit {
        way: Way::Letter,
        party: Party::Organisation,
        name: told("天津市东丽区某某某某物业服务有限责任公司新立街道分公司"),
        uscc: Some("91350100M000100Y43".into()),
        identity: None,
        particulars: Particulars::default(),
        people: vec![Person {
            role: PersonRole::Agent,
            name: "李四".into(),
            relation: "法务".into(),
            authorised: true,
            ..Person::default()
        }],
        ..visit()
    }
}

/// Everything that a clerk can fill in.
pub(crate) fn filling() -> Filling {
    Filling {
        addressee: "张桂兰".into(),
        reason: "材料齐全，情况属实的可能性较大，需要到现场查看后核实。".into(),
        measures: "已电话联系物业先行关闭水阀，并派人到现场查看。".into(),
        unit: "新立街道城市管理办公室".into(),
        unit_phone: "022-24991111".into(),
        to_body: "天津市东丽区住房和建设委员会".into(),
        to_contact: "东丽区先锋路1号，022-24992222".into(),
        door: None,
        limit: Some(day("2027-01-23")),
        items: vec!["身份证复印件1份".into(), "与物业的服务合同".into(), "漏水处的照片".into()],
        opinion: "津东信复核〔2026〕3号".into(),
        opinion_date: Some(day("2026-10-08")),
        approver: "赵刚".into(),
        approved_at: Some("2026-11-24T11:20:00".parse().unwrap()),
        other_party: Some(OtherParty {
            name: "李国强".into(),
            sex: Sex::Male,
            age: Some(45),
            ethnic_group: "汉族".into(),
            occupation: "司机".into(),
            contact: "13900000000".into(),
            address: "先锋里12号楼502".into(),
        }),
        requests: "对方修好防水，赔偿衣柜损失2,000元。".into(),
        mediator: "王秀英".into(),
    }
}

pub(crate) fn notice(paper: Paper) -> Notice {
    let outcome = Outcome::ALL.iter().copied().rfind(|outcome| outcome.paper() == paper);
    let mut filling = filling();
    if paper == Paper::GuidanceSheet {
        filling.door = Some("labour_arbitration".into());
        filling.to_body = "天津市东丽区劳动人事争议仲裁委员会".into();
    }
    if paper == Paper::InternalAssignment {
        filling.to_body = "新立街道城市管理办公室".into();
    }
    if paper == Paper::UrgentReport {
        filling.to_body = "中共天津市东丽区新立街道工作委员会、新立街道办事处".into();
    }
    let documents = if paper == Paper::ServiceRecord {
        vec![
            Served {
                name: "受理告知书".into(), number: "新立访受〔2026〕01A-7号".into(), ..Served::default()
            },
            Served {
                name: "补充材料告知书".into(), number: "新立访补〔2026〕01A-2号".into(), ..Served::default()
            },
        ]
    } else {
        Vec::new()
    };
    Notice {
        paper,
        office: slip().office,
        seal: slip().office,
        address: slip().address,
        phone: slip().phone,
        hours: "工作日 8:30—12:00，13:30—17:30".into(),
        desk: DeskNumber::new(1).unwrap(),
        document: paper.is_numbered().then(|| "新立访接〔2026〕01A-7号".into()),
        registration: Some(number("A", 7)),
        registered_at: Some(slip().registered_at),
        title: visit().title,
        visit: Some(visit()),
        outcome,
        query_code: slip().query_code,
        filling,
        documents,
        approver_title: "街道分管负责人".into(),
        retention_years: 3,
        signed_on_copy: true,
        issued_at: "2026-11-24T14:30:00".parse().unwrap(),
        clerk: 3,
        copy: 1,
        printed_at: "2026-11-24T14:30:00".parse().unwrap(),
        void: false,
        practice: false,
        wording: BTreeMap::new(),
    }
}

/// The same with the hardest record and long answers.
pub(crate) fn hard_notice(paper: Paper) -> Notice {
    let long = "经现场查看，外墙渗水处已由物业登记，楼道堆物已清理，充电飞线尚需社区和派出所共同整治；".repeat(7);
    let usual = notice(paper);
    let filling = Filling {
        addressee: LONG_NAME.into(),
        reason: long.chars().take(300).collect(),
        measures: long.chars().rev().take(300).collect(),
        items: (1..=10).map(|i| format!("第{i}份材料（照片、合同和缴费凭据的复印件）")).collect(),
        requests: long.chars().take(300).collect(),
        ..usual.filling
    };
    Notice { title: hard().title, visit: Some(hard()), filling, ..usual }
}

/// A sealed matter, with everything that must not be printed still filled in.
pub(crate) fn sealed_notice(paper: Paper) -> Notice {
    let visit = Visit { confidential: true, routing: Some(question(Class::Denunciation)), ..visit() };
    let mut notice = Notice { title: String::new(), visit: Some(visit), ..notice(paper) };
    if paper == Paper::GuidanceSheet {
        (notice.filling.door, notice.filling.to_body) =
            (Some("discipline_organ".into()), "有管理权限的纪检监察机关".into());
    }
    notice
}

/// A blank: nothing but the office.
pub(crate) fn blank(paper: Paper) -> Notice {
    Notice {
        registration: None,
        registered_at: None,
        title: String::new(),
        visit: None,
        query_code: String::new(),
        filling: Filling::default(),
        documents: Vec::new(),
        document: None,
        ..notice(paper)
    }
}

pub(crate) fn form(visit: Visit) -> Form {
    let slip = Slip { headcount: visit.headcount, materials: u32::try_from(visit.materials.len()).unwrap(), ..slip() };
    let printed_at = slip.registered_at;
    Form { slip, visit, printed_at, void: false, wording: BTreeMap::new() }
}

pub(crate) fn day_report(lines: usize) -> DayReport {
    let line = |i: usize| DayLine {
        number: format!("01A-{:04}", i + 1),
        at: "2026-11-24T09:05:00".parse().unwrap(),
        title: if i == 2 { String::new() } else { visit().title },
        outcome: "受理".into(),
        due: Some(day("2026-12-09")),
        void: i == 3,
    };
    let tally = |heading: &str, counts: &[(&str, u32)]| Tally {
        heading: heading.into(),
        counts: counts.iter().map(|(label, count)| ((*label).to_owned(), *count)).collect(),
    };
    DayReport {
        office: slip().office,
        seal: slip().office,
        desk: DeskNumber::new(1).unwrap(),
        day: day("2026-11-24"),
        tallies: if lines == 0 {
            Vec::new()
        } else {
            vec![
                tally("来源", &[("来访", 4), ("来信", 1)]),
                tally("办理", &[("受理", 2), ("转送", 1), ("引导", 1), ("限期告知", 1)]),
                tally("文书", &[("来访登记回执", 5), ("受理告知书", 2), ("引导告知书", 1)]),
            ]
        },
        lines: (0..lines).map(line).collect(),
        made_at: "2026-11-24T17:31:00".parse().unwrap(),
        clerk: 3,
        practice: false,
    }
}

/// A day that was closed without a line, with all that a sheet has a place for.
pub(crate) fn closing_sheet() -> ClosingSheet {
    let range = |mark: &str, to, void, imported| NumberRange {
        mark: mark.into(),
        from: 1,
        to,
        kept: to,
        void,
        imported,
        slips: to - void - imported,
        confirmed: 3,
    };
    ClosingSheet {
        office: slip().office,
        seal: slip().office,
        desk: DeskNumber::new(1).unwrap(),
        day: day("2026-11-24"),
        closing: 1,
        ranges: vec![range("A", 18, 2, 0), range("B", 4, 0, 1)],
        voids: vec![("01A-0004".into(), "重复登记".into()), ("01A-0011".into(), "保密件".into())],
        discarded: vec![("来访人不登记了".into(), 1), ("试填或填错".into(), 2)],
        open: StillOpen { drafts: 1, undelivered: 2, unanswered: 1, prints: 1, unsent: 27, set_aside: 1 },
        state: DayState::Closed,
        head: "9f3c2a10".into(),
        closed_at: "2026-11-24T17:31:00".parse().unwrap(),
        copy: 1,
        printed_at: "2026-11-24T17:31:00".parse().unwrap(),
        clerk: 3,
        practice: false,
    }
}

/// The same, printed again the next morning once the district had confirmed it.
pub(crate) fn confirmed_sheet() -> ClosingSheet {
    let closed = closing_sheet();
    let ranges = closed.ranges.iter().map(|range| NumberRange { confirmed: range.kept, ..range.clone() });
    ClosingSheet {
        ranges: ranges.collect(),
        open: StillOpen { drafts: 1, undelivered: 2, unanswered: 1, prints: 1, ..StillOpen::default() },
        state: DayState::Confirmed,
        copy: 2,
        printed_at: "2026-11-25T08:41:00".parse().unwrap(),
        ..closed
    }
}

/// A day on which nobody came.
pub(crate) fn empty_sheet() -> ClosingSheet {
    ClosingSheet {
        ranges: Vec::new(),
        voids: Vec::new(),
        discarded: Vec::new(),
        open: StillOpen::default(),
        ..closing_sheet()
    }
}
