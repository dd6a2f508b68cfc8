//! `/portal/apps/{app_id}`: how it goes with one application.

use askama::Template;
use axum::extract::State;

use crate::Portal;
use crate::answer::{Answer, page};
use crate::door::Tenant;
use crate::frame::{Frame, Tab};

#[derive(Debug, Template)]
#[template(path = "application.html")]
struct Page {
    frame: Frame,
}

/// The application's first page.
pub(crate) async fn show(State(portal): State<Portal>, tenant: Tenant) -> Answer {
    let frame = Frame::tenant(&portal, &tenant, &Tab::Home, tenant.application.name.clone());
    page(&Page { frame })
}
