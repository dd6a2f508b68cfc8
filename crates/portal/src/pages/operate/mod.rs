//! The pages of operators: everything of one environment.

use axum::routing::{get, post};

use super::Routes;

mod applications;
mod audit;
mod event_type;
mod event_types;
mod keys;
mod overview;
mod schemas;
mod sessions;

/// Which path leads to which page.
pub(super) fn routes() -> Routes {
    vec![
        ("/portal/overview", get(overview::show)),
        ("/portal/apps", get(applications::show)),
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
