//! `GET /api/v1/app/{app_id}/endpoint/{endpoint_id}/msg`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::{AppId, DeliveryState, EndpointId, Message, MessageId};
use klingel_store::{Order, Page, Scan};
use serde::Serialize;
use utoipa::ToSchema;

use super::attempted_destinations::Standing;
use super::wire::Status;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::message::list::filter;
use crate::message::wire::MessageOut;
use crate::page::{List, Wanted};
use crate::problem::Problem;
use crate::query::Query;

/// A message, and how it stands with the endpoint.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EndpointMessageOut<'a> {
    #[serde(flatten)]
    message: MessageOut<'a>,
    #[serde(flatten)]
    standing: Standing,
}

impl utoipa::PartialSchema for EndpointMessageOut<'_> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        crate::openapi::both::<MessageOut<'_>, Standing>()
    }
}

impl ToSchema for EndpointMessageOut<'_> {}

/// Lists the messages that were or are to be sent to an endpoint, newest first, with how they stand. A page looks at
/// `limit` messages of the application, so it may be short, or empty, before the end.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/msg",
    operation_id = "v1.message-attempt.list-attempted-messages",
    tag = "Message Attempt",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("limit" = Option<u64>, Query, description = "Items of the page, 1 to 250; 50 unless given"),
        ("iterator" = Option<String>, Query, description = "`iterator` or `prevIterator` of another page"),
        ("status" = Option<u8>, Query, description = "0 success, 1 pending, 2 fail, 3 sending"),
        ("channel" = Option<String>, Query, description = "Only those in this channel"),
        ("event_types" = Option<Vec<String>>, Query, description = "Only those of one of these event types"),
        ("before" = Option<String>, Query, description = "Only those accepted before this time"),
        ("after" = Option<String>, Query, description = "Only those accepted after this time"),
        ("with_content" = Option<bool>, Query, description = "With their payloads; true unless given"),
    ),
    responses((status = 200, description = "A page of messages", body = List<EndpointMessageOut<'_>>))
)]
pub(crate) async fn attempted_messages(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath((app, endpoint)): InPath<(String, String)>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(&api, &mut query, Order::Descending, false);
    let status = Status::wanted(&mut query);
    let (filter, with_content) = filter(&mut query);
    query.finish()?;
    let (application, endpoint) =
        find::app_and_endpoint(&api, caller.environment_id, &app, &endpoint).await?;
    let Scan { items, resume } =
        api.engine().reader().messages(application.id, wanted.page.clone(), filter).await?;
    let mut found = Vec::with_capacity(items.len());
    for message in items {
        let state = standing(&api, application.id, message.id, endpoint.id).await?;
        if let Some(state) = state.filter(|state| status.is_none_or(|wanted| Status::of(*state).0 == wanted))
        {
            found.push((message, state));
        }
    }
    let key = |(message, _): &(Message, DeliveryState)| message.id;
    let page = wanted.list(Scan { items: found, resume }, key, Ok)?;
    let data = page.data.iter().map(|(message, state)| {
        let message = MessageOut::of(message, with_content)?;
        Ok(EndpointMessageOut { message, standing: Standing::of(*state) })
    });
    let list = List {
        data: data.collect::<Result<Vec<_>, Problem>>()?,
        iterator: page.iterator,
        prev_iterator: page.prev_iterator,
        done: page.done,
    };
    Ok(answer::json(StatusCode::OK, &list))
}

/// How a message stands with one endpoint; `None` when it was never meant for it.
async fn standing(
    api: &ApiState,
    app_id: AppId,
    message_id: MessageId,
    endpoint_id: EndpointId,
) -> Result<Option<DeliveryState>, Problem> {
    // The list goes by endpoint id, so the one that follows the id just below is the one that is wanted.
    let after = endpoint_id.as_u128().checked_sub(1).map(EndpointId::from_u128);
    let page = Page { limit: 1, after, order: Order::Ascending };
    let found = api.engine().reader().destinations(app_id, message_id, page).await?;
    let same = found.items.into_iter().find(|destination| destination.endpoint.id == endpoint_id);
    Ok(same.map(|destination| destination.state))
}
