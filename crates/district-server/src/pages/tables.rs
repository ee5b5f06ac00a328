//! The tables that the district publishes: what was published, and one more, with what it changes before it takes effect.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::{Checked, CheckedFile, SignedIn};
use super::{Frame, page, time};
use crate::staff::Role;
use crate::tables::TableFile;
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
    name: String,
    content: String,
    title: String,
    lines: Vec<String>,
}

/// A table that was looked at, as the page gives it back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    /// The file's.
    name: String,
    content: String,
}

pub(super) async fn show(State(district): State<Arc<District>>, who: SignedIn) -> Result<Response> {
    shown(&district, &who, None).await
}

/// What it changes. Nothing takes effect by it.
pub(super) async fn look(State(district): State<Arc<District>>, who: SignedIn, file: CheckedFile) -> Result<Response> {
    who.at_least(Role::Administrator)?;
    let file = read(&file)?;
    let changes = district.weigh_tables(std::slice::from_ref(&file)).await?;
    let title = changes.iter().map(Change::title).collect();
    let lines = changes.into_iter().flat_map(|change| change.lines).collect();
    let (name, content) = file;
    shown(&district, &who, Some(Looked { name, content, title, lines })).await
}

/// The text of a file as some editor saved it. What is not UTF-8 would be read as other words than were written.
fn read(file: &CheckedFile) -> Result<TableFile> {
    let wrong = |sentence: String| Error::Tables(vec![sentence]);
    if file.bytes.is_empty() {
        return Err(wrong("没有选文件，或者文件是空的".into()));
    }
    let text = std::str::from_utf8(&file.bytes);
    let text = text.map_err(|_| wrong(format!("{}不是UTF-8编码，请用UTF-8另存一次再传", file.name)))?;
    Ok((file.name.clone(), text.trim_start_matches('\u{feff}').replace("\r\n", "\n")))
}

pub(super) async fn publish(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(told): Checked<Told>,
) -> Result<Response> {
    let person = who.at_least(Role::Administrator)?;
    // A browser sends the lines of a form with both characters.
    let file = (told.name, told.content.replace("\r\n", "\n"));
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
