//! `/portal/in/{token}`: a link that opens the portal, once.
//!
//! Programs that look at links before their reader does (scanners of mail, previews, a browser that fetches ahead) must
//! not use it up. A browser that goes there for its reader says so and is let in at once; everybody else gets a button.

use askama::Template;
use axum::extract::{Path, State};
use http::{HeaderMap, HeaderValue, Method, header};
use klingel_engine::keys;

use super::home::start_of;
use crate::Portal;
use crate::answer::{Answer, page, see_other};
use crate::audit::{Line, session_name};
use crate::door::{self, Looking, comes_from_here};
use crate::fault::Fault;
use crate::frame::Frame;

/// What says that nobody looks yet; which of them a browser sends depends on its make and age.
const AHEAD: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
/// What stands in them.
const AHEAD_WORDS: [&str; 3] = ["prefetch", "prerender", "preview"];
/// Where a page is shown that its reader went to.
const SHOWN_IN: [&str; 3] = ["document", "iframe", "frame"];

#[derive(Debug, Template)]
#[template(path = "enter.html")]
struct Page {
    frame: Frame,
}

/// Opens the portal for a reader; shows anybody else a button, which tells nothing of the link.
pub(crate) async fn look(
    State(portal): State<Portal>,
    Looking(visit): Looking,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Answer {
    if method == Method::GET && is_readers_own(&headers) {
        return enter(&portal, &token, &headers).await;
    }
    let mut response = page(&Page { frame: Frame::plain(&visit, "enter") })?;
    // Only the origin: the address holds a secret. Not `no-referrer`, with which the button's form would come from
    // nowhere and be refused.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    Ok(response)
}

/// The button. It carries no token of a session: the secret in its address is more than that.
pub(crate) async fn press(
    State(portal): State<Portal>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Answer {
    if !comes_from_here(&headers) {
        return Err(Fault::Forged);
    }
    enter(&portal, &token, &headers).await
}

/// Whether a browser says that its reader went here.
fn is_readers_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ahead = AHEAD.iter().any(|name| {
        let said = text(name).to_ascii_lowercase();
        AHEAD_WORDS.iter().any(|word| said.contains(word))
    });
    !ahead && text("sec-fetch-mode") == "navigate" && SHOWN_IN.contains(&text("sec-fetch-dest"))
}

/// Turns the link into a session, and leads on to a page whose address holds no secret.
async fn enter(portal: &Portal, token: &str, headers: &HeaderMap) -> Answer {
    let world = portal.engine().world();
    let session = door::begin(portal);
    let now = world.clock.now();
    let link = keys::digest(token);
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
    session.hand_over(portal, headers, &mut response);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_browser_that_goes_there_for_its_reader_is_let_in_at_once() {
        let navigates = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        for (said, own) in [
            (&navigates[..], true),
            (&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], true),
            (&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "frame")], true),
            (&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "object")], false),
            (&[("sec-fetch-mode", "navigate")], false),
            (&[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], false),
            (&[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")], false),
            (&[("user-agent", "LinkScanner/1.0")], false),
            (&[], false),
        ] {
            assert_eq!(is_readers_own(&headers(said)), own, "{said:?}");
        }
        for ahead in [
            ("sec-purpose", "prefetch;prerender"),
            ("sec-purpose", "prefetch"),
            ("purpose", "prefetch"),
            ("x-purpose", "preview"),
            ("x-moz", "Prefetch"),
        ] {
            let said = [&navigates[..], &[ahead]].concat();
            assert!(!is_readers_own(&headers(&said)), "{ahead:?}");
        }
    }

    fn headers(said: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = said.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        pairs.collect()
    }
}
