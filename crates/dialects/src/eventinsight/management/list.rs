//! `GET webhooks`

use axum::response::Response;
use http::StatusCode;
use klingel_model::AppId;
use klingel_store::{Error, Order, Page, Reader};
use serde_json::{Value, json};

use super::wire::webhook_out;
use crate::eventinsight::answer::{Problem, json_of};
use crate::eventinsight::call::Call;

/// Webhooks read at once.
const PAGE_ITEMS: usize = 250;
/// Webhooks that are listed; `endpoints_per_application_max` keeps their number far below.
const WEBHOOKS_MAX: usize = 100_000;

/// Answers `{"data": [webhook…]}`, oldest first.
pub(super) async fn list(call: Call) -> Result<Response, Problem> {
    call.query("")?;
    let webhooks = webhooks(call.engine.reader(), call.application().id).await?;
    Ok(json_of(StatusCode::OK, &json!({"data": webhooks})))
}

/// An organiser's webhooks as they are shown.
pub(in crate::eventinsight) async fn webhooks(
    reader: &dyn Reader,
    app_id: AppId,
) -> Result<Vec<Value>, Error> {
    let mut webhooks = Vec::new();
    let mut after = None;
    loop {
        let page = Page { limit: PAGE_ITEMS, after, order: Order::Ascending };
        let part = reader.endpoints(app_id, page).await?;
        webhooks.extend(part.items.iter().map(webhook_out));
        after = part.resume;
        if after.is_none() || webhooks.len() >= WEBHOOKS_MAX {
            return Ok(webhooks);
        }
    }
}
