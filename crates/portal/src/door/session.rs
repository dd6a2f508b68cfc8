//! Sessions: how one begins and ends.

use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, header};
use klingel_engine::keys;
use klingel_model::{KeyDigest, Micros, Pass};

use super::cookies::{self, Keeping};
use crate::Portal;
use crate::fault::Fault;

/// A token that was just made, and until when it is good.
#[derive(Debug)]
pub(crate) struct NewSession {
    token: String,
    /// What the store keeps of it.
    pub(crate) digest: KeyDigest,
    /// When it ends.
    pub(crate) expires_at: Micros,
}

/// Makes a token for a session that is not in the store yet.
pub(crate) fn begin(portal: &Portal) -> NewSession {
    let world = portal.engine().world();
    let (token, digest) = keys::new_pass(&*world.dice);
    let expires_at = world.clock.now().plus(portal.settings().session_for);
    NewSession { token, digest, expires_at }
}

impl NewSession {
    /// Gives the browser the token, once the session is in the store.
    pub(crate) fn hand_over(&self, portal: &Portal, request: &HeaderMap, response: &mut Response) {
        // A page of another site that shows the portal in a frame gets a cookie that only its own frames send.
        let framed = request.get("sec-fetch-dest").is_some_and(|value| value == "iframe" || value == "frame");
        let keeping = Keeping {
            max_age_s: portal.settings().session_for.as_secs(),
            secure: portal.settings().is_secure(),
            framed: framed && !portal.settings().frame_origins.is_empty(),
        };
        let cookie = cookies::set(cookies::SESSION, &self.token, keeping);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Ends the session of this request, here and in the browser.
pub(crate) async fn end(
    portal: &Portal,
    parts: &Parts,
    pass: Option<&Pass>,
    response: &mut Response,
) -> Result<(), Fault> {
    if let (Some(_), Some(token)) = (pass, cookies::value(&parts.headers, cookies::SESSION)) {
        portal.engine().world().store.end_session(keys::digest(token)).await?;
    }
    let keeping = Keeping { max_age_s: 0, secure: portal.settings().is_secure(), framed: false };
    response.headers_mut().append(header::SET_COOKIE, cookies::set(cookies::SESSION, "", keeping));
    Ok(())
}
