//! `POST /api/v1/auth/app-portal-access/{app_id}`

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_engine::link::{CUSTOMER_ACCESS_S, CUSTOMER_ACCESS_S_MAX, CUSTOMER_ACCESS_S_MIN, Wanted};
use klingel_model::PassScope;
use serde::Serialize;
use utoipa::ToSchema;

use super::make;
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::fields::Fields;
use crate::find::{self, InPath};
use crate::problem::Problem;
use crate::rules;

/// The holder in the audit log.
const HOLDER: &str = "app-portal-access";

/// How a customer is let in.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct AppPortalAccessIn {
    /// When access ends, in seconds from now: the link opens nothing from then on, and the session that it opened ends.
    #[schema(required = false, default = 604_800, minimum = 60, maximum = 604_800)]
    expiry: u32,
    /// Whether nothing may be changed.
    #[schema(required = false, default = false)]
    read_only: bool,
}

impl AppPortalAccessIn {
    fn read(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::of_optional(body)?;
        let bounds = CUSTOMER_ACCESS_S_MIN..=CUSTOMER_ACCESS_S_MAX;
        let expiry = fields.optional("expiry", rules::integer(bounds));
        let read_only = fields.optional("readOnly", rules::flag);
        fields.finish(Some(Self {
            expiry: expiry.unwrap_or(CUSTOMER_ACCESS_S),
            read_only: read_only.unwrap_or(false),
        }))
    }
}

/// A way into the portal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppPortalAccessOut {
    /// Opens the portal of this one application, once. Send the customer there, or show it in a frame.
    url: String,
    /// The link's secret, as it stands at the end of `url`. It is no key to this API.
    token: String,
}

/// Makes a link to the portal of one application: its customer sees and edits his own endpoints there, and nothing else.
///
/// The link can be opened once, within `expiry`. A request that is repeated with the same idempotency key gets a link
/// of its own: the first one's secret is not kept anywhere, so it cannot be given again.
#[utoipa::path(
    post,
    path = "/api/v1/auth/app-portal-access/{app_id}",
    operation_id = "v1.authentication.app-portal-access",
    tag = "Authentication",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("idempotency-key" = Option<String>, Header, description = "The same key with another body is refused"),
    ),
    request_body = AppPortalAccessIn,
    responses((status = 200, description = "A link that opens the portal", body = AppPortalAccessOut))
)]
pub(crate) async fn create(
    State(api): State<ApiState>,
    InPath(app): InPath<String>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let access = AppPortalAccessIn::read(&request.body)?;
    let environment_id = request.caller.environment_id;
    let application = find::application(&api, environment_id, &app).await?;
    let wanted = Wanted {
        environment_id,
        scope: PassScope::Application(application.id),
        holder: HOLDER.to_owned(),
        read_only: access.read_only,
        valid_for: Duration::from_secs(access.expiry.into()),
    };
    let made = make(&api, request.once, wanted).await?;
    Ok(answer::json(StatusCode::OK, &AppPortalAccessOut { url: made.url, token: made.token }))
}
