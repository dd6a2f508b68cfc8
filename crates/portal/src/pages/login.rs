//! `/portal/login`: the door for operators with a password.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use klingel_engine::password;
use klingel_model::{Pass, PassScope};
use tokio::sync::Semaphore;

use super::home::start_of;
use crate::Portal;
use crate::answer::{Answer, page_with, see_other};
use crate::door::{self, Looking, Posted, Visit};
use crate::fault::Fault;
use crate::form::{FieldView, Form, Look};
use crate::frame::Frame;

/// Passwords that are looked at at once: each takes processor time and memory on purpose.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// Characters of a name or password that are looked at.
const CHARS_MAX: usize = 256;

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
    let (name, next) = (filled.filled("name").unwrap_or_default(), filled.one("next").unwrap_or_default());
    let monotonic = portal.engine().world().clock.monotonic();
    if let Some(wait) = portal.inner.knocks.wait(name, monotonic) {
        let minutes = (wait.as_secs() / 60 + 1).to_string();
        let error = visit.words.with("login-wait", &[("minutes", &minutes)]);
        return form(&visit, StatusCode::TOO_MANY_REQUESTS, name, next, error);
    }
    let Some(pass) = recognised(&portal, name, &filled).await? else {
        portal.inner.knocks.wrong(name, monotonic);
        tracing::warn!("a wrong name or password at the portal's door");
        return form(&visit, StatusCode::UNAUTHORIZED, name, next, visit.words.t("login-wrong"));
    };
    portal.inner.knocks.right(name);
    let session = door::begin(&portal);
    let pass = Pass { digest: session.digest, expires_at: session.expires_at, ..pass };
    let start = if next.is_empty() { start_of(Some(&pass.scope)) } else { own_path(next).to_owned() };
    portal.engine().world().store.add_session(pass).await?;
    let mut response: Response = see_other(&start)?;
    session.hand_over(&portal, &parts.headers, &mut response);
    Ok(response)
}

/// The operator of this name, if the password is his.
async fn recognised(portal: &Portal, name: &str, filled: &Form) -> Result<Option<Pass>, Fault> {
    let typed = filled.one("password").unwrap_or_default();
    if name.chars().count() > CHARS_MAX || typed.chars().count() > CHARS_MAX {
        return Ok(None);
    }
    let world = portal.engine().world();
    let operator = world.store.operator(name.to_owned()).await?;
    // A name that nobody has takes as long as a wrong password, so that names cannot be found out by the clock.
    let kept = operator.as_ref().map_or_else(password::nobodys, |operator| operator.password_hash.clone());
    let typed = typed.to_owned();
    let _turn = AT_ONCE.acquire().await.map_err(|_| Fault::Unavailable)?;
    let right = tokio::task::spawn_blocking(move || password::verify(&typed, &kept));
    let right = right.await.map_err(|error| Fault::Internal(format!("a password's look failed: {error}")))?;
    let now = world.clock.now();
    Ok(operator.filter(|_| right).map(|operator| Pass {
        digest: klingel_model::KeyDigest([0; 32]),
        environment_id: operator.environment_id,
        scope: PassScope::Operator,
        holder: operator.name,
        read_only: false,
        created_at: now,
        expires_at: now,
    }))
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
        for path in ["https://evil.example", "//evil.example", "/portal//evil", "/portal/\\evil", "", "/portale"] {
            assert_eq!(own_path(path), "/portal", "{path}");
        }
        assert_eq!(own_path("/portal/apps?state=failing"), "/portal/apps?state=failing");
    }
}
