//! Figures for the one who runs a district, as Prometheus reads them: counts of the service's work, nothing about people,
//! matters or single desks.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::db::backups::{self, Mark};
use crate::{District, Error, Result};

/// The requests that are counted by name; any other is `other`.
const PATHS: [&str; 27] = [
    "/v1/enrol",
    "/v1/heads",
    "/v1/down",
    "/v1/own",
    "/v1/blobs",
    "/v1/blob",
    "/v1/piece",
    "/v1/pages",
    "/v1/health",
    "/v1/openapi.json",
    "/",
    "/style.css",
    "/sign-in",
    "/sign-out",
    "/desks",
    "/desks/code",
    "/desks/retire",
    "/desks/reinstate",
    "/desks/lost",
    "/days",
    "/matters",
    "/matters/person",
    "/aside",
    "/aside/again",
    "/counts",
    "/acts",
    "/visit",
];
/// Each of them with a number behind it, which is not counted.
const MATTER: &str = "/matters/";

type Labelled<const N: usize> = [(&'static str, String); N];

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Labelled<2>, Counter>,
    seconds: Family<Labelled<1>, Histogram>,
    entries: Family<Labelled<1>, Counter>,
    verdicts: Family<Labelled<1>, Counter>,
    connections: Family<Labelled<1>, Gauge>,
    database_up: Gauge,
    backup_marked: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.001, 4.0, 9));
        let mut metrics = Self {
            registry: Registry::with_prefix("intake"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            entries: Family::default(),
            verdicts: Family::default(),
            connections: Family::default(),
            database_up: Gauge::default(),
            backup_marked: Gauge::default(),
        };
        let to = &mut metrics.registry;
        to.register("requests", "Requests answered, by path and status", metrics.requests.clone());
        to.register_with_unit("request", "Time to answer", Unit::Seconds, metrics.seconds.clone());
        to.register("entries", "Entries that arrived: new, had before, contradicting", metrics.entries.clone());
        to.register("verdicts", "What became of entries when they were applied", metrics.verdicts.clone());
        to.register("database_connections", "Connections to PostgreSQL by state", metrics.connections.clone());
        to.register("database_up", "Whether PostgreSQL answers", metrics.database_up.clone());
        let text = "When a test-restored backup was marked last, since 1970; 0 before the first";
        to.register_with_unit("backup_marked_timestamp", text, Unit::Seconds, metrics.backup_marked.clone());
        metrics
    }

    /// A request was answered.
    pub(crate) fn answered(&self, path: &'static str, status: u16, time: Duration) {
        self.requests.get_or_create(&[("path", path.to_owned()), ("status", status.to_string())]).inc();
        self.seconds.get_or_create(&[("path", path.to_owned())]).observe(time.as_secs_f64());
    }

    /// Entries of a block that arrived.
    pub(crate) fn arrived(&self, kind: &'static str, count: usize) {
        self.entries.get_or_create(&[("arrived", kind.to_owned())]).inc_by(count as u64);
    }

    /// An entry was applied, or could not be.
    pub(crate) fn decided(&self, verdict: &'static str) {
        self.verdicts.get_or_create(&[("verdict", verdict.to_owned())]).inc();
    }
}

/// The path as it is counted: only names that are known, whatever somebody asks for.
pub(crate) fn counted(path: &str) -> &'static str {
    let known = PATHS.into_iter().find(|known| *known == path);
    known.or(path.starts_with(MATTER).then_some(MATTER)).unwrap_or("other")
}

/// `/metrics` and `/health`, for a listener of this machine alone.
pub(crate) fn router(district: Arc<District>) -> Router {
    Router::new().route("/metrics", get(figures)).route("/health", get(health)).with_state(district)
}

async fn figures(State(district): State<Arc<District>>) -> Result<impl IntoResponse> {
    let text = district.figures().await?;
    Ok(([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text))
}

async fn health(State(district): State<Arc<District>>) -> StatusCode {
    if district.is_well().await.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

impl District {
    /// Whether the database answers.
    pub(crate) async fn is_well(&self) -> Result<()> {
        self.pool.get().await?.execute("SELECT 1", &[]).await?;
        Ok(())
    }

    async fn last_marked(&self) -> Result<Option<Mark>> {
        backups::last(&self.pool.get().await?).await
    }

    async fn figures(&self) -> Result<String> {
        let marked = self.last_marked().await;
        self.metrics.database_up.set(i64::from(marked.is_ok()));
        if let Ok(marked) = marked {
            self.metrics.backup_marked.set(marked.map_or(0, |mark| mark.marked_ms / 1000));
        }
        let pool = self.pool.status();
        let in_use = pool.size.saturating_sub(pool.available);
        for (state, count) in [("idle", pool.available), ("used", in_use), ("waited_for", pool.waiting)] {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.metrics.connections.get_or_create(&[("state", state.to_owned())]).set(count);
        }
        let mut text = String::new();
        encode(&mut text, &self.metrics.registry).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(text)
    }
}
