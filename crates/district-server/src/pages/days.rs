//! The days of every desk: closed, confirmed, missing. 应录尽录 is seen by what is missing.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{Days, NaiveDate};

use super::form::SignedIn;
use super::{Frame, centre_name, page};
use crate::days::{DayStatus, DayWord};
use crate::{District, Result};

/// Days that are shown, today among them: as many as stand beside each other on an office's screen.
const SHOWN: u64 = 10;

#[derive(Template)]
#[template(path = "days.html")]
struct DaysPage {
    frame: Frame,
    days: Vec<NaiveDate>,
    desks: Vec<DeskRow>,
    missing: usize,
}

struct DeskRow {
    centre_name: String,
    desk: u8,
    cells: Vec<Option<Cell>>,
}

struct Cell {
    word: &'static str,
    class: &'static str,
    count: String,
}

fn cell(status: &DayStatus, today: NaiveDate) -> Cell {
    let (word, class) = match status.state {
        DayWord::Missing if status.day >= today => ("还没有日结", "open"),
        DayWord::Missing => ("没有日结", "missing"),
        DayWord::Closed => ("已日结，没有报齐", "closed"),
        DayWord::Confirmed => ("已确认", "confirmed"),
        DayWord::Reopened => ("日结后又登记", "closed"),
    };
    let count = match status.kept {
        Some(kept) if kept != status.registered => format!("收到{}件，日结时{kept}件", status.registered),
        _ => format!("{}件", status.registered),
    };
    Cell { word, class, count }
}

pub(super) async fn show(State(district): State<Arc<District>>, who: SignedIn) -> Result<Response> {
    let today = district.today();
    let days: Vec<NaiveDate> = (0..SHOWN).filter_map(|back| today.checked_sub_days(Days::new(back))).collect();
    let desks: Vec<DeskRow> = district
        .days(i64::try_from(SHOWN).unwrap_or(i64::MAX))
        .await?
        .into_iter()
        .map(|(centre, desk, told)| DeskRow {
            centre_name: centre_name(&centre),
            desk,
            cells: days.iter().map(|day| told.iter().find(|one| one.day == *day).map(|one| cell(one, today))).collect(),
        })
        .collect();
    let missing = desks.iter().flat_map(|desk| desk.cells.iter().flatten()).filter(|cell| cell.class == "missing");
    let missing = missing.count();
    page(&DaysPage { frame: Frame::new(&district, &who, "日结", "/days"), days, desks, missing })
}
