//! The desks, and what an administrator does with one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::{Checked, SignedIn};
use super::{Frame, centre_name, page, time};
use crate::overview::{DeskOverview, DeskState};
use crate::staff::{Act, Deed, Role};
use crate::{District, Result};

#[derive(Template)]
#[template(path = "desks.html")]
struct DesksPage {
    frame: Frame,
    desks: Vec<DeskRow>,
    administrator: bool,
}

struct DeskRow {
    centre: String,
    centre_name: String,
    desk: u8,
    state: &'static str,
    in_service: bool,
    retired: bool,
    seen: String,
    unsent: String,
    clock: String,
    set_aside: i64,
    waiting: i64,
    forked: bool,
    epochs: Vec<EpochRow>,
}

struct EpochRow {
    mark: String,
    head: u64,
    hash: String,
    forked: bool,
}

fn row(desk: DeskOverview) -> DeskRow {
    DeskRow {
        centre_name: centre_name(&desk.centre),
        desk: desk.desk,
        state: match desk.state {
            DeskState::InService => "在用",
            DeskState::Retired => "已停用",
            DeskState::Lost => "已挂失",
        },
        in_service: desk.state == DeskState::InService,
        retired: desk.state == DeskState::Retired,
        seen: desk.seen_ms.map_or_else(|| "还没有".into(), time),
        unsent: desk.unsent().map_or_else(|| "未知".into(), |unsent| unsent.to_string()),
        clock: desk.minutes_ahead().map_or_else(|| "未见偏差".into(), |minutes| format!("快{minutes}分钟以上")),
        set_aside: desk.set_aside(),
        waiting: desk.waiting(),
        forked: desk.is_forked(),
        centre: desk.centre,
        epochs: desk
            .journals
            .into_iter()
            .map(|one| EpochRow { mark: one.mark, head: one.head, hash: one.hash.short(), forked: one.forked })
            .collect(),
    }
}

pub(super) async fn show(State(district): State<Arc<District>>, who: SignedIn) -> Result<Response> {
    let desks = district.overview().await?.into_iter().map(row).collect();
    let administrator = who.person.role >= Role::Administrator;
    page(&DesksPage { frame: Frame::new(&district, &who, "登记台", "/desks"), desks, administrator })
}

#[derive(Deserialize)]
pub(super) struct Which {
    centre: String,
    desk: u8,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
    centre_name: String,
    desk: u8,
    code: String,
    minutes: i64,
}

pub(super) async fn code(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(Which { centre, desk }): Checked<Which>,
) -> Result<Response> {
    let person = who.at_least(Role::Administrator)?;
    let centre = centre.trim();
    crate::desk::check_names(centre, desk)?;
    district.note(person, &Act::of(Deed::CodeMade).desk(centre, desk)).await?;
    let code = district.new_code(centre, desk).await?.to_string();
    let frame = Frame::new(&district, &who, "接入码", "/desks");
    let minutes = intake_wire::EnrolmentCode::MINUTES;
    page(&CodePage { frame, centre_name: centre_name(centre), desk, code, minutes })
}

#[derive(Deserialize)]
pub(super) struct Retired {
    centre: String,
    desk: u8,
    contact: String,
}

pub(super) async fn retire(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(asked): Checked<Retired>,
) -> Result<Response> {
    let person = who.at_least(Role::Administrator)?;
    district.note(person, &Act::of(Deed::DeskRetired).desk(&asked.centre, asked.desk)).await?;
    district.retire(&asked.centre, asked.desk, &asked.contact).await?;
    Ok(Redirect::to("/desks").into_response())
}

pub(super) async fn reinstate(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(Which { centre, desk }): Checked<Which>,
) -> Result<Response> {
    let person = who.at_least(Role::Administrator)?;
    district.note(person, &Act::of(Deed::DeskReinstated).desk(&centre, desk)).await?;
    district.reinstate(&centre, desk).await?;
    Ok(Redirect::to("/desks").into_response())
}

#[derive(Deserialize)]
pub(super) struct Lost {
    centre: String,
    desk: u8,
    /// Ticked: the desk's key is refused for good.
    #[serde(default)]
    sure: String,
}

pub(super) async fn lost(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(asked): Checked<Lost>,
) -> Result<Response> {
    let person = who.at_least(Role::Administrator)?;
    if asked.sure.is_empty() {
        return Err(crate::Error::Request("not sure".into()));
    }
    district.note(person, &Act::of(Deed::DeskLost).desk(&asked.centre, asked.desk)).await?;
    district.lost(&asked.centre, asked.desk).await?;
    Ok(Redirect::to("/desks").into_response())
}
