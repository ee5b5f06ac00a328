//! What paper costs: one A5 slip from what was committed to the bytes of a PDF, beside other makers of a page of the same
//! content; the whole set of a visit beside one slip; the preview and the cold start beside it.
//!
//! The others run in a process of their own that is warm before it is measured, and take turns with ours (slip.py). One that
//! is not installed is named in a sentence, and its figure left out.

use std::hint::black_box;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use intake_model::{DeskNumber, EpochMark, Filling, Outcome, Paper, RegistrationNumber, Stated, Visit, name};
use intake_paper::{Document, Form, Notice, PaperContent, Papers, Served, Slip, Unclear};
use serde::Deserialize;
use serde_json::json;

use crate::{Figure, root};

const TURNS: u32 = 60;
const COLD_TURNS: usize = 7;
/// As in the window (`intake-app`): pixels to a point.
const PREVIEW: f32 = 2.0;

/// A visitor of their own for each turn: nothing is laid out twice.
fn slip(serial: u32) -> Slip {
    let day = "2026-11-24".parse().unwrap();
    let desk = DeskNumber::new(1).unwrap();
    let number = RegistrationNumber::new("120110005".parse().unwrap(), day, desk, EpochMark::first(), serial).unwrap();
    Slip {
        office: "天津市东丽区新立街道社会矛盾纠纷调处化解中心".into(),
        address: "天津市东丽区新立街道先锋东路46号".into(),
        phone: "022-24990000".into(),
        desk,
        number,
        registered_at: at("2026-11-24T09:05:00"),
        received_at: None,
        name: name::masked("张桂兰"),
        title: format!("{serial}号楼楼上装修把卫生间防水砸坏，水漏到我家，多次找物业没人管"),
        due: Some("2026-12-09".parse().unwrap()),
        forwards: false,
        unclear: Unclear::default(),
        headcount: 1,
        materials: serial % 10,
        query_code: "K7QX-4M9P".into(),
        clerk: 3,
        version: 1,
        copy: 1,
        printed_at: None,
        practice: false,
        void: false,
    }
}

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// The same content for another maker.
fn content(slip: &Slip) -> serde_json::Value {
    json!({
        "day": "2026年12月9日", "day_caption": "最迟这一天（星期三）书面告知您",
        "window": "1号窗口", "window_caption": "有事到这里",
        "phone": slip.phone, "phone_caption": "有事打这个电话",
        "office": slip.office, "title": "来访登记回执",
        "number": slip.number.to_string(), "compact": slip.number.compact(),
        "rows": [
            ["登记时间", "2026-11-24 09:05"], ["经办工号", "3"], ["来访人", "张＊＊（共 1 人）"],
            ["收到材料", format!("{} 件", slip.materials)], ["事项", slip.title],
            ["办理", "已登记，最迟 2026-12-09 书面告知您怎么办理（《信访工作条例》第二十三条）。"],
        ],
        "query_code": slip.query_code,
        "query_how": "查进展和结果：到窗口或打电话，说登记号和查询码。办完后请评价：同样说这两个号，再说满意、基本满意或不满意。",
        "address": slip.address, "keep": "请保管好这张回执，下次来请带上。",
    })
}

pub(crate) fn weasyprint(_folder: &Path) -> Option<Figure> {
    beside("slip-vs-weasyprint", "weasyprint", "WeasyPrint, warm")
}

pub(crate) fn reportlab(_folder: &Path) -> Option<Figure> {
    beside("slip-vs-reportlab", "reportlab", "ReportLab with a TrueType font, warm")
}

pub(crate) fn chromium(_folder: &Path) -> Option<Figure> {
    beside("slip-vs-chromium", "chromium", "headless Chromium over CDP, warm")
}

fn beside(figure: &'static str, maker: &'static str, other: &'static str) -> Option<Figure> {
    let Some(mut maker) = Maker::start(maker) else {
        println!("{figure}: {maker} is not installed here (scripts/setup bench); left out");
        return None;
    };
    let papers = warm();
    let mut pairs = Vec::new();
    for serial in 1..=TURNS {
        let slip = slip(serial);
        let theirs = maker.make(&content(&slip));
        let (ours, _) = timed(|| papers.slip(&slip).unwrap().pdf().unwrap());
        pairs.push((ours, theirs));
    }
    Some(Figure::of(figure, "one A5 slip, committed entry to PDF bytes", other, pairs))
}

/// Form, notice, delivery sheet and slip in one file, as they are written out, against one slip.
pub(crate) fn set(_folder: &Path) -> Figure {
    let papers = warm();
    let mut pairs = Vec::new();
    for serial in 1..=TURNS {
        let (form, notice, delivery) = papers_of(serial);
        let foot = form.slip.clone();
        let contents = [
            PaperContent::Form(Box::new(form)),
            PaperContent::Notice(Box::new(notice)),
            PaperContent::Notice(Box::new(delivery)),
            PaperContent::Slip(foot),
        ];
        let (whole, _) = timed(|| Document::bound(&papers.lay_out_all(&contents).unwrap()).unwrap().pdf().unwrap());
        let (one, _) = timed(|| papers.slip(&slip(serial + TURNS)).unwrap().pdf().unwrap());
        pairs.push((whole, one));
    }
    Figure::of("set-vs-slip", "form, notice, delivery sheet and slip of one visit in one PDF", "one slip", pairs)
}

/// The picture in the window, against the PDF of the same slip.
pub(crate) fn preview(_folder: &Path) -> Figure {
    let papers = warm();
    let mut pairs = Vec::new();
    for serial in 1..=TURNS {
        let (picture, _) = timed(|| papers.slip(&slip(serial)).unwrap().png_pages(PREVIEW).unwrap());
        let (pdf, _) = timed(|| papers.slip(&slip(serial + TURNS)).unwrap().pdf().unwrap());
        pairs.push((picture, pdf));
    }
    Figure::of("preview", "one slip as a picture for the window", "the same as PDF", pairs)
}

/// From nothing: fonts found and read, the first slip made; against a warm slip.
pub(crate) fn cold(_folder: &Path) -> Figure {
    let warm = warm();
    let mut pairs = Vec::new();
    for serial in 1..=u32::try_from(COLD_TURNS).unwrap() {
        let (first, _) = timed(|| Papers::new().unwrap().slip(&slip(serial)).unwrap().pdf().unwrap());
        let (later, _) = timed(|| warm.slip(&slip(serial + TURNS)).unwrap().pdf().unwrap());
        pairs.push((first, later));
    }
    Figure::of("slip-cold", "the first slip after the start, fonts read", "a later slip", pairs)
}

fn papers_of(serial: u32) -> (Form, Notice, Notice) {
    let slip = slip(serial);
    let visit = Visit {
        name: Stated::Stated("张桂兰".into()),
        address: Stated::Stated("天津市东丽区新立街道先锋里12号楼3门402".into()),
        title: slip.title.clone(),
        demand: "今年3月楼上装修，把卫生间防水砸坏，水漏到我家，天花板和衣柜都泡了。".into(),
        ..Visit::default()
    };
    let form = Form {
        visit: visit.clone(),
        printed_at: slip.registered_at,
        void: false,
        wording: std::collections::BTreeMap::new(),
        slip: slip.clone(),
    };
    let notice = Notice {
        paper: Paper::AcceptanceNotice,
        office: slip.office.clone(),
        seal: slip.office,
        address: slip.address,
        phone: slip.phone,
        hours: String::new(),
        desk: slip.desk,
        document: Some(format!("新立访接〔2026〕01A-{serial}号")),
        registration: Some(slip.number),
        registered_at: Some(slip.registered_at),
        title: slip.title,
        visit: Some(visit),
        outcome: Some(Outcome::Accepted),
        query_code: slip.query_code,
        filling: Filling {
            unit: "城市管理办公室".into(), unit_phone: "022-24991111".into(), ..Filling::default()
        },
        documents: vec![Served { name: "受理告知书".into(), ..Served::default() }],
        approver_title: String::new(),
        retention_years: 3,
        signed_on_copy: false,
        issued_at: at("2026-11-24T09:20:00"),
        clerk: 3,
        copy: 1,
        printed_at: at("2026-11-24T09:20:00"),
        void: false,
        practice: false,
        wording: std::collections::BTreeMap::new(),
    };
    let delivery = Notice { paper: Paper::ServiceRecord, document: None, ..notice.clone() };
    (form, notice, delivery)
}

/// Papers that have made one of each.
fn warm() -> Papers {
    let papers = Papers::new().unwrap();
    let (form, notice, delivery) = papers_of(9999);
    for document in [papers.slip(&form.slip), papers.form(&form), papers.notice(&notice), papers.notice(&delivery)] {
        black_box(document.unwrap().pdf().unwrap());
    }
    papers
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = black_box(work());
    (start.elapsed(), made)
}

/// Another maker, in a process of its own.
struct Maker {
    process: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Made {
    seconds: f64,
    bytes: usize,
}

impl Maker {
    /// `None` where it is not installed.
    fn start(name: &str) -> Option<Self> {
        let python = root().join("target/bench/venv/bin/python");
        let mut process = Command::new(python)
            .arg(root().join("tests/bench/slip.py"))
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let (ask, answers) = (process.stdin.take(), BufReader::new(process.stdout.take()?));
        let mut maker = Self { process, ask, answers };
        (maker.line() == "ready").then_some(())?;
        // The first page warms it.
        maker.make(&content(&slip(9999)));
        Some(maker)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// How long it took by its own clock: what the pipe costs is not its own.
    fn make(&mut self, content: &serde_json::Value) -> Duration {
        writeln!(self.ask.as_mut().unwrap(), "{content}").unwrap();
        let made: Made = serde_json::from_str(&self.line()).expect("the other maker answers");
        assert!(made.bytes > 1000, "a page has more than {} bytes", made.bytes);
        Duration::from_secs_f64(made.seconds)
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        // At the end of its input it ends what it started itself, and then it ends.
        drop(self.ask.take());
        let _ = self.process.wait();
    }
}
