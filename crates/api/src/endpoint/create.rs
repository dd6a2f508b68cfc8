//! `POST /api/v1/app/{app_id}/endpoint`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_engine::deliver::Dialect;
use klingel_model::{SecretKey, SigningSecret};
use klingel_store::Answer;

use super::choice;
use super::get::EndpointOut;
use super::wire::EndpointIn;
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Makes an endpoint. Without a `secret` it gets a new one, as its application's dialect makes them.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/endpoint",
    operation_id = "v1.endpoint.create",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("idempotency-key" = Option<String>, Header, description = "The same key: done once, answered alike for 24 h"),
    ),
    request_body = EndpointIn,
    responses((status = 201, description = "It was made", body = EndpointOut))
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    InPath(app): InPath<String>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let EndpointIn { mut rest, secret } = EndpointIn::read(&request.body, &api.engine().settings().limits)?;
    let application = find::application(&api, request.caller.environment_id, &app).await?;
    let dialect = super::dialect(&api, &application)?;
    rest.settings = choice::fitted(dialect, rest.settings)?;
    let key = match secret {
        Some(text) => Some(parsed_key(dialect, &text, "secret")?),
        None => dialect.new_secret(&*api.engine().world().dice),
    };
    let secret = key.map(|key| SigningSecret { key, expires_at: None });
    let endpoint = rest.into_new(&api, application.id, secret);
    let fresh = Answer {
        status: StatusCode::CREATED.as_u16(),
        body: answer::text(&EndpointOut::from(endpoint.clone())),
    };
    let written = super::add(&api, endpoint, request.once_with(&fresh)).await?;
    Ok(answer::written(written, fresh))
}

/// Reads a secret that the owner chose. The text is not repeated in the error.
pub(crate) fn parsed_key(dialect: &dyn Dialect, text: &str, field: &str) -> Result<SecretKey, Problem> {
    dialect.parse_secret(text).map_err(|why| Problem::field(&["body", field], "value_error.secret", why.0))
}
