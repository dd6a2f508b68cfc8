//! `PUT /api/v1/app/{app_id}/endpoint/{endpoint_id}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::SigningSecret;
use klingel_store::EndpointRef;

use super::change;
use super::choice;
use super::get::EndpointOut;
use super::wire::EndpointUpdate;
use crate::ApiState;
use crate::answer;
use crate::auth::Manage;
use crate::body::Submitted;
use crate::find::{self, InPath};
use crate::problem::Problem;

/// Puts an endpoint in the place of the one that the path names; secret and headers stay. If there is none and the
/// path holds a uid, it is made with this uid. A `uid` that the body leaves out stays.
#[utoipa::path(
    put,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}",
    operation_id = "v1.endpoint.update",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "Its id or uid"),
    ),
    request_body = EndpointUpdate,
    responses(
        (status = 200, description = "It was replaced", body = EndpointOut),
        (status = 201, description = "It was made", body = EndpointOut),
    )
)]
pub(crate) async fn update(
    State(api): State<ApiState>,
    InPath((app, endpoint)): InPath<(String, String)>,
    request: Submitted<Manage>,
) -> Result<Response, Problem> {
    let engine = api.engine();
    let mut wanted = EndpointUpdate::read(&request.body, &engine.settings().limits)?;
    let application = find::application(&api, request.caller.environment_id, &app).await?;
    let dialect = super::dialect(&api, &application)?;
    wanted.settings = choice::fitted(dialect, wanted.settings)?;
    let named = find::endpoint_ref(&endpoint)?;
    if engine.reader().endpoint(application.id, named.clone()).await?.is_none()
        && let EndpointRef::Uid(uid) = named
    {
        if wanted.uid.as_ref().is_some_and(|chosen| *chosen != uid) {
            let msg = "must be the uid of the path, as there is no endpoint with that one yet";
            return Err(Problem::field(&["body", "uid"], "value_error", msg));
        }
        wanted.uid = Some(uid);
        let key = dialect.new_secret(&*engine.world().dice);
        let secret = key.map(|key| SigningSecret { key, expires_at: None });
        let made = wanted.into_new(&api, application.id, secret);
        super::add(&api, made.clone(), None).await?;
        return Ok(answer::json(StatusCode::CREATED, &EndpointOut::from(made)));
    }
    let (endpoint, _) = change(&api, &application, &endpoint, None, |endpoint| {
        if wanted.uid.is_some() {
            endpoint.uid.clone_from(&wanted.uid);
        }
        endpoint.url = wanted.url.as_str().into();
        endpoint.description.clone_from(&wanted.description);
        endpoint.disabled = wanted.disabled;
        endpoint.event_types.clone_from(&wanted.event_types);
        endpoint.channels.clone_from(&wanted.channels);
        endpoint.rate_limit_per_s = wanted.throttle_rate;
        endpoint.max_in_flight = wanted.max_in_flight;
        endpoint.retry_schedule.clone_from(&wanted.retry_schedule);
        endpoint.filter_json.clone_from(&wanted.filter);
        endpoint.dialect_settings_json.clone_from(&wanted.settings);
        endpoint.metadata.clone_from(&wanted.metadata);
        Ok(())
    })
    .await?;
    // The store forgets the health of an endpoint that is switched on again, so the answer is read back.
    let endpoint = find::endpoint(&api, application.id, &endpoint.id.to_string()).await?;
    Ok(answer::json(StatusCode::OK, &EndpointOut::from(endpoint)))
}
