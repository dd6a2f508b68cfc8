//! `GET /api/v1/app/{app_id}/endpoint/{endpoint_id}/secret`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Manage};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// What a receiver needs to verify signatures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndpointSecretOut {
    /// The current secret; of a key pair, the public half (`whpk_…`).
    key: String,
}

/// Gives the current secret of an endpoint, as its receiver needs it. Errors: 404 when the endpoint has none, as its
/// application's dialect signs nothing.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret",
    operation_id = "v1.endpoint.get-secret",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "Its id or uid"),
    ),
    responses((status = 200, description = "The secret", body = EndpointSecretOut))
)]
pub(crate) async fn secret_get(
    State(api): State<ApiState>,
    caller: Caller<Manage>,
    InPath((app, endpoint)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let (_, endpoint) = find::app_and_endpoint(&api, caller.environment_id, &app, &endpoint).await?;
    let Some(secret) = endpoint.secrets.first() else {
        return Err(Problem::not_found("secret: this endpoint's messages are not signed"));
    };
    Ok(answer::json(StatusCode::OK, &EndpointSecretOut { key: secret.key.for_receiver() }))
}
