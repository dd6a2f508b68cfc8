//! `GET webhooks`

use axum::response::Response;
use http::StatusCode;
use klingel_store::{Order, Page};
use serde_json::{Value, json};

use super::wire::webhook_out;
use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;

/// Answers `{"data": [webhook…]}`, oldest first. One application has at most `endpoints_per_application_max`.
pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    call.query("")?;
    let limits = call.engine.settings().limits;
    let mut webhooks: Vec<Value> = Vec::new();
    let mut after = None;
    loop {
        let page = Page { limit: limits.page_items_max, after, order: Order::Ascending };
        let part = call.engine.reader().endpoints(call.application().id, page).await?;
        webhooks.extend(part.items.iter().map(webhook_out));
        after = part.resume;
        if after.is_none() || webhooks.len() as u64 >= limits.endpoints_per_application_max {
            return Ok(json_of(StatusCode::OK, &json!({"data": webhooks})));
        }
    }
}
