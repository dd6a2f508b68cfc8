//! The pages of operators: everything of one environment.

use axum::routing::{get, post};

use super::Routes;

mod applications;
mod attempt_rows;
mod attempts;
mod audit;
mod endpoints;
mod event_type;
mod event_types;
mod health;
mod keys;
mod link;
mod message_search;
mod messages;
mod names;
mod overview;
mod schemas;
mod search;
mod sessions;
mod standing;

/// Which path leads to which page.
pub(super) fn routes() -> Routes {
    vec![
        ("/portal/overview", get(overview::show)),
        ("/portal/apps", get(applications::show).post(applications::make)),
        ("/portal/apps/{app_id}/link", get(link::show).post(link::make)),
        ("/portal/apps/{app_id}/link/end-all", post(link::end_all)),
        ("/portal/endpoints", get(endpoints::show)),
        ("/portal/messages", get(messages::show)),
        ("/portal/attempts", get(attempts::show)),
        ("/portal/event-types", get(event_types::show).post(event_types::make)),
        ("/portal/event-types/{name}", get(event_type::show).post(event_type::change)),
        ("/portal/event-types/{name}/archive", post(event_type::archive)),
        ("/portal/event-types/{name}/delete", post(event_type::delete)),
        ("/portal/keys", get(keys::show).post(keys::make)),
        ("/portal/keys/revoke", post(keys::revoke)),
        ("/portal/audit", get(audit::show)),
        ("/portal/sessions", get(sessions::show)),
        ("/portal/sessions/end", post(sessions::end)),
        ("/portal/sessions/end-all", post(sessions::end_all)),
    ]
}
