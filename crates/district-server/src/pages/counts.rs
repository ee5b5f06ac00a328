//! Counts with a picture, drawn here.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;

use super::form::SignedIn;
use super::{Frame, centre_name, page};
use crate::counts::{Counts, Pair};
use crate::{District, Result};

/// The picture's measures, in its own units.
const HEIGHT: i64 = 180;
const MONTH_WIDTH: i64 = 60;
const BAR_WIDTH: i64 = 22;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    centre: String,
    year: Option<i32>,
}

#[derive(Template)]
#[template(path = "counts.html")]
struct CountsPage {
    frame: Frame,
    centres: Vec<(String, String, bool)>,
    year: i32,
    to: NaiveDate,
    whole: Line,
    months: Vec<Line>,
    streets: Vec<Line>,
    categories: Vec<Line>,
    bars: Vec<Bar>,
}

struct Line {
    name: String,
    now: i64,
    before: i64,
    change: String,
}

fn line(name: String, pair: Pair) -> Line {
    let change = match pair.change() {
        Some(0) => "持平".into(),
        Some(more) if more > 0 => format!("增{more}%"),
        Some(less) => format!("减{}%", -less),
        None => "—".into(),
    };
    Line { name, now: pair.now, before: pair.before, change }
}

/// One bar of the picture, from its upper left corner.
struct Bar {
    x: i64,
    y: i64,
    height: i64,
    value: i64,
    middle: i64,
    now: bool,
}

fn bars(months: &[Pair]) -> Vec<Bar> {
    let most = months.iter().map(|pair| pair.now.max(pair.before)).max().unwrap_or(0).max(1);
    let mut bars = Vec::new();
    for (place, pair) in (0..).zip(months) {
        let left = place * MONTH_WIDTH + 6;
        for (value, x, now) in [(pair.before, left, false), (pair.now, left + BAR_WIDTH + 2, true)] {
            let height = value * HEIGHT / most;
            bars.push(Bar { x, y: HEIGHT - height, height, value, middle: x + BAR_WIDTH / 2, now });
        }
    }
    bars
}

fn shown(frame: Frame, counts: Counts, centres: Vec<(String, String, bool)>) -> CountsPage {
    let months = (1..).zip(counts.months).map(|(month, pair)| line(format!("{month}月"), pair));
    CountsPage {
        frame,
        centres,
        year: counts.year,
        to: counts.to,
        whole: line("合计".into(), counts.whole),
        months: months.collect(),
        streets: counts.centres.into_iter().map(|(code, pair)| line(centre_name(&code), pair)).collect(),
        categories: counts.categories.into_iter().map(|(name, pair)| line(name, pair)).collect(),
        bars: bars(&counts.months),
    }
}

pub(super) async fn show(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let centre = Some(asked.centre.as_str()).filter(|centre| !centre.is_empty());
    let year = asked.year.unwrap_or_else(|| district.today().year());
    let counts = district.counts(centre, year).await?;
    let named = |code: String| (centre_name(&code), code == asked.centre, code);
    let centres = district.centres().await?.into_iter().map(named).map(|(name, chosen, code)| (code, name, chosen));
    let frame = Frame::new(&district, &who, "统计", "/counts");
    page(&shown(frame, counts, centres.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_is_as_high_as_the_picture_and_none_of_nothing_is_drawn() {
        let bars = bars(&[Pair { now: 4, before: 1 }, Pair { now: 0, before: 2 }]);
        let drawn: Vec<(i64, i64)> = bars.iter().map(|bar| (bar.value, bar.height)).collect();
        assert_eq!(drawn, [(1, 45), (4, HEIGHT), (2, 90), (0, 0)]);
        assert!(bars.iter().all(|bar| bar.y + bar.height == HEIGHT));
        assert!(super::bars(&[Pair::default()]).iter().all(|bar| bar.height == 0));
    }
}
