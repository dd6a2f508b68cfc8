//! `PATCH /api/v1/app/{app_id}/endpoint/{endpoint_id}/headers`

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

/// Changes of an endpoint's own headers.
#[derive(Debug, ToSchema)]
pub(crate) struct EndpointHeadersPatchIn {
    /// Name to value; null takes the header away. Names are refused as in `PUT`.
    headers: BTreeMap<String, Option<String>>,
}

/// Changes the headers of an endpoint that the body names; the others stay.
#[utoipa::path(
    patch,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers",
    operation_id = "v1.endpoint.patch-headers",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "Its id or uid"),
    ),
    request_body = EndpointHeadersPatchIn,
    responses((status = 204, description = "They hold from the next attempt on"))
)]
pub(crate) async fn headers_patch(
    State(api): State<ApiState>,
    InPath((app, endpoint)): InPath<(String, String)>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let limits = &api.engine().settings().limits;
    let mut fields = Fields::of(&request.body)?;
    let headers = fields.required("headers", header_rules::headers(limits, true));
    let wanted = fields.finish(headers.map(|headers| EndpointHeadersPatchIn { headers }))?;
    let application = find::application(&api, request.caller.environment_id, &app).await?;
    change(&api, &application, &endpoint, None, |endpoint| {
        for (name, value) in &wanted.headers {
            match value {
                Some(value) => endpoint.headers.insert(name.clone(), value.clone()),
                None => endpoint.headers.remove(name),
            };
        }
        let headers_max = limits.endpoint_headers_max;
        if endpoint.headers.len() > headers_max {
            let msg =
                format!("the endpoint would have more than {headers_max} headers (endpoint_headers_max)");
            return Err(Problem::field(&["body", "headers"], "value_error", msg));
        }
        Ok(())
    })
    .await?;
    Ok(answer::no_content())
}
