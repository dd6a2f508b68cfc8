//! `GET /api/v1/app/{app_id}/endpoint/{endpoint_id}/headers`

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::header_rules::is_sensitive;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Manage};
use crate::find::{self, InPath};
use crate::problem::Problem;

/// An endpoint's own headers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndpointHeadersOut {
    /// Headers whose values may be shown.
    headers: BTreeMap<String, String>,
    /// Names of headers whose values are not shown again, such as `authorization`.
    sensitive: Vec<String>,
}

/// Gives the headers that an endpoint gets beside those of its dialect. Values that look like credentials are left out.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers",
    operation_id = "v1.endpoint.get-headers",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "Its id or uid"),
    ),
    responses((status = 200, description = "Its headers", body = EndpointHeadersOut))
)]
pub(crate) async fn headers_get(
    State(api): State<ApiState>,
    caller: Caller<Manage>,
    InPath((app, endpoint)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let (_, endpoint) = find::app_and_endpoint(&api, caller.environment_id, &app, &endpoint).await?;
    let mut out = EndpointHeadersOut { headers: BTreeMap::new(), sensitive: Vec::new() };
    for (name, value) in endpoint.headers {
        if is_sensitive(&name) {
            out.sensitive.push(name);
        } else {
            out.headers.insert(name, value);
        }
    }
    Ok(answer::json(StatusCode::OK, &out))
}
