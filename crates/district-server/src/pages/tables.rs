//! The tables that the district publishes: what was published, and one more, with what it changes before it takes effect.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::{Checked, SignedIn};
use super::{Frame, page, time};
use crate::staff::Role;
use crate::{Change, District, Error, Result};

/// Bytes of a form that holds a whole table.
pub(super) const FORM_BYTES: usize = 2 << 20;

#[derive(Template)]
#[template(path = "tables.html")]
struct TablesPage {
    frame: Frame,
    rows: Vec<TableRow>,
    /// What is about to be published.
    looked: Option<Looked>,
}

struct TableRow {
    kind: &'static str,
    name: String,
    version: String,
    valid_from: String,
    staff: String,
    at: String,
}

struct Looked {
    form: &'static str,
    content: String,
    title: String,
    lines: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    /// `json` or `toml`.
    form: String,
    content: String,
}

impl Told {
    /// The table as a file of its form.
    fn file(self) -> Result<(&'static str, (String, String))> {
        let form = match self.form.as_str() {
            "json" => "json",
            "toml" => "toml",
            _ => return Err(Error::Request("a table of no form that is known".into())),
        };
        Ok((form, (format!("表.{form}"), self.content.replace("\r\n", "\n"))))
    }
}

pub(super) async fn show(State(district): State<Arc<District>>, who: SignedIn) -> Result<Response> {
    shown(&district, &who, None).await
}

/// What it changes. Nothing takes effect by it.
pub(super) async fn look(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(told): Checked<Told>,
) -> Result<Response> {
    who.at_least(Role::Administrator)?;
    let (form, file) = told.file()?;
    let changes = district.weigh_tables(std::slice::from_ref(&file)).await?;
    let title = changes.iter().map(Change::title).collect();
    let lines = changes.into_iter().flat_map(|change| change.lines).collect();
    shown(&district, &who, Some(Looked { form, content: file.1, title, lines })).await
}

pub(super) async fn publish(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(told): Checked<Told>,
) -> Result<Response> {
    let person = who.at_least(Role::Administrator)?;
    let (_, file) = told.file()?;
    district.publish_tables(&person.name, &[file]).await?;
    Ok(Redirect::to("/tables").into_response())
}

async fn shown(district: &District, who: &SignedIn, looked: Option<Looked>) -> Result<Response> {
    who.at_least(Role::Administrator)?;
    let rows = district.published_tables().await?.into_iter().map(|(heading, staff, at_ms)| TableRow {
        kind: heading.kind.label(),
        name: heading.name,
        version: heading.version,
        valid_from: heading.valid_from.to_string(),
        staff,
        at: time(at_ms),
    });
    page(&TablesPage { frame: Frame::new(district, who, "表和日历", "/tables"), rows: rows.collect(), looked })
}
