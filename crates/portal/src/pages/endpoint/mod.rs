//! `/portal/apps/{app_id}/endpoints/…`: what the vendor calls its endpoints, from the list to the last request.

use axum::routing::{get, post};
use klingel_engine::deliver::description::Description;

use super::Routes;
use crate::Portal;
use crate::door::{AtEndpoint, Tenant};
use crate::fault::Fault;
use crate::fields::{Known, records};
use crate::frame::{Frame, Tab};
use crate::show::endpoint::title;

mod create;
mod delete;
mod edit;
mod form;
mod general;
mod headers;
mod list;
mod log;
mod replay;
mod secret;
mod show;
mod test;
mod try_out;
mod waiting;

pub(super) use list::example;

/// Which path leads to which page.
pub(super) fn routes() -> Routes {
    vec![
        ("/portal/apps/{app_id}/endpoints", get(list::show)),
        ("/portal/apps/{app_id}/endpoints/new", get(create::show).post(create::make)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}", get(show::show)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/edit", get(edit::show).post(edit::change)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/delete", get(delete::show).post(delete::delete)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/secret", post(secret::reveal)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/secret/rotate", post(secret::rotate)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/headers", get(headers::show).post(headers::change)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/test", post(test::test)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/log", get(log::show)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/replay", get(replay::show).post(replay::count)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/replay/start", post(replay::start)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/replay/{replay_id}/cancel", post(replay::cancel)),
        ("/portal/apps/{app_id}/endpoints/{endpoint_id}/waiting", get(waiting::show).post(waiting::cancel)),
    ]
}

/// The dialect of an application for people.
fn description(portal: &Portal, tenant: &Tenant) -> Description {
    portal.description(&tenant.application.dialect)
}

/// Records that the dialect's form for endpoints offers.
async fn known(portal: &Portal, tenant: &Tenant, description: &Description) -> Result<Known, Fault> {
    portal.known(tenant.application.id, &records::kinds(description.endpoint_form)).await
}

/// Where an endpoint's pages are.
fn href(at: &AtEndpoint) -> String {
    format!("{}/endpoints/{}", at.tenant.base(), at.endpoint.id)
}

/// A page below an endpoint's.
fn frame(portal: &Portal, at: &AtEndpoint, title_text: String) -> Frame {
    let description = description(portal, &at.tenant);
    let words = at.tenant.visit.words;
    let list = format!("{}/endpoints", at.tenant.base());
    Frame::tenant(portal, &at.tenant, &Tab::Endpoints, title_text)
        .below(list, crate::frame::endpoints_word(words, &description))
        .below(href(at), title(&description, &at.endpoint))
}
