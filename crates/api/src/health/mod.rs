//! `GET /api/v1/health`: whether the store takes a write and gives a read.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_store::Upkeep;
use tokio::sync::Mutex;

use crate::ApiState;
use crate::answer;
use crate::problem::Problem;

/// The store is tried at most this often, however many ask: anybody may, without a key.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// When the store was tried last, and why it failed then, if it did.
#[derive(Debug, Default)]
pub(crate) struct LastProbe(Mutex<Option<(Duration, Result<(), String>)>>);

/// Says whether Klingel works: its store took a write and gave a read within the last second.
#[utoipa::path(
    get,
    path = "/api/v1/health",
    operation_id = "v1.health.get",
    tag = "Health",
    responses((status = 204, description = "It works"), (status = 503, description = "Its store does not"))
)]
pub(crate) async fn get(State(api): State<ApiState>) -> Result<Response, Problem> {
    let world = api.engine().world();
    // Held over the probe, so that many who ask at once cause a single one.
    let mut last = api.inner.health.0.lock().await;
    let now = world.clock.monotonic();
    let known = last.as_ref().filter(|(at, _)| now.saturating_sub(*at) < PROBE_EVERY);
    let outcome = if let Some((_, outcome)) = known {
        outcome.clone()
    } else {
        let probed = Upkeep::probe(&*world.store, world.clock.now()).await.map_err(|why| why.to_string());
        *last = Some((now, probed.clone()));
        probed
    };
    match outcome {
        Ok(()) => Ok(answer::no_content()),
        Err(why) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unhealthy",
            format!("the store failed its test: {why}"),
        )),
    }
}

/// Says only that the process answers.
pub(crate) async fn ping() -> Response {
    answer::no_content()
}
