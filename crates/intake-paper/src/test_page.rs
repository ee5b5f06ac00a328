//! The test page: from what is to be tried out to what stands on paper.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use intake_model::Sheet;
use serde::Deserialize;
use typst::foundations::{Array, Dict, IntoValue, Value};

use crate::Result;

/// What a test page says.
#[derive(Debug, Clone)]
pub struct TestPage {
    /// The office's name.
    pub office: String,
    /// What the printer is called, or its address.
    pub printer: String,
    /// The paper that should come out.
    pub sheet: Sheet,
    /// When it was asked for, at +08:00.
    pub at: NaiveDateTime,
    /// Marked 练习 across the page.
    pub practice: bool,
}

impl TestPage {
    /// One with made-up values, to try a layout with.
    pub(crate) fn sample() -> Self {
        let text = || "试".to_owned();
        Self { office: text(), printer: text(), sheet: Sheet::A5, at: NaiveDateTime::default(), practice: true }
    }
}

/// The wording, as it stands in `assets/paper/test_page.zh.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    title: String,
    practice: String,
    labels: Labels,
    sheets: BTreeMap<Sheet, String>,
    frame: String,
    ruler: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    office: String,
    printer: String,
    sheet: String,
    time: String,
}

/// The texts of one page.
pub(crate) struct TestContent {
    title: String,
    practice: Option<String>,
    lines: Vec<(String, String)>,
    frame: String,
    ruler: String,
    /// In millimetres; 0 high where it is as long as what stands on it.
    size: (i64, i64),
}

impl TestContent {
    pub(crate) fn of(page: &TestPage) -> Result<Self> {
        let words: Words = serde_json::from_str(include_str!("../../../assets/paper/test_page.zh.json"))?;
        let sheet = words.sheets.get(&page.sheet).cloned().unwrap_or_default();
        Ok(Self {
            title: words.title,
            practice: page.practice.then_some(words.practice),
            lines: vec![
                (words.labels.office, page.office.clone()),
                (words.labels.printer, page.printer.clone()),
                (words.labels.sheet, sheet),
                (words.labels.time, page.at.format("%Y-%m-%d %H:%M").to_string()),
            ],
            frame: words.frame,
            ruler: words.ruler,
            size: match page.sheet {
                Sheet::A5 => (148, 210),
                Sheet::A4 => (210, 297),
                // What the heads of 80 mm printers reach.
                Sheet::Roll80 => (72, 0),
            },
        })
    }

    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let lines = self.lines.iter_mut().flat_map(|(label, value)| [label, value]);
        [&mut self.title, &mut self.frame, &mut self.ruler].into_iter().chain(lines).chain(&mut self.practice)
    }

    pub(crate) fn inputs(&self, faces: Dict) -> Dict {
        let mut inputs = Dict::new();
        inputs.insert("title".into(), self.title.as_str().into_value());
        inputs.insert("practice".into(), self.practice.as_deref().map_or(Value::None, IntoValue::into_value));
        let pair = |(label, value): &(String, String)| {
            [label.as_str().into_value(), value.as_str().into_value()].into_iter().collect::<Array>().into_value()
        };
        inputs.insert("lines".into(), self.lines.iter().map(pair).collect::<Array>().into_value());
        inputs.insert("frame".into(), self.frame.as_str().into_value());
        inputs.insert("ruler".into(), self.ruler.as_str().into_value());
        inputs.insert("width".into(), self.size.0.into_value());
        inputs.insert("height".into(), self.size.1.into_value());
        inputs.insert("faces".into(), faces.into_value());
        inputs
    }
}
