//! Matters: the list, one, and those of a person.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use intake_model::{DeliveryWay, Ending, Paper, RegistrationNumber, ReplyWay};
use intake_wire::StepWords;
use serde::Deserialize;

use super::aside::sentence;
use super::files::FileRow;
use super::form::{Checked, SignedIn};
use super::matter_acts::{self, ActForm, ActRow};
use super::{Frame, centre_name, page, time};
use crate::db::lookup::{About, Issued, Listed, Whole};
use crate::db::matters::Sought;
use crate::db::steps::Step;
use crate::documents::ANOTHER_DESK;
use crate::lookup::{Asked, Matter, Version, category};
use crate::staff::Role;
use crate::{District, Error, Result};

/// What is asked of a list; everything may be left out.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    centre: String,
    from: String,
    to: String,
    number: String,
    after: String,
}

struct Choice {
    code: String,
    name: String,
    chosen: bool,
}

struct Row {
    number: String,
    centre_name: String,
    desk: i16,
    date: NaiveDate,
    title: String,
    state: &'static str,
    papers: String,
}

fn row(listed: Listed) -> Row {
    Row {
        centre_name: centre_name(&listed.centre),
        desk: listed.desk,
        date: listed.date,
        state: state(listed.void, listed.sealed, listed.version),
        papers: if listed.sealed { String::new() } else { listed.papers.to_string() },
        title: listed.title.unwrap_or_default(),
        number: listed.number,
    }
}

fn state(void: bool, sealed: bool, version: i32) -> &'static str {
    match (sealed, void, version) {
        (true, ..) => "已登记",
        (_, true, _) => "已作废",
        (_, _, 1) => "已登记",
        _ => "已更正",
    }
}

#[derive(Template)]
#[template(path = "matters.html")]
struct ListPage {
    frame: Frame,
    centres: Vec<Choice>,
    from: NaiveDate,
    to: NaiveDate,
    number: String,
    rows: Vec<Row>,
    next: String,
}

fn day(text: &str) -> Result<Option<NaiveDate>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::Request("no day".into()))
}

pub(super) async fn list(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Query(filter): Query<Filter>,
) -> Result<Response> {
    who.at_least(Role::Officer)?;
    if let Ok(number) = filter.number.parse::<RegistrationNumber>() {
        return Ok(Redirect::to(&format!("/matters/{number}")).into_response());
    }
    let asked = Asked {
        centre: Some(filter.centre.as_str()).filter(|centre| !centre.is_empty()),
        from: day(&filter.from)?,
        to: day(&filter.to)?,
        number: &filter.number,
        after: &filter.after,
    };
    let list = district.list_matters(&who.person, &asked).await?;
    let centres = district.centres().await?.into_iter().map(|code| Choice {
        name: centre_name(&code),
        chosen: code == filter.centre,
        code,
    });
    page(&ListPage {
        frame: Frame::new(&district, &who, "事项", "/matters"),
        centres: centres.collect(),
        from: list.from,
        to: list.to,
        number: filter.number,
        rows: list.matters.into_iter().map(row).collect(),
        next: list.next.unwrap_or_default(),
    })
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    /// `None` before anything was looked for.
    found: Option<Vec<Row>>,
    more: bool,
}

pub(super) async fn ask_person(State(district): State<Arc<District>>, who: SignedIn) -> Result<Response> {
    who.at_least(Role::Officer)?;
    page(&PersonPage { frame: Frame::new(&district, &who, "按来访人查找", "/matters"), found: None, more: false })
}

#[derive(Deserialize)]
pub(super) struct AskedFor {
    by: String,
    text: String,
    reason: String,
}

pub(super) async fn person(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(asked): Checked<AskedFor>,
) -> Result<Response> {
    let sought = match asked.by.as_str() {
        "name" => Sought::Name(&asked.text),
        "phone" => Sought::Phone(&asked.text),
        "paper" => Sought::Paper(&asked.text),
        _ => return Err(Error::Request("looked for by nothing that is known".into())),
    };
    let (found, more) = district.matters_of_person(&who.person, &sought, &asked.reason).await?;
    let found = Some(found.into_iter().map(row).collect());
    page(&PersonPage { frame: Frame::new(&district, &who, "按来访人查找", "/matters"), found, more })
}

#[derive(Template)]
#[template(path = "matter.html")]
struct MatterPage {
    frame: Frame,
    number: String,
    centre_name: String,
    sealed: bool,
    standing: Vec<Standing>,
    entries: Vec<EntryRow>,
    papers: Vec<PaperRow>,
    steps: Vec<StepRow>,
    acts: Vec<ActRow>,
    /// Nothing is done with what was voided.
    forms: Vec<ActForm>,
    results: Vec<(&'static str, &'static str)>,
    files: Vec<FileRow>,
}

struct Standing {
    date: NaiveDate,
    desk: i16,
    state: &'static str,
    version: i32,
    headcount: i64,
    owes: bool,
    slips: i32,
    name: String,
    address: String,
    title: String,
    demand: String,
    category: String,
}

struct EntryRow {
    at: String,
    what: &'static str,
    who: String,
    place: String,
    became: String,
    version: Option<Version>,
}

struct PaperRow {
    name: &'static str,
    document: String,
    issued_on: NaiveDate,
    state: String,
    delivered: String,
}

struct StepRow {
    on: NaiveDate,
    name: &'static str,
    said: String,
    withdrawn: bool,
}

pub(super) async fn one(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Path(number): Path<String>,
) -> Result<Response> {
    let matter = district.matter(&who.person, &number).await?;
    let frame = Frame::new(&district, &who, "事项", "/matters");
    page(&shown(frame, matter)?)
}

fn shown(frame: Frame, matter: Matter) -> Result<MatterPage> {
    let sealed = matter.is_sealed();
    let void = matter.standing.iter().all(|one| one.void);
    Ok(MatterPage {
        frame,
        centre_name: centre_name(&matter.centre),
        number: matter.number,
        sealed,
        standing: matter.standing.into_iter().map(standing).collect(),
        entries: matter.entries.into_iter().map(|(entry, version)| entry_row(entry, version)).collect(),
        papers: matter.papers.into_iter().map(paper_row).collect(),
        files: matter.files.iter().map(FileRow::of).collect(),
        steps: matter.steps.into_iter().map(|(step, words)| step_row(&step, words)).collect(),
        acts: matter.acts.into_iter().map(matter_acts::row).collect(),
        forms: if void { Vec::new() } else { matter_acts::forms(sealed)? },
        results: matter_acts::results(),
    })
}

fn standing(one: Whole) -> Standing {
    let unstated = |text: Option<String>| text.unwrap_or_else(|| "未填".into());
    Standing {
        date: one.date,
        desk: one.desk,
        state: state(one.void, one.sealed, one.version),
        version: one.version,
        headcount: one.headcount,
        owes: one.owes_written_notice,
        slips: one.slips,
        name: unstated(one.name),
        address: unstated(one.address),
        title: one.title.unwrap_or_default(),
        demand: unstated(one.demand),
        category: category(one.category.as_ref()).unwrap_or_else(|| "未分类".into()),
    }
}

fn entry_row(entry: About, version: Option<Version>) -> EntryRow {
    let clerk = entry.clerk_name.unwrap_or_else(|| format!("{}号", entry.clerk));
    EntryRow {
        at: time(entry.at_ms),
        what: kind_label(&entry.kind),
        who: if entry.clerk == 0 { "本程序".into() } else { clerk },
        place: format!("{}-{}", entry.mark, entry.seq),
        became: became(&entry.verdict, entry.code.as_deref(), entry.reference),
        version,
    }
}

/// What became of an entry, in words.
fn became(verdict: &str, code: Option<&str>, reference: Option<u64>) -> String {
    let at = reference.unwrap_or(0);
    match verdict {
        "set_aside" => format!("搁置：{}", sentence(code.unwrap_or_default())),
        "superseded" => format!("由第{at}条代替"),
        "waiting" if at == ANOTHER_DESK => "等别的登记台的记录".into(),
        "waiting" => format!("等第{at}条"),
        "pending" => "待处理".into(),
        _ => "已处理".into(),
    }
}

/// What people read for a kind of entry.
pub(super) fn kind_label(kind: &str) -> &'static str {
    match kind {
        "registered" => "登记",
        "corrected" => "更正",
        "voided" => "作废",
        "slip_issued" => "出具回执",
        "document_issued" => "出具文书",
        "document_reprinted" => "补打文书",
        "document_voided" => "文书作废",
        "document_delivered" => "送达",
        "delivered_for" => "代外窗口送达",
        "accepted" => "受理",
        "handed_over" => "交承办",
        "replied" => "答复",
        "closed" => "办结",
        "objected" => "提出异议",
        "step_withdrawn" => "撤销办理步骤",
        "resealed" => "转为保密",
        "carried" => "结转",
        "attachment_added" => "收到附件",
        "attachment_removed" => "撤下附件",
        "day_closed" => "日结",
        _ => "其他记录",
    }
}

fn paper_row(one: Issued) -> PaperRow {
    let way = one.way.as_deref().and_then(DeliveryWay::from_word).map_or("送达", DeliveryWay::label);
    let delivered = match (one.delivered_on, one.refused) {
        (Some(day), Some(true)) => format!("{day} {way}，拒收"),
        (Some(day), _) => format!("{day} {way}"),
        (None, _) => String::new(),
    };
    let window = one.elsewhere.map(|desk| format!("外窗口{desk:02} ")).unwrap_or_default();
    let delivered = format!("{window}{delivered}").trim().to_owned();
    PaperRow {
        name: Paper::from_word(&one.paper).map_or("其他文书", Paper::label),
        document: one.document,
        issued_on: one.on,
        state: if one.void { "已作废".into() } else { format!("共{}份", one.copies) },
        delivered,
    }
}

fn step_row(step: &Step, words: Option<StepWords>) -> StepRow {
    let (fact, words) = (step.fact, words.unwrap_or_default());
    let said = [
        fact.ending.map_or("", Ending::label).to_owned(),
        words.section,
        words.person,
        fact.due.map(|day| format!("要求{day}前回复")).unwrap_or_default(),
        fact.way.map(|way| format!("{}答复", ReplyWay::label(way))).unwrap_or_default(),
        words.answer,
        if words.by.is_empty() { String::new() } else { format!("答复人：{}", words.by) },
        fact.received_on.map(|day| format!("{day}收到")).unwrap_or_default(),
        words.note,
    ];
    let said = said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("，");
    StepRow { on: fact.on, name: fact.kind.label(), said, withdrawn: step.withdrawn }
}
