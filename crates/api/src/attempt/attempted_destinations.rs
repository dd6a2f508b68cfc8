//! `GET /api/v1/app/{app_id}/msg/{msg_id}/endpoint`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::Micros;
use klingel_store::{Destination, Order};
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::Status;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::endpoint::get::EndpointOut;
use crate::find::{self, InPath};
use crate::page::{List, Wanted};
use crate::problem::Problem;
use crate::query::Query;

/// An endpoint, and how a message stands with it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageEndpointOut {
    #[serde(flatten)]
    endpoint: EndpointOut,
    #[serde(flatten)]
    standing: Standing,
}

/// How a message stands with an endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Standing {
    /// 0 success, 1 pending (not tried yet), 2 fail (given up), 3 sending (will be tried again).
    status: u8,
    /// The same as a word.
    status_text: &'static str,
    /// When the next attempt is due.
    #[schema(format = DateTime)]
    next_attempt: Option<String>,
    /// Whether it was dropped by somebody while it waited. Klingel's own field.
    canceled: bool,
}

impl utoipa::PartialSchema for MessageEndpointOut {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        crate::openapi::both::<EndpointOut, Standing>()
    }
}

impl ToSchema for MessageEndpointOut {}

impl Standing {
    /// How a delivery stands.
    pub(crate) fn of(state: klingel_model::DeliveryState) -> Self {
        let (status, next) = Status::of(state);
        Self {
            status: status.number(),
            status_text: status.text(),
            next_attempt: next.map(Micros::to_rfc3339),
            canceled: state == klingel_model::DeliveryState::Canceled,
        }
    }
}

impl From<Destination> for MessageEndpointOut {
    fn from(destination: Destination) -> Self {
        Self { endpoint: destination.endpoint.into(), standing: Standing::of(destination.state) }
    }
}

/// Lists the endpoints that a message was or is to be sent to, oldest endpoint first.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/msg/{msg_id}/endpoint",
    operation_id = "v1.message-attempt.list-attempted-destinations",
    tag = "Message Attempt",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("msg_id" = String, Path, description = "The message's id or eventId"),
        ("limit" = Option<u64>, Query, description = "Items of the page, 1 to 250; 50 unless given"),
        ("iterator" = Option<String>, Query, description = "`iterator` or `prevIterator` of another page"),
    ),
    responses((status = 200, description = "A page of endpoints", body = List<MessageEndpointOut>))
)]
pub(crate) async fn attempted_destinations(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath((app, message)): InPath<(String, String)>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(&api, &mut query, Order::Ascending, false);
    query.finish()?;
    let application = find::application(&api, caller.environment_id, &app).await?;
    let message = find::message(&api, application.id, &message).await?;
    let reader = api.engine().reader();
    let scan = reader.destinations(application.id, message.id, wanted.page.clone()).await?;
    let list = wanted.list(scan, |one| one.endpoint.id, |one| Ok(MessageEndpointOut::from(one)))?;
    Ok(answer::json(StatusCode::OK, &list))
}
