//! Signing in and out.

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::form::{Checked, Guest, SignedIn, begin_session, end_session};
use super::page;
use crate::{District, Result};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    district: &'a str,
    token: &'a str,
    refused: bool,
}

pub(super) async fn show(State(district): State<Arc<District>>, guest: Guest) -> Result<Response> {
    let shown = SignInPage { district: &district.config.name, token: &guest.form_token, refused: false };
    guest.with_cookie(page(&shown)?)
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    name: String,
    password: String,
}

pub(super) async fn sign_in(
    State(district): State<Arc<District>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    guest: Guest,
    Checked(typed): Checked<SignIn>,
) -> Result<Response> {
    let Some(token) = district.sign_in(&typed.name, &typed.password, from.ip()).await? else {
        let shown = SignInPage { district: &district.config.name, token: &guest.form_token, refused: true };
        return page(&shown);
    };
    let mut answer = Redirect::to("/desks").into_response();
    begin_session(&mut answer, &token)?;
    Ok(answer)
}

/// A form without fields.
#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn sign_out(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Checked(Nothing {}): Checked<Nothing>,
) -> Result<Response> {
    district.sign_out(&who.person, &who.token).await?;
    let mut answer = Redirect::to("/sign-in").into_response();
    end_session(&mut answer)?;
    Ok(answer)
}
