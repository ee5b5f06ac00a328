//! Who a request is from, and whether its form is one that this browser was given.
//!
//! A form carries a token made from the browser's own secret cookie: the session's, or before there is one a cookie for
//! forms alone. Another site knows neither.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Form, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use intake_wire::{Hash, sha256};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use crate::staff::{Person, Role, Token};
use crate::{District, Error, Result};

/// `__Host-`: only this host sets them, over TLS, for all its paths.
const SESSION: &str = "__Host-intake";
const FORM: &str = "__Host-intake-form";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// One who is signed in; anybody else is sent to the sign-in.
pub(super) struct SignedIn {
    pub(super) person: Person,
    pub(super) token: Token,
}

impl SignedIn {
    pub(super) fn at_least(&self, role: Role) -> Result<&Person> {
        self.person.at_least(role)?;
        Ok(&self.person)
    }

    /// What this browser's forms carry.
    pub(super) fn form_token(&self) -> String {
        form_token(&self.token)
    }
}

impl FromRequestParts<Arc<District>> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, district: &Arc<District>) -> std::result::Result<Self, Response> {
        let Some(token) = secret(&parts.headers, SESSION) else { return Err(to_sign_in()) };
        match district.person(&token).await {
            Ok(Some(person)) => Ok(Self { person, token }),
            Ok(None) => Err(to_sign_in()),
            Err(error) => Err(error.into_response()),
        }
    }
}

fn to_sign_in() -> Response {
    Redirect::to("/sign-in").into_response()
}

/// Anybody's browser: the token for its forms, and its cookie where it has none yet.
pub(super) struct Guest {
    pub(super) form_token: String,
    fresh: Option<Token>,
}

impl Guest {
    /// Gives the browser its cookie with a page.
    pub(super) fn with_cookie(&self, mut page: Response) -> Result<Response> {
        if let Some(token) = &self.fresh {
            set_cookie(&mut page, FORM, &Hash(*token).to_string(), None)?;
        }
        Ok(page)
    }
}

impl FromRequestParts<Arc<District>> for Guest {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<District>) -> Result<Self> {
        if let Some(known) = form_secret(&parts.headers) {
            return Ok(Self { form_token: form_token(&known), fresh: None });
        }
        let token = intake_wire::random()?;
        Ok(Self { form_token: form_token(&token), fresh: Some(token) })
    }
}

/// A form that this browser was given.
pub(super) struct Checked<T>(pub(super) T);

#[derive(Deserialize)]
struct Given {
    #[serde(default)]
    token: String,
}

impl<T: DeserializeOwned> FromRequest<Arc<District>> for Checked<T> {
    type Rejection = Error;

    async fn from_request(request: Request, district: &Arc<District>) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let secret = form_secret(&parts.headers).ok_or(Error::FormExpired)?;
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(whole, district).await.map_err(unreadable)?;
        let given: Given = fields(&parts, &bytes).await?;
        given_to(&secret, &given.token)?;
        fields(&parts, &bytes).await.map(Self)
    }
}

/// The one file of a form that this browser was given. Empty where none was chosen.
pub(super) struct CheckedFile {
    /// As the browser names it.
    pub(super) name: String,
    pub(super) bytes: Bytes,
}

impl FromRequest<Arc<District>> for CheckedFile {
    type Rejection = Error;

    async fn from_request(request: Request, district: &Arc<District>) -> Result<Self> {
        let secret = form_secret(request.headers()).ok_or(Error::FormExpired)?;
        let mut fields = Multipart::from_request(request, district).await.map_err(unreadable)?;
        let (mut token, mut file) = (String::new(), Self { name: String::new(), bytes: Bytes::new() });
        while let Some(field) = fields.next_field().await.map_err(unreadable)? {
            match field.name() {
                Some("token") => token = field.text().await.map_err(unreadable)?,
                Some("file") => {
                    let name = field.file_name().unwrap_or_default().to_owned();
                    file = Self { name, bytes: field.bytes().await.map_err(unreadable)? };
                }
                _ => {}
            }
        }
        given_to(&secret, &token)?;
        Ok(file)
    }
}

fn given_to(secret: &Token, token: &str) -> Result<()> {
    if bool::from(token.as_bytes().ct_eq(form_token(secret).as_bytes())) { Ok(()) } else { Err(Error::FormExpired) }
}

async fn fields<T: DeserializeOwned>(parts: &Parts, bytes: &Bytes) -> Result<T> {
    let request = Request::from_parts(parts.clone(), bytes.clone().into());
    let Form(fields) = Form::from_request(request, &()).await.map_err(unreadable)?;
    Ok(fields)
}

/// What was typed is not told to the log: only what kind of form it is not.
fn unreadable<E>(_: E) -> Error {
    Error::Request("a form that does not read".into())
}

/// Makes the browser a person's.
pub(super) fn begin_session(answer: &mut Response, token: &Token) -> Result<()> {
    set_cookie(answer, SESSION, &Hash(*token).to_string(), None)
}

/// Makes it anybody's again.
pub(super) fn end_session(answer: &mut Response) -> Result<()> {
    set_cookie(answer, SESSION, "", Some(0))
}

fn set_cookie(answer: &mut Response, name: &str, value: &str, max_age: Option<u32>) -> Result<()> {
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let cookie = HeaderValue::from_str(&format!("{name}={value}; {ATTRIBUTES}{age}"));
    let cookie = cookie.map_err(|error| Error::Internal(error.to_string()))?;
    answer.headers_mut().append(SET_COOKIE, cookie);
    Ok(())
}

fn form_token(secret: &Token) -> String {
    sha256(&[b"intake form 1\0", secret]).to_string()
}

fn form_secret(headers: &HeaderMap) -> Option<Token> {
    secret(headers, SESSION).or_else(|| secret(headers, FORM))
}

/// The 32 bytes of a cookie, where it holds them.
fn secret(headers: &HeaderMap, name: &str) -> Option<Token> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let value = lines.flat_map(|line| line.split(';')).find_map(|one| {
        let (told, value) = one.trim().split_once('=')?;
        (told == name).then_some(value)
    })?;
    Hash::try_from(value.to_owned()).ok().map(|hash| hash.0)
}
