//! `/portal/preferences`: language and theme, kept in the browser.

use axum::body::Body;
use axum::extract::{Request, State};
use http::header;
use http_body_util::{BodyExt as _, Limited};

use super::login::own_path;
use crate::Portal;
use crate::answer::{Answer, see_other};
use crate::door::Theme;
use crate::door::cookies::{self, Keeping};
use crate::fault::Fault;
use crate::form::Form;
use crate::words::Language;

/// Bytes of the form.
const FORM_BYTES_MAX: usize = 8 * 1024;
/// How long a browser remembers.
const YEAR_S: u64 = 365 * 86_400;

/// Takes a language, a theme or both, and leads back to the page. Changes nothing but the browser's own cookies.
pub(crate) async fn prefer(State(portal): State<Portal>, request: Request<Body>) -> Answer {
    let body = Limited::new(request.into_body(), FORM_BYTES_MAX).collect().await;
    let body = body.map_err(|_| Fault::Unreadable)?.to_bytes();
    let form = Form::read(&body).ok_or(Fault::Unreadable)?;
    let mut response = see_other(own_path(form.one("back").unwrap_or_default()))?;
    let keeping = Keeping { max_age_s: YEAR_S, secure: portal.settings().is_secure(), framed: false };
    let chosen = [
        (cookies::LANGUAGE, form.one("language").and_then(Language::parse).map(Language::tag)),
        (cookies::THEME, form.one("theme").and_then(Theme::parse).map(Theme::as_str)),
    ];
    for (name, value) in chosen {
        if let Some(value) = value {
            response.headers_mut().append(header::SET_COOKIE, cookies::set(name, value, keeping));
        }
    }
    Ok(response)
}
