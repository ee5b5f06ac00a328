//! What people see of the district, as pages made here: forms and links, no script. Handlers extract, call one function, answer.
//!
//! Every page is for one browser at one moment: nothing is cached, framed or told to another site. Deliberately absent: any
//! rule of who may see what of a matter (`lookup`, `visit`), and every word of a sealed one.

mod acts;
mod aside;
mod clerks;
mod counts;
mod days;
mod desks;
mod files;
mod form;
mod matter_acts;
mod matters;
mod sign_in;
mod tables;
mod visit;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::error::Told;
use crate::staff::Role;
use crate::{District, Error, Result};
use form::SignedIn;

/// For every answer beside the desks' own. Pages hold no script, and nothing from anywhere else.
const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

const STYLE: &str = include_str!("../assets/style.css");

/// The pages' routes.
pub(crate) fn router() -> Router<Arc<District>> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/desks") }))
        .route("/style.css", get(style))
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/desks", get(desks::show))
        .route("/desks/code", post(desks::code))
        .route("/desks/retire", post(desks::retire))
        .route("/desks/reinstate", post(desks::reinstate))
        .route("/desks/lost", post(desks::lost))
        .route("/desks/{centre}/{desk}/clerks", get(clerks::show).post(clerks::left))
        .route("/days", get(days::show))
        .route("/matters", get(matters::list))
        .route("/matters/person", get(matters::ask_person).post(matters::person))
        .route("/matters/{number}", get(matters::one))
        .route("/matters/{number}/act", post(matter_acts::act))
        .route("/matters/{number}/files/{blob}", get(files::take))
        .route("/aside", get(aside::show))
        .route("/aside/again", post(aside::again))
        .route("/counts", get(counts::show))
        .route("/tables", get(tables::show))
        .route("/tables/look", post(tables::look).layer(DefaultBodyLimit::max(tables::FORM_BYTES)))
        .route("/tables/publish", post(tables::publish).layer(DefaultBodyLimit::max(tables::FORM_BYTES)))
        .route("/acts", get(acts::show))
        .route("/visit", get(visit::show).post(visit::ask))
}

async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// Puts the headers on, and a page in the place of a bare refusal.
pub(crate) async fn dressed(request: Request, next: Next) -> Response {
    let for_desks = request.uri().path().starts_with("/v1/");
    let answer = next.run(request).await;
    if for_desks {
        return answer;
    }
    let mut answer =
        if answer.status().is_success() || answer.status().is_redirection() { answer } else { refused(answer) };
    let headers = answer.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

#[derive(Template)]
#[template(path = "error.html")]
struct Refusal {
    sentence: String,
    reference: String,
}

fn refused(answer: Response) -> Response {
    let told = answer.extensions().get::<Told>().cloned();
    let told = told.unwrap_or_else(|| Told { sentence: bare(answer.status()).into(), reference: String::new() });
    let page = Refusal { sentence: told.sentence, reference: told.reference };
    let Ok(html) = page.render() else { return answer };
    let (mut parts, _) = answer.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Response::from_parts(parts, html.into())
}

/// The sentence for a refusal that says nothing itself.
fn bare(status: StatusCode) -> &'static str {
    if status == StatusCode::NOT_FOUND {
        "没有这一页，或者没有这个登记号。"
    } else {
        "填的内容看不懂，请返回上一页检查一下。"
    }
}

fn page(template: &impl Template) -> Result<Response> {
    let html = template.render().map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Html(html).into_response())
}

/// What stands around every page of one who is signed in.
pub(crate) struct Frame {
    title: &'static str,
    district: String,
    name: String,
    role: &'static str,
    token: String,
    links: Vec<Link>,
}

struct Link {
    href: &'static str,
    name: &'static str,
    here: bool,
}

/// The main pages, and from which role on.
const LINKS: [(&str, &str, Role); 7] = [
    ("/desks", "登记台", Role::Viewer),
    ("/days", "日结", Role::Viewer),
    ("/matters", "事项", Role::Officer),
    ("/aside", "搁置", Role::Officer),
    ("/counts", "统计", Role::Viewer),
    ("/tables", "表和日历", Role::Administrator),
    ("/acts", "操作记录", Role::Administrator),
];

impl Frame {
    fn new(district: &District, who: &SignedIn, title: &'static str, here: &'static str) -> Self {
        let open = LINKS.into_iter().filter(|(_, _, role)| who.person.role >= *role);
        Self {
            title,
            district: district.config.name.clone(),
            name: who.person.name.clone(),
            role: who.person.role.label(),
            token: who.form_token(),
            links: open.map(|(href, name, _)| Link { href, name, here: href == here }).collect(),
        }
    }
}

/// A place as people call it: 新立街道. Its code where the tables do not know it.
fn centre_name(code: &str) -> String {
    use intake_model::{Catalogue, TableId};
    let whole = format!("{code:0<12}");
    let entry = Catalogue::known().edition(TableId::Place, 1).and_then(|table| table.entry(&whole));
    entry.map_or_else(|| code.to_owned(), |entry| entry.name.clone())
}

/// A moment as people write it, at +08:00.
fn time(at_ms: i64) -> String {
    intake_model::civil_time(at_ms).format("%Y-%m-%d %H:%M").to_string()
}
