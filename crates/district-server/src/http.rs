//! HTTP: extract, call one function, answer. Every answer says `intake-district: 1`, and every request is bounded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use intake_wire::{
    BlobRequest, BlobsRequest, DeskCertificate, DownRequest, EnrolRequest, Heads, OwnRequest, Piece, SignedRequest,
    limits,
};
use tokio::io::AsyncReadExt as _;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::io::StreamReader;

use crate::desk::Way;
use crate::{District, Error, Result, metrics, pages};

/// Bytes of a request that is not a page.
const REQUEST_BYTES: usize = 256 << 10;
/// Bytes of a request that brings a piece of a file.
const PIECE_BYTES: usize = limits::PIECE_BYTES + limits::PIECE_AROUND;
/// Bytes of a form that a person fills in.
const FORM_BYTES: usize = 16 << 10;
/// How long a page may take: a slow line gets it in parts.
const PAGE_TIME: Duration = Duration::from_mins(10);

/// The district's routes.
pub(crate) fn router(district: Arc<District>) -> Router {
    let places = Arc::new(Semaphore::new(district.config.max_requests));
    let patience = district.config.patience;
    let short = Router::new()
        .route("/v1/enrol", post(enrol))
        .route("/v1/heads", post(heads))
        .route("/v1/down", post(down))
        .route("/v1/own", post(own))
        .route("/v1/blobs", post(missing_blobs))
        .route("/v1/blob", post(give_back))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES))
        .layer(from_fn(move |request, next| limited(patience, request, next)));
    let blocks = Router::new()
        .route("/v1/pages", post(receive_page))
        .route("/v1/piece", post(receive_piece))
        .layer(from_fn(|request, next| limited(PAGE_TIME, request, next)));
    let people = pages::router()
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(from_fn(move |request, next| limited(patience, request, next)));
    Router::new()
        .merge(short)
        .merge(blocks)
        .merge(people)
        .layer(from_fn_with_state(places, placed))
        .route("/v1/health", get(health))
        .route("/v1/openapi.json", get(openapi))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(from_fn_with_state(Arc::clone(&district), rated))
        .layer(from_fn(pages::dressed))
        .layer(from_fn_with_state(Arc::clone(&district), told))
        .with_state(district)
}

async fn health(State(district): State<Arc<District>>) -> Result<Response> {
    district.is_well().await?;
    Ok(Json(serde_json::json!({ "version": intake_wire::VERSION })).into_response())
}

/// What is asked and answered here, for other programs (`OpenAPI` 3.1).
async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], include_str!("openapi.json"))
}

async fn enrol(State(district): State<Arc<District>>, body: Bytes) -> Result<Response> {
    let request: EnrolRequest = intake_wire::decode(&body)?;
    cbor(&district.enrol(&request).await?)
}

/// What a desk asks, once it has proven who it is.
async fn asked<T: for<'b> minicbor::Decode<'b, ()>>(
    district: &District,
    path: &str,
    body: &[u8],
) -> Result<(DeskCertificate, T)> {
    let (certificate, asked) = SignedRequest::open(path, body)?;
    district.admit(&certificate, Way::Line).await?;
    Ok((certificate, asked))
}

async fn heads(State(district): State<Arc<District>>, body: Bytes) -> Result<Response> {
    let (certificate, asked) = asked::<Heads>(&district, "/v1/heads", &body).await?;
    cbor(&district.heads(&certificate, &asked).await?)
}

async fn down(State(district): State<Arc<District>>, body: Bytes) -> Result<Response> {
    let (certificate, asked) = asked::<DownRequest>(&district, "/v1/down", &body).await?;
    let page = district.down(&certificate, &asked).await?;
    Ok(([(CONTENT_TYPE, "application/zstd")], page).into_response())
}

async fn own(State(district): State<Arc<District>>, body: Bytes) -> Result<Response> {
    let (certificate, asked) = asked::<OwnRequest>(&district, "/v1/own", &body).await?;
    let page = district.own(&certificate, &asked).await?;
    Ok(([(CONTENT_TYPE, "application/zstd")], page).into_response())
}

async fn receive_page(State(district): State<Arc<District>>, body: Body) -> Result<Response> {
    let (_, answer) = district.take_page(http_limit(body, limits::PAGE_BYTES)).await?;
    cbor(&answer)
}

async fn missing_blobs(State(district): State<Arc<District>>, body: Bytes) -> Result<Response> {
    let (certificate, asked) = asked::<BlobsRequest>(&district, "/v1/blobs", &body).await?;
    cbor(&district.missing_blobs(&certificate, &asked).await?)
}

async fn give_back(State(district): State<Arc<District>>, body: Bytes) -> Result<Response> {
    let (certificate, asked) = asked::<BlobRequest>(&district, "/v1/blob", &body).await?;
    cbor(&district.give_back(&certificate, &asked).await?)
}

/// A slow line brings a piece in parts, as it does a page: it may take its time as long as something comes.
async fn receive_piece(State(district): State<Arc<District>>, body: Body) -> Result<Response> {
    let (mut body, mut whole) = (http_limit(body, PIECE_BYTES), Vec::with_capacity(PIECE_BYTES));
    loop {
        let read = timeout(district.config.patience, body.read_buf(&mut whole)).await.map_err(|_| Error::Slow)?;
        if read.map_err(|error| Error::Request(format!("the piece broke off: {}", error.kind())))? == 0 {
            break;
        }
    }
    let (certificate, piece) = asked::<Piece>(&district, "/v1/piece", &whole).await?;
    cbor(&district.take_piece(&certificate, &piece).await?)
}

/// The body as bytes, refused where it passes the limit.
fn http_limit(body: Body, most: usize) -> impl tokio::io::AsyncRead + Unpin {
    use axum::body::HttpBody as _;
    let (mut body, mut left) = (body, most);
    let pieces = futures_util::stream::poll_fn(move |context| {
        loop {
            let frame = std::task::ready!(std::pin::Pin::new(&mut body).poll_frame(context));
            return std::task::Poll::Ready(match frame {
                None => None,
                Some(Err(error)) => Some(Err(std::io::Error::other(error))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if data.len() > left => Some(Err(std::io::Error::other("over the limit"))),
                    Ok(data) => {
                        left -= data.len();
                        Some(Ok(data))
                    }
                    Err(_) => continue,
                },
            });
        }
    });
    StreamReader::new(pieces)
}

fn cbor<T: minicbor::Encode<()>>(answer: &T) -> Result<Response> {
    let bytes = intake_wire::encode(answer).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/cbor")], bytes).into_response())
}

async fn limited(time: Duration, request: Request, next: Next) -> Response {
    timeout(time, next.run(request)).await.unwrap_or_else(|_| Error::Slow.into_response())
}

async fn placed(State(places): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match places.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => Error::Busy.into_response(),
    }
}

/// Before anything of a request is read.
async fn rated(
    State(district): State<Arc<District>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match district.rates.address(from.ip()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Marks the answer as a district's, counts it, and writes its line in the log. What was asked and answered is not in it.
async fn told(
    State(district): State<Arc<District>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let (path, began) = (metrics::counted(request.uri().path()), Instant::now());
    let mut answer = next.run(request).await;
    answer.headers_mut().insert("intake-district", HeaderValue::from_static("1"));
    let (status, time) = (answer.status().as_u16(), began.elapsed());
    district.metrics.answered(path, status, time);
    tracing::info!(path, status, millis = time.as_millis(), address = %from.ip(), "answered");
    answer
}
