//! Replays: sending what was accepted in a span of time to an endpoint again.

pub(crate) mod cancel;
pub(crate) mod count;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod missing;
pub(crate) mod recover;
pub(crate) mod wire;

use axum::response::Response;
use http::StatusCode;
use klingel_model::{AppId, Endpoint, Replay};
use klingel_store::{Answer, Once, Written};

use crate::ApiState;
use crate::answer;
use crate::auth::Publish;
use crate::body::Submitted;
use crate::find;
use crate::problem::Problem;
use wire::{ReplayIn, ReplayOut};

/// Begins a replay and answers 202, once for the same idempotency key.
async fn begin(
    api: &ApiState,
    request: Submitted<Publish>,
    (app, endpoint): (String, String),
    wanted: ReplayIn,
) -> Result<Response, Problem> {
    let environment_id = request.caller.environment_id;
    let (_, endpoint) = find::app_and_endpoint(api, environment_id, &app, &endpoint).await?;
    let engine = api.engine();
    if let Some(key) = &request.once
        && let Some(before) = engine.answer_of(key.clone()).await?
    {
        return Ok(answer::written(Written::Replay(before.clone()), before));
    }
    let replay = engine.replay_start(wanted.span(api, &endpoint)).await?;
    let fresh = Answer { status: StatusCode::ACCEPTED.as_u16(), body: answer::text(&ReplayOut::of(&replay)) };
    let written = match request.once {
        Some(key) => engine.keep_answer(Once { key, answer: fresh.clone() }).await?,
        None => Written::Fresh,
    };
    Ok(answer::written(written, fresh))
}

/// The replay that a path names, to this endpoint.
async fn found(api: &ApiState, app_id: AppId, endpoint: &Endpoint, text: &str) -> Result<Replay, Problem> {
    let missing = || Problem::not_found("replay");
    let id = text.parse().map_err(|_| missing())?;
    let replay = api.engine().replay(app_id, id).await?;
    if replay.span.endpoint_id == endpoint.id { Ok(replay) } else { Err(missing()) }
}
