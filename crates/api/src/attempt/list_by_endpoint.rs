//! `GET /api/v1/app/{app_id}/attempt/endpoint/{endpoint_id}`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::AttemptId;
use klingel_store::Order;

use super::wire::{MessageAttemptOut, filter};
use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::page::{List, Wanted};
use crate::problem::Problem;
use crate::query::Query;

/// Lists the attempts to an endpoint, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/attempt/endpoint/{endpoint_id}",
    operation_id = "v1.message-attempt.list-by-endpoint",
    tag = "Message Attempt",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("limit" = Option<u64>, Query, description = "Items of the page, 1 to 250; 50 unless given"),
        ("iterator" = Option<String>, Query, description = "`iterator` or `prevIterator` of another page"),
        ("status" = Option<u8>, Query, description = "0 success, 2 fail; attempts are never pending (1) or sending (3)"),
        ("status_code_class" = Option<u16>, Query, description = "Answers of this hundred: 0 (none), 100, 200 … 500"),
        ("channel" = Option<String>, Query, description = "Of messages in this channel"),
        ("event_types" = Option<Vec<String>>, Query, description = "Of messages of one of these event types"),
        ("before" = Option<String>, Query, description = "Begun before this time"),
        ("after" = Option<String>, Query, description = "Begun after this time"),
        ("with_content" = Option<bool>, Query, description = "With what came back; true unless given"),
    ),
    responses((status = 200, description = "A page of attempts", body = List<MessageAttemptOut>))
)]
pub(crate) async fn list_by_endpoint(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath((app, endpoint)): InPath<(String, String)>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::<AttemptId>::of(&api, &mut query, Order::Descending, false);
    let with_content = query.flag("with_content", true);
    let filter = filter(&mut query);
    query.finish()?;
    let (application, endpoint) =
        find::app_and_endpoint(&api, caller.environment_id, &app, &endpoint).await?;
    let list = match filter {
        None => Wanted::<AttemptId>::empty(),
        Some(filter) => {
            let page = wanted.page.clone();
            let reader = api.engine().reader();
            let scan = reader.attempts_of_endpoint(application.id, endpoint.id, page, filter).await?;
            wanted.list(
                scan,
                |attempt| attempt.id,
                |attempt| Ok(MessageAttemptOut::of(attempt, with_content)),
            )?
        }
    };
    Ok(answer::json(StatusCode::OK, &list))
}
