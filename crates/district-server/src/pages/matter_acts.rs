//! The part of a matter's page that says what the district did with it, and the forms to do something.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use intake_model::{ActTold, ActWords, DistrictAct, ReviewResult};
use intake_wire::Hash;
use serde::Deserialize;

use super::form::{Checked, SignedIn};
use super::time;
use crate::matter_acts::{Asked, Done};
use crate::staff::Role;
use crate::{District, Error, Result};

/// Stands for the body where that is the matter's own centre.
const TO_CENTRE: &str = "登记的中心";

/// An act as it is read.
pub(super) struct ActRow {
    pub(super) on: NaiveDate,
    pub(super) at: String,
    pub(super) act: &'static str,
    pub(super) body: String,
    pub(super) due: Option<NaiveDate>,
    pub(super) result: &'static str,
    pub(super) text: String,
    pub(super) staff: String,
}

pub(super) fn row(done: Done) -> ActRow {
    ActRow {
        on: done.told.on,
        at: time(done.at_ms),
        act: done.told.act.label(),
        body: if done.told.to_centre { TO_CENTRE.to_owned() } else { done.words.body },
        due: done.told.due,
        result: done.told.result.map_or("", ReviewResult::label),
        text: done.words.text,
        staff: done.staff,
    }
}

/// A form for one act.
#[expect(clippy::struct_excessive_bools, reason = "one for each thing that a form asks for")]
pub(super) struct ActForm {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    pub(super) body: bool,
    /// Whether it can go to the matter's own centre.
    pub(super) to_centre: bool,
    pub(super) due: bool,
    pub(super) result: bool,
    /// What the words are called; empty where none are taken.
    pub(super) text: &'static str,
    /// Whether there must be some.
    pub(super) must: bool,
    pub(super) id: String,
}

/// Of a sealed matter no words are taken.
pub(super) fn forms(sealed: bool) -> Result<Vec<ActForm>> {
    let form = |act: &DistrictAct| {
        let (text, must) = match act {
            _ if sealed => ("", false),
            DistrictAct::Supervised => ("督办什么", true),
            DistrictAct::Returned => ("为什么退回", true),
            _ => ("要求或者说明（可以不写）", false),
        };
        Ok(ActForm {
            word: act.word(),
            label: act.label(),
            body: act.has_body() && !sealed,
            to_centre: act.has_body(),
            due: act.has_due(),
            result: act.has_result(),
            text,
            must,
            id: Hash(intake_wire::random()?).to_string(),
        })
    };
    DistrictAct::ALL.iter().map(form).collect()
}

pub(super) fn results() -> Vec<(&'static str, &'static str)> {
    ReviewResult::ALL.iter().map(|one| (one.word(), one.label())).collect()
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    id: String,
    act: String,
    body: String,
    to_centre: String,
    due: String,
    result: String,
    text: String,
}

pub(super) async fn act(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Path(number): Path<String>,
    Checked(told): Checked<Told>,
) -> Result<Response> {
    who.at_least(Role::Officer)?;
    let unreadable = || Error::Request("an act that no form of ours says".into());
    let Hash(id) = Hash::try_from(told.id).map_err(|_| unreadable())?;
    let [id, _] = *id.as_chunks::<16>().0 else { return Err(unreadable()) };
    let act = DistrictAct::from_word(&told.act).ok_or_else(unreadable)?;
    let due = Some(told.due).filter(|day| !day.is_empty());
    let asked = Asked {
        id,
        told: ActTold {
            act,
            on: district.today(),
            due: due.map(|day| day.parse()).transpose().map_err(|_| unreadable())?,
            result: ReviewResult::from_word(&told.result),
            to_centre: !told.to_centre.is_empty(),
        },
        words: ActWords { body: told.body, text: told.text.replace("\r\n", "\n") },
    };
    district.act(&who.person, &number, asked).await?;
    Ok(Redirect::to(&format!("/matters/{number}#acts")).into_response())
}
