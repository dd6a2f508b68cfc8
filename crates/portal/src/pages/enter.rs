//! `/portal/in/{token}`: a link that opens the portal, once.

use axum::extract::{Path, State};
use http::HeaderMap;
use klingel_engine::keys;

use super::home::start_of;
use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::audit::{Line, session_name};
use crate::door;
use crate::fault::Fault;

/// Turns the link into a session, and leads on to a page whose address holds no secret.
pub(crate) async fn enter(
    State(portal): State<Portal>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let world = portal.engine().world();
    let session = door::begin(&portal);
    let now = world.clock.now();
    let link = keys::digest(&token);
    let opened = world.store.open_link(link, now, session.digest, session.expires_at).await?;
    let pass = opened.ok_or(Fault::UsedLink)?;
    let subject = session_name(session.digest);
    let entry = Line {
        environment_id: pass.environment_id,
        app_id: pass.scope.app_id(),
        holder: &pass.holder,
        action: "session.begin",
        subject: &subject,
    };
    portal.note_line(entry).await?;
    let mut response = see_other(&start_of(Some(&pass.scope)))?;
    session.hand_over(&portal, &headers, &mut response);
    Ok(response)
}
