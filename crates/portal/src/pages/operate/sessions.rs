//! `/portal/sessions`: who is logged in, and how to end it.

use askama::Template;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use klingel_model::{KeyDigest, Micros, Pass, PassScope};
use klingel_store::{Order, Page as ListPage, SessionKey};

use crate::Portal;
use crate::answer::{Answer, page, see_other};
use crate::asked::Asked;
use crate::audit::session_name;
use crate::door::{Operator, Posted, base_of};
use crate::fault::Fault;
use crate::frame::{Frame, Section};
use crate::show::time::Moment;

const PATH: &str = "/portal/sessions";
/// Sessions of one page.
const ROWS: usize = 50;

#[derive(Debug, Template)]
#[template(path = "operate/sessions.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    digest: String,
    name: String,
    holder: String,
    scope: &'static str,
    href: Option<String>,
    app_id: String,
    read_only: bool,
    begun: Moment,
    until: Moment,
    own: bool,
}

/// The list, newest first.
pub(crate) async fn show(State(portal): State<Portal>, operator: Operator, asked: Asked) -> Answer {
    let after = asked.one("after").and_then(read_key);
    let wanted = ListPage { limit: ROWS, after, order: Order::Descending };
    let world = portal.engine().world();
    let (environment_id, now) = (operator.environment_id, world.clock.now());
    let found = world.store.sessions(environment_id, wanted).await?;
    let frame = Frame::operator(&operator, Section::Sessions, "nav-sessions");
    let own = operator.visit.pass.as_ref().map(|pass| pass.digest);
    let live = found.items.into_iter().filter(|session| session.is_valid_at(now));
    let rows = live.map(|session| row(&frame, own, &session)).collect();
    let next = found.resume.map(|key| asked.onward(PATH, "after", &write_key(key)));
    page(&Page { frame, rows, next })
}

fn row(frame: &Frame, own: Option<KeyDigest>, session: &Pass) -> Row {
    let app_id = session.scope.app_id();
    Row {
        digest: URL_SAFE_NO_PAD.encode(session.digest.0),
        name: session_name(session.digest),
        holder: session.holder.clone(),
        scope: match session.scope {
            PassScope::Operator => "sessions-operator",
            PassScope::Application(_) => "sessions-customer",
            PassScope::Subject { .. } => "sessions-subject",
        },
        href: app_id.map(base_of),
        app_id: app_id.map(|id| id.to_string()).unwrap_or_default(),
        read_only: session.read_only,
        begun: Moment::of(frame.words, session.created_at),
        until: Moment::of(frame.words, session.expires_at),
        own: own == Some(session.digest),
    }
}

/// Ends one session of the operator's environment.
pub(crate) async fn end(State(portal): State<Portal>, posted: Posted<Operator>) -> Answer {
    let Posted { seat: operator, form, .. } = posted;
    let digest = form.one("session").and_then(read_digest).ok_or(Fault::Unreadable)?;
    let world = portal.engine().world();
    let session = world.store.session(digest, world.clock.now()).await?;
    // Somebody else's session is not there at all, as everything behind another wall.
    let session = session.filter(|session| session.environment_id == operator.environment_id);
    let session = session.ok_or(Fault::NotFound)?;
    world.store.end_session(digest).await?;
    portal.note_of_operator(&operator, session.scope.app_id(), "session.end", &session_name(digest)).await?;
    see_other(PATH)
}

/// Ends every session of the operator's environment and its unused links, his own session too.
pub(crate) async fn end_all(State(portal): State<Portal>, posted: Posted<Operator>) -> Answer {
    let operator = posted.seat;
    let ended = portal.engine().world().store.end_sessions(operator.environment_id, None).await?;
    portal.note_of_operator(&operator, None, "session.end_all", &ended.to_string()).await?;
    see_other("/portal/login")
}

fn write_key((made, digest): SessionKey) -> String {
    format!("{}-{}", made.as_unix_us(), URL_SAFE_NO_PAD.encode(digest.0))
}

fn read_key(text: &str) -> Option<SessionKey> {
    let (made, digest) = text.split_once('-')?;
    Some((Micros::from_unix_us(made.parse().ok()?), read_digest(digest)?))
}

fn read_digest(text: &str) -> Option<KeyDigest> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(KeyDigest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let key = (Micros::from_unix_us(1_700_000_000_000_000), KeyDigest([251; 32]));
        assert_eq!(read_key(&write_key(key)), Some(key));
        for wrong in ["", "1", "1-", "x-y", "1-AAAA"] {
            assert_eq!(read_key(wrong), None, "{wrong}");
        }
    }
}
