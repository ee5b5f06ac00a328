//! What staff did, for administrators. Looking at it is written down too.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::form::SignedIn;
use super::{Frame, centre_name, page, time};
use crate::db::staff::Written;
use crate::staff::{Act, Deed, Role, deed_label};
use crate::{District, Result};

/// Acts on one page.
const SHOWN: i64 = 100;

#[derive(Template)]
#[template(path = "acts.html")]
struct ActsPage {
    frame: Frame,
    rows: Vec<ActRow>,
    next: Option<i64>,
}

struct ActRow {
    at: String,
    name: String,
    act: String,
    about: String,
    reason: String,
    shown: String,
}

#[derive(Deserialize)]
pub(super) struct Place {
    before: Option<i64>,
}

fn row(one: Written) -> ActRow {
    let desk = one.desk.map(|desk| format!("{desk:02}号台"));
    let about = [one.centre.as_deref().map(centre_name), desk, one.number];
    ActRow {
        at: time(one.at_ms),
        name: if one.name.is_empty() { "（没有这个人）".into() } else { one.name },
        act: deed_label(&one.act).to_owned(),
        about: about.into_iter().flatten().collect::<Vec<_>>().join(" "),
        reason: one.reason.unwrap_or_default(),
        shown: one.shown.map(|shown| format!("{shown}件")).unwrap_or_default(),
    }
}

pub(super) async fn show(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Query(place): Query<Place>,
) -> Result<Response> {
    let person = who.at_least(Role::Administrator)?;
    district.note(person, &Act::of(Deed::ActsSeen)).await?;
    let acts = district.acts(place.before.unwrap_or(i64::MAX), SHOWN).await?;
    let full = i64::try_from(acts.len()).is_ok_and(|acts| acts >= SHOWN);
    let next = acts.last().filter(|_| full).map(|last| last.id);
    let frame = Frame::new(&district, &who, "操作记录", "/acts");
    page(&ActsPage { frame, rows: acts.into_iter().map(row).collect(), next })
}
