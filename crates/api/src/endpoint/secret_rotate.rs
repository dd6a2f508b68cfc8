//! `POST /api/v1/app/{app_id}/endpoint/{endpoint_id}/secret/rotate`

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::{Endpoint, Micros, SecretKey, SigningSecret};
use klingel_store::Answer;
use utoipa::ToSchema;

use super::change;
use super::create::parsed_key;
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::fields::Fields;
use crate::find::{self, InPath};
use crate::problem::Problem;
use crate::rules;

/// How long old secrets go on signing when the request does not say, in seconds.
const GRACE_DEFAULT_S: u32 = 24 * 60 * 60;
/// Longest such time, in seconds.
const GRACE_MAX_S: u32 = 7 * 24 * 60 * 60;

/// How a secret is to be replaced.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(crate) struct EndpointSecretRotateIn {
    /// The new secret; absent or null: one is made.
    key: Option<String>,
    /// How long the old secrets go on signing beside it, in seconds.
    #[schema(required = false, default = 86400, maximum = 604_800)]
    grace_period_seconds: u32,
}

impl EndpointSecretRotateIn {
    fn read(body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::of_optional(body)?;
        let key = fields.optional("key", rules::string).map(std::borrow::Cow::into_owned);
        let grace = fields.optional("gracePeriodSeconds", rules::integer(0..=GRACE_MAX_S));
        fields.finish(Some(Self { key, grace_period_seconds: grace.unwrap_or(GRACE_DEFAULT_S) }))
    }
}

/// Gives an endpoint a new secret. The old ones sign beside it until their time is over, so that the receiver can
/// change in between. Errors: 409 when too many old ones are still in their time.
#[utoipa::path(
    post,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret/rotate",
    operation_id = "v1.endpoint.rotate-secret",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "Its id or uid"),
        ("idempotency-key" = Option<String>, Header, description = "The same key: done once, answered alike for 24 h"),
    ),
    request_body = EndpointSecretRotateIn,
    responses((status = 204, description = "It has a new secret"))
)]
pub(crate) async fn secret_rotate(
    State(api): State<ApiState>,
    InPath((app, endpoint)): InPath<(String, String)>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let rotation = EndpointSecretRotateIn::read(&request.body)?;
    let application = find::application(&api, request.caller.environment_id, &app).await?;
    let dialect = super::dialect(&api, &application)?;
    let key = match &rotation.key {
        Some(text) => parsed_key(dialect, text, "key")?,
        None => dialect.new_secret(&*api.engine().world().dice).ok_or_else(|| {
            let msg = "is required: the application's dialect makes no secrets of its own";
            Problem::field(&["body", "key"], "value_error.missing", msg)
        })?,
    };
    let now = api.engine().world().clock.now();
    let old_until = now.plus(Duration::from_secs(u64::from(rotation.grace_period_seconds)));
    let secrets_max = api.engine().settings().limits.secrets_max;
    let fresh = Answer { status: StatusCode::NO_CONTENT.as_u16(), body: bytes::Bytes::new() };
    let once = request.once_with(&fresh);
    let (_, written) = change(&api, &application, &endpoint, once, |endpoint| {
        rotate(endpoint, key.clone(), now, old_until, secrets_max)
    })
    .await?;
    Ok(answer::written(written, fresh))
}

fn rotate(
    endpoint: &mut Endpoint,
    key: SecretKey,
    now: Micros,
    old_until: Micros,
    secrets_max: usize,
) -> Result<(), Problem> {
    let mut secrets = vec![SigningSecret { key, expires_at: None }];
    for old in &endpoint.secrets {
        // A secret that was to end sooner still does.
        let expires_at = old.expires_at.map_or(old_until, |end| end.min(old_until));
        if now < expires_at {
            secrets.push(SigningSecret { key: old.key.clone(), expires_at: Some(expires_at) });
        }
    }
    if secrets.len() > secrets_max {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "limit_reached",
            format!(
                "{} older secrets still sign, and secrets_max = {secrets_max}; wait until one has expired, \
                 or end them now with gracePeriodSeconds = 0",
                secrets.len() - 1
            ),
        ));
    }
    endpoint.secrets = secrets;
    Ok(())
}
