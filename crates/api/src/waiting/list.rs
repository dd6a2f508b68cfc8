//! `GET /api/v1/app/{app_id}/endpoint/{endpoint_id}/waiting`

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use klingel_model::{MessageSeq, Micros, Trigger};
use klingel_store::{Order, Owed, OwedPlace};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::answer;
use crate::auth::{Caller, Read};
use crate::find::{self, InPath};
use crate::page::{Key, List, Wanted};
use crate::problem::Problem;
use crate::query::Query;

/// A delivery that waits.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WaitingOut {
    /// Its message.
    msg_id: String,
    /// The message's event type.
    event_type: String,
    /// When the message was accepted.
    #[schema(format = DateTime)]
    timestamp: String,
    /// 0 by the schedule, 1 by hand.
    trigger_type: u8,
    /// Attempts made so far.
    attempts: u32,
    /// When the next attempt is due; null: at once.
    #[schema(format = DateTime)]
    next_attempt: Option<String>,
}

impl Key for OwedPlace {
    fn read(text: &str) -> Option<Self> {
        let (seq, trigger) = text.split_once('.')?;
        let trigger = [Trigger::Schedule, Trigger::Manual].into_iter().find(|t| number(*t) == trigger)?;
        seq.parse().ok().filter(|seq| *seq > 0).map(|seq| (MessageSeq(seq), trigger))
    }

    fn text(&self) -> String {
        format!("{}.{}", self.0.0, number(self.1))
    }
}

const fn number(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Schedule => "0",
        Trigger::Manual => "1",
    }
}

impl From<Owed> for WaitingOut {
    fn from(owed: Owed) -> Self {
        Self {
            msg_id: owed.message_id.to_string(),
            event_type: owed.event_type.to_string(),
            timestamp: owed.accepted_at.to_rfc3339(),
            trigger_type: u8::from(owed.delivery.key.trigger == Trigger::Manual),
            attempts: owed.delivery.attempts,
            next_attempt: owed.delivery.due_at.map(Micros::to_rfc3339),
        }
    }
}

/// Lists what waits for an endpoint, oldest message first.
#[utoipa::path(
    get,
    path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/waiting",
    operation_id = "v1.endpoint.list-waiting",
    tag = "Endpoint",
    params(
        ("app_id" = String, Path, description = "The application's id or uid"),
        ("endpoint_id" = String, Path, description = "The endpoint's id or uid"),
        ("limit" = Option<u64>, Query, description = "Items of the page, 1 to 250; 50 unless given"),
        ("iterator" = Option<String>, Query, description = "`iterator` or `prevIterator` of another page"),
    ),
    responses((status = 200, description = "A page of what waits", body = List<WaitingOut>))
)]
pub(crate) async fn list(
    State(api): State<ApiState>,
    caller: Caller<Read>,
    InPath((app, endpoint)): InPath<(String, String)>,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = Wanted::<OwedPlace>::of(&api, &mut query, Order::Ascending, false);
    query.finish()?;
    let (_, endpoint) = find::app_and_endpoint(&api, caller.environment_id, &app, &endpoint).await?;
    let scan = api.engine().reader().waiting(endpoint.id, wanted.page.clone()).await?;
    let place = |owed: &Owed| (owed.delivery.key.message_seq, owed.delivery.key.trigger);
    let list = wanted.list(scan, place, |owed| Ok(WaitingOut::from(owed)))?;
    Ok(answer::json(StatusCode::OK, &list))
}
