//! A form that was sent, and is genuine.

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, Limited};

use super::seats::Seat;
use crate::Portal;
use crate::fault::Fault;
use crate::form::Form;

/// Bytes of a form.
const FORM_BYTES_MAX: usize = 512 * 1024;
/// The field that proves where a form comes from.
pub(crate) const CSRF_FIELD: &str = "csrf";

/// A form from somebody who may send it.
#[derive(Debug)]
pub(crate) struct Posted<S> {
    /// Who.
    pub(crate) seat: S,
    /// What he filled in.
    pub(crate) form: Form,
    /// The request's head.
    pub(crate) parts: Parts,
}

impl<S> FromRequest<Portal> for Posted<S>
where
    S: FromRequestParts<Portal, Rejection = Fault> + Seat,
{
    type Rejection = Fault;

    async fn from_request(request: Request, portal: &Portal) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        if !comes_from_here(&parts.headers) {
            return Err(Fault::Forged);
        }
        let seat = S::from_request_parts(&mut parts, portal).await?;
        let body = Limited::new(body, FORM_BYTES_MAX).collect().await.map_err(|_| Fault::Unreadable)?;
        let form = Form::read(&body.to_bytes()).ok_or(Fault::Unreadable)?;
        let visit = seat.visit();
        if visit.pass.is_some() {
            let brought = form.one(CSRF_FIELD).unwrap_or_default();
            if visit.csrf.is_empty()
                || aws_lc_rs::constant_time::verify_slices_are_equal(
                    brought.as_bytes(),
                    visit.csrf.as_bytes(),
                )
                .is_err()
            {
                return Err(Fault::Forged);
            }
            if !visit.may_write() {
                return Err(Fault::Forbidden);
            }
        }
        Ok(Self { seat, form, parts })
    }
}

/// What browsers say of the page that sent the form. Those that say nothing are judged by the form's token alone.
pub(crate) fn comes_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text(header::ORIGIN.as_str()), text(header::HOST.as_str())) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn forms_of_other_sites_are_known_by_what_browsers_say() {
        for (name, value, genuine) in [
            ("sec-fetch-site", "same-origin", true),
            ("sec-fetch-site", "cross-site", false),
            ("sec-fetch-site", "same-site", false),
            ("origin", "http://klingel.example", true),
            ("origin", "https://evil.example", false),
            ("origin", "null", false),
            ("accept", "text/html", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("klingel.example"));
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(comes_from_here(&headers), genuine, "{name}: {value}");
        }
    }
}
