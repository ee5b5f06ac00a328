//! Entries that are set aside, and applying them again; and those that wait for what another desk has not sent.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use intake_model::{Code, RegistrationNumber};

use super::form::{Checked, SignedIn};
use super::matters::kind_label;
use super::sign_in::Nothing;
use super::{Frame, centre_name, page, time};
use crate::db::entries::WaitsElsewhere;
use crate::staff::{Act, Deed, Role};
use crate::{Aside, District, Reapplied, Result};

/// Entries on the page; the oldest come first and make room.
const SHOWN: i64 = 200;

#[derive(Template)]
#[template(path = "aside.html")]
struct AsidePage {
    frame: Frame,
    rows: Vec<AsideRow>,
    /// What waits for another desk.
    elsewhere: Vec<ElsewhereRow>,
    /// What applying again came to.
    done: Option<Reapplied>,
    full: bool,
    elsewhere_full: bool,
}

/// Which entry, as both lists show it.
struct Line {
    centre_name: String,
    desk: u8,
    seq: u64,
    kind: &'static str,
    at: String,
    number: String,
}

struct AsideRow {
    line: Line,
    reason: String,
    waiting: i64,
}

struct ElsewhereRow {
    line: Line,
    /// Whose entry it waits for.
    of: String,
}

/// The sentence of a code that an entry is set aside with.
pub(super) fn sentence(word: &str) -> String {
    let code: Option<Code> = serde_json::from_value(word.into()).ok();
    match code {
        Some(Code::NumberUnknown) => "这里没有这个登记号的登记。".into(),
        Some(Code::DocumentUnknown) => "这里没有它所说的文书。".into(),
        Some(code) => intake_model::text(code).sentence.clone(),
        None => "原因不明。".into(),
    }
}

fn row(one: Aside) -> AsideRow {
    let (centre_name, number) = (centre_name(&one.centre), one.number.unwrap_or_default());
    let (kind, at) = (kind_label(&one.kind), time(one.at_ms));
    let line = Line { centre_name, desk: one.desk, seq: one.seq, kind, at, number };
    AsideRow { line, reason: sentence(&one.code), waiting: one.waiting }
}

fn elsewhere(one: WaitsElsewhere) -> ElsewhereRow {
    let (centre_name, number) = (centre_name(&one.centre), one.number.unwrap_or_default());
    let (kind, at) = (kind_label(&one.kind), time(one.at_ms));
    let of = number.parse::<RegistrationNumber>().ok().map(|number| format!("{:02}号台", number.desk().get()));
    let line = Line { centre_name, desk: one.desk, seq: one.seq, kind, at, number };
    ElsewhereRow { line, of: of.unwrap_or_default() }
}

async fn shown(district: &District, who: &SignedIn, done: Option<Reapplied>) -> Result<Response> {
    let rows: Vec<AsideRow> = district.set_aside(None, SHOWN).await?.into_iter().map(row).collect();
    let elsewhere: Vec<_> = district.waits_elsewhere(SHOWN).await?.into_iter().map(elsewhere).collect();
    let is_full = |rows: usize| i64::try_from(rows).is_ok_and(|rows| rows >= SHOWN);
    let (full, elsewhere_full) = (is_full(rows.len()), is_full(elsewhere.len()));
    let frame = Frame::new(district, who, "搁置的记录", "/aside");
    page(&AsidePage { frame, rows, elsewhere, done, full, elsewhere_full })
}

pub(super) async fn show(State(district): State<Arc<District>>, who: SignedIn) -> Result<Response> {
    who.at_least(Role::Officer)?;
    shown(&district, &who, None).await
}

pub(super) async fn again(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(Nothing {}): Checked<Nothing>,
) -> Result<Response> {
    let person = who.at_least(Role::Officer)?;
    district.note(person, &Act::of(Deed::AppliedAgain)).await?;
    let done = district.reapply().await?;
    shown(&district, &who, Some(done)).await
}
