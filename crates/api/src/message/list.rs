//! `GET /api/v1/app/{app_id}/msg`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_store::{MessageFilter, Order};

use super::wire::MessageOut;
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::page::{List, Wanted};
use crate::problem::Problem;
use crate::query::Query;

/// Lists the messages of an application, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/msg",
    operation_id = "v1.message.list",
    tag = "Message",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("limit" = Option<u64>, Query, description = "Items of the page, 1 to 250; 50 unless given"),
        ("iterator" = Option<String>, Query, description = "`iterator` or `prevIterator` of another page"),
        ("channel" = Option<String>, Query, description = "Only those in this channel"),
        ("event_types" = Option<Vec<String>>, Query, description = "Only those of one of these event types"),
        ("before" = Option<String>, Query, description = "Only those accepted before this time"),
        ("after" = Option<String>, Query, description = "Only those accepted after this time"),
        ("with_content" = Option<bool>, Query, description = "With their payloads; true unless given"),
    ),
    responses((status = 200, description = "A page of messages", body = List<MessageOut<'_>>))
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath(app): InPath<String>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(&api, &mut query, Order::Descending, false);
    let (filter, with_content) = filter(&mut query);
    query.finish()?;
    let application = find::application(&api, caller.environment_id, &app).await?;
    let scan = api.engine().reader().messages(application.id, wanted.page.clone(), filter).await?;
    let page = wanted.list(scan, |message| message.id, Ok)?;
    let data = page.data.iter().map(|message| MessageOut::of(message, with_content));
    let list = List {
        data: data.collect::<Result<Vec<_>, _>>()?,
        iterator: page.iterator,
        prev_iterator: page.prev_iterator,
        done: page.done,
    };
    Ok(answer::json(StatusCode::OK, &list))
}

/// Which messages are wanted, and whether with their payloads.
pub(crate) fn filter(query: &mut Query) -> (MessageFilter, bool) {
    let with_content = query.flag("with_content", true);
    let filter = MessageFilter {
        event_types: query.event_types("event_types"),
        channel: query.channel("channel"),
        before: query.instant("before"),
        after: query.instant("after"),
        with_payload: with_content,
    };
    (filter, with_content)
}
