//! The clerks of one desk, for administrators: who works there, and that somebody has left.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::{Checked, SignedIn};
use super::{Frame, centre_name, page, time};
use crate::db::clerks::Row;
use crate::staff::Role;
use crate::{District, Error, Result};

#[derive(Template)]
#[template(path = "clerks.html")]
struct ClerksPage {
    frame: Frame,
    centre: String,
    centre_name: String,
    desk: u8,
    rows: Vec<ClerkRow>,
}

struct ClerkRow {
    clerk: i64,
    name: String,
    role: &'static str,
    state: String,
    /// Whether it can still be said that they have left.
    works: bool,
}

fn row(one: Row) -> ClerkRow {
    let state = match (one.disabled, one.left_ms) {
        (true, _) => "已停用".to_owned(),
        (false, Some(at_ms)) => format!("{}已通知停用，登记台下次上报时执行", time(at_ms)),
        (false, None) => "在用".to_owned(),
    };
    let role = if one.role == "administrator" { "管理员" } else { "登记员" };
    ClerkRow { works: !one.disabled && one.left_ms.is_none(), clerk: one.clerk, name: one.name, role, state }
}

pub(super) async fn show(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Path((centre, desk)): Path<(String, u8)>,
) -> Result<Response> {
    who.at_least(Role::Administrator)?;
    let rows = district.clerks_of(&centre, desk).await?.into_iter().map(row).collect();
    let frame = Frame::new(&district, &who, "登记台人员", "/desks");
    page(&ClerksPage { frame, centre_name: centre_name(&centre), centre, desk, rows })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Left {
    clerk: u32,
    name: String,
    /// Ticked: they may not sign in any more.
    sure: String,
}

pub(super) async fn left(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Path((centre, desk)): Path<(String, u8)>,
    Checked(told): Checked<Left>,
) -> Result<Response> {
    let person = who.at_least(Role::Administrator)?;
    if told.sure.is_empty() {
        return Err(Error::Request("not sure".into()));
    }
    district.clerk_left(&person.name, &centre, desk, told.clerk, &told.name).await?;
    Ok(Redirect::to(&format!("/desks/{centre}/{desk}/clerks")).into_response())
}
