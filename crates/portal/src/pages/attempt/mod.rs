//! `…/messages/{message_id}/attempts/{attempt_id}`: one request, exactly as it was sent, and what came back.

use axum::routing::{get, post};
use klingel_model::{Attempt, EventTypeName};
use klingel_store::MessageRef;

use super::Routes;
use crate::Portal;
use crate::fault::Fault;

mod list;
pub(super) mod live;
mod show;

/// Which path leads to which page.
pub(super) fn routes() -> Routes {
    const ONE: &str = "/portal/apps/{app_id}/messages/{message_id}/attempts/{attempt_id}";
    const REVEAL: &str = "/portal/apps/{app_id}/messages/{message_id}/attempts/{attempt_id}/reveal";
    const ROW: &str = "/portal/apps/{app_id}/messages/{message_id}/attempts/{attempt_id}/row";
    vec![
        ("/portal/apps/{app_id}/attempts", get(list::show)),
        ("/portal/apps/{app_id}/live", get(live::live)),
        (ROW, get(live::row)),
        (ONE, get(show::show)),
        (REVEAL, post(show::reveal)),
    ]
}

/// The event type of an attempt's message; empty once the message is gone.
pub(super) async fn event_type(portal: &Portal, attempt: &Attempt) -> Result<String, Fault> {
    let reader = portal.engine().reader();
    let message = reader.message(attempt.app_id, MessageRef::Id(attempt.message_id)).await?;
    Ok(message.map_or_else(String::new, |message| EventTypeName::as_str(&message.event_type).to_owned()))
}
