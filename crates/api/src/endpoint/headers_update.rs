//! `PUT /api/v1/app/{app_id}/endpoint/{endpoint_id}/headers`

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use utoipa::ToSchema;

use super::change;
use super::header_rules;
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::fields::Fields;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// An endpoint's own headers, all of them.
#[derive(Debug, ToSchema)]
pub(crate) struct EndpointHeadersIn {
    /// Name to value. Refused are names that Klingel itself writes: `host`, `connection`, `keep-alive`, `te`,
    /// `trailer`, `transfer-encoding`, `upgrade`, `expect`, `content-length`, `content-type`, `content-encoding`,
    /// `date`, `user-agent`, and those that begin with `proxy-`, `webhook-`, `svix-` or `klingel-`.
    headers: BTreeMap<String, String>,
}

/// Puts these headers in the place of an endpoint's own.
#[utoipa::path(
    put,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers",
    operation_id = "v1.endpoint.update-headers",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "Its id or uid"),
    ),
    request_body = EndpointHeadersIn,
    responses((status = 204, description = "They hold from the next attempt on"))
)]
pub(crate) async fn headers_update(
    State(api): State<ApiState>,
    InPath((app, endpoint)): InPath<(String, String)>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let mut fields = Fields::of(&request.body)?;
    let headers = fields.required("headers", header_rules::headers(&api.engine().settings().limits, false));
    let headers = headers.map(|named| named.into_iter().filter_map(|(name, value)| Some((name, value?))));
    let wanted = fields.finish(headers.map(|headers| EndpointHeadersIn { headers: headers.collect() }))?;
    let application = find::application(&api, request.caller.environment_id, &app).await?;
    change(&api, &application, &endpoint, None, |endpoint| {
        endpoint.headers.clone_from(&wanted.headers);
        Ok(())
    })
    .await?;
    Ok(answer::no_content())
}
