//! `/portal/apps/{app_id}/messages/…`: what an application was told, and to whom it went.

use axum::routing::{get, post};

use super::Routes;

mod cancel;
mod list;
mod resend;
mod rows;
mod show;

pub(super) use list::instant;
pub(super) use rows::{Row, example, rows, states};

/// Which path leads to which page.
pub(super) fn routes() -> Routes {
    vec![
        ("/portal/apps/{app_id}/messages", get(list::show)),
        ("/portal/apps/{app_id}/messages/{message_id}", get(show::show)),
        ("/portal/apps/{app_id}/messages/{message_id}/reveal", post(show::reveal)),
        ("/portal/apps/{app_id}/messages/{message_id}/resend", post(resend::resend)),
        ("/portal/apps/{app_id}/messages/{message_id}/cancel", post(cancel::cancel)),
    ]
}
