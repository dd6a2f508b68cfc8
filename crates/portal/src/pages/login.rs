//! `/portal/login`: the door for operators with a password.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use klingel_engine::password;
use klingel_model::{Operator, Pass, PassScope};

use super::home::start_of;
use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::audit::{Line, session_name};
use crate::door::{self, Looking, Posted, Visit};
use crate::fault::Fault;
use crate::form::{FieldView, Look};
use crate::frame::Frame;

/// Longest name that is looked up, in bytes.
const NAME_BYTES_MAX: usize = klingel_store::access::ACCESS_TEXT_BYTES_MAX;

#[derive(Debug, Template)]
#[template(path = "login.html")]
struct Page {
    frame: Frame,
    fields: Vec<FieldView>,
    next: String,
    error: String,
}

/// The form; who is logged in already is led on.
pub(crate) async fn show(Looking(visit): Looking, Query(query): Query<Vec<(String, String)>>) -> Answer {
    let next = query.iter().find(|(name, _)| name == "next").map_or("", |(_, value)| value.as_str());
    if let Some(pass) = &visit.pass {
        return see_other(&start_of(Some(&pass.scope)));
    }
    form(&visit, StatusCode::OK, "", next, String::new())
}

fn form(visit: &Visit, status: StatusCode, name: &str, next: &str, error: String) -> Answer {
    let words = visit.words;
    let fields = vec![
        FieldView::new("name", words.t("login-name"), Look::Text).value(name).required(),
        FieldView::new("password", words.t("login-password"), Look::Secret).required(),
    ];
    let frame = Frame::plain(visit, "login");
    page_with(status, &Page { frame, fields, next: own_path(next).to_owned(), error })
}

/// Looks at the password, and begins a session.
pub(crate) async fn log_in(State(portal): State<Portal>, posted: Posted<Looking>) -> Answer {
    let Posted { seat: Looking(visit), form: filled, parts } = posted;
    // A longer name is nobody's, and must not be remembered in its length.
    let name = filled.filled("name").filter(|name| name.len() <= NAME_BYTES_MAX).unwrap_or_default();
    let next = filled.one("next").unwrap_or_default();
    let knocks = &portal.inner.knocks;
    let _turn = knocks.turn().await.ok_or(Fault::TooMany)?;
    // Within the turn: many guesses sent at once would otherwise all pass before the first was found wrong.
    let monotonic = portal.engine().world().clock.monotonic();
    if let Some(wait) = knocks.wait(name, monotonic) {
        let minutes = wait.as_secs().div_ceil(60);
        return form(
            &visit,
            StatusCode::TOO_MANY_REQUESTS,
            name,
            next,
            visit.words.count("login-wait", minutes),
        );
    }
    let Some(operator) = recognised(&portal, name, filled.one("password").unwrap_or_default()).await? else {
        knocks.wrong(name, monotonic);
        tracing::warn!("a wrong name or password at the portal's door");
        return form(&visit, StatusCode::UNAUTHORIZED, name, next, visit.words.t("login-wrong"));
    };
    knocks.right(name);
    let session = door::begin(&portal);
    let world = portal.engine().world();
    let pass = Pass {
        digest: session.digest,
        environment_id: operator.environment_id,
        scope: PassScope::Operator,
        holder: operator.name,
        read_only: false,
        created_at: world.clock.now(),
        expires_at: session.expires_at,
    };
    world.store.add_session(pass.clone()).await?;
    let subject = session_name(pass.digest);
    let (environment_id, holder) = (pass.environment_id, &pass.holder);
    portal
        .note_line(Line { environment_id, app_id: None, holder, action: "session.begin", subject: &subject })
        .await?;
    let start = if next.is_empty() { start_of(Some(&pass.scope)) } else { own_path(next).to_owned() };
    let mut response: Response = see_other(&start)?;
    session.hand_over(&portal, &parts.headers, &mut response);
    Ok(response)
}

/// The operator of this name, if the password is his. It takes as long when nobody has the name, so that names cannot
/// be found out by the clock.
async fn recognised(portal: &Portal, name: &str, typed: &str) -> Result<Option<Operator>, Fault> {
    let operator = portal.engine().world().store.operator(name).await?;
    let hash = operator.as_ref().map(|operator| operator.password_hash.clone());
    let typed = typed.to_owned();
    let right = tokio::task::spawn_blocking(move || password::verify(&typed, hash.as_deref())).await;
    let right = right.map_err(|error| Fault::Internal(format!("a password's look failed: {error}")))?;
    Ok(operator.filter(|_| right))
}

/// A path of the portal; anything else, such as another site's address, becomes its first page.
pub(super) fn own_path(path: &str) -> &str {
    let own = path == "/portal" || path.starts_with("/portal/");
    if own && !path.contains(['\\', '\r', '\n']) && !path.contains("//") { path } else { "/portal" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_led_to_another_site() {
        for path in
            ["https://evil.example", "//evil.example", "/portal//evil", "/portal/\\evil", "", "/portale"]
        {
            assert_eq!(own_path(path), "/portal", "{path}");
        }
        assert_eq!(own_path("/portal/apps?state=failing"), "/portal/apps?state=failing");
    }
}
