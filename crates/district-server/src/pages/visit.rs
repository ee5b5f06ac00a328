//! The visitor's page: how a matter stands, by the number and the code of the slip.

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use chrono::NaiveDate;
use intake_model::Stage;
use serde::Deserialize;

use super::form::{Checked, Guest};
use super::page;
use crate::query::{Answer, State as Stands};
use crate::{District, Result};

#[derive(Template)]
#[template(path = "visit.html")]
struct VisitPage<'a> {
    district: &'a str,
    token: &'a str,
    /// Number and code do not go together.
    refused: bool,
    answer: Option<Shown>,
}

struct Shown {
    number: String,
    state: &'static str,
    registered_on: Option<NaiveDate>,
    due: Option<NaiveDate>,
    steps: Vec<(String, NaiveDate)>,
    notices: Vec<(&'static str, NaiveDate)>,
    acts: Vec<(&'static str, NaiveDate)>,
    open: bool,
    office: String,
    phone: String,
    address: String,
}

impl From<Answer> for Shown {
    fn from(answer: Answer) -> Self {
        let shown = Self {
            number: answer.number,
            state: "已登记",
            registered_on: None,
            due: None,
            steps: Vec::new(),
            notices: Vec::new(),
            acts: Vec::new(),
            open: false,
            office: answer.office.name,
            phone: answer.office.phone,
            address: answer.office.address,
        };
        match answer.state {
            Stands::Sealed => shown,
            Stands::Open(open) => Self {
                state: match (open.stage, open.notices.is_empty()) {
                    (Stage::Void, _) => "登记已作废",
                    (Stage::Accepted, _) => "已受理，正在办理",
                    (Stage::InHand, _) => "已交承办，正在办理",
                    (Stage::Replied, _) => "已答复",
                    (Stage::Closed, _) => "已办结",
                    (Stage::Registered, true) => "已登记，正在办理",
                    (Stage::Registered, false) => "已登记，已出具文书",
                },
                registered_on: Some(open.registered_on),
                due: open.due,
                steps: open.steps,
                notices: open.notices,
                acts: open.acts,
                open: true,
                ..shown
            },
        }
    }
}

pub(super) async fn show(State(district): State<Arc<District>>, guest: Guest) -> Result<Response> {
    let (district, token) = (&district.config.name, &guest.form_token);
    guest.with_cookie(page(&VisitPage { district, token, refused: false, answer: None })?)
}

#[derive(Deserialize)]
pub(super) struct Asked {
    number: String,
    code: String,
}

pub(super) async fn ask(
    State(district): State<Arc<District>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    guest: Guest,
    Checked(asked): Checked<Asked>,
) -> Result<Response> {
    let answer = district.query(&asked.number, &asked.code, from.ip()).await?;
    let (district, token) = (&district.config.name, &guest.form_token);
    page(&VisitPage { district, token, refused: answer.is_none(), answer: answer.map(Shown::from) })
}
