//! `/portal/logout`: ends the session.

use axum::extract::State;

use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::door::{self, Looking};
use axum::extract::FromRequestParts as _;
use axum::extract::Request;

/// Ends the session. Without a look at the form: at worst somebody else's page logs a reader out.
pub(crate) async fn log_out(State(portal): State<Portal>, request: Request) -> Answer {
    let (mut parts, _) = request.into_parts();
    let Looking(visit) = Looking::from_request_parts(&mut parts, &portal).await?;
    let mut response = see_other("/portal/login")?;
    door::end(&portal, &parts, visit.pass.as_ref(), &mut response).await?;
    Ok(response)
}
