//! What happens to every answer of the portal: headers that keep browsers safe, and a page for every fault.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::visit::Visit;
use crate::fault::Fault;
use crate::frame::Frame;
use crate::{Portal, answer, pages};

const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// Wraps every page.
pub(crate) async fn boundary(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let path = request.uri().path_and_query().map_or("/portal/", |path| path.as_str());
    let visit = Visit::reading(request.headers(), path);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = next.run(request).await;
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        response = told(&visit, reads, &fault);
    }
    safe(&portal, response.headers_mut());
    response
}

/// The page of a fault; who is logged out and only wanted to look is led to the door.
fn told(visit: &Visit, reads: bool, fault: &Fault) -> Response {
    if let Fault::Internal(cause) = fault {
        tracing::error!(path = visit.path.split('?').next(), cause, "a page of the portal failed");
    }
    // People come to the page of their data by a link of somebody else's; a door for operators would only puzzle them.
    let of_subject = visit.path.starts_with("/portal/my-data");
    if matches!(fault, Fault::LoggedOut) && reads && !of_subject {
        let place = percent_encoding::utf8_percent_encode(&visit.path, percent_encoding::NON_ALPHANUMERIC);
        if let Ok(response) = answer::see_other(&format!("/portal/login?next={place}")) {
            return response;
        }
    }
    let frame = Frame::plain(visit, fault.story().1);
    pages::faulty::page(frame, fault).unwrap_or_else(|_| {
        // Even the fault's page failed: the bare status is still true.
        fault.story().0.into_response()
    })
}

fn safe(portal: &Portal, headers: &mut HeaderMap) {
    let frames = &portal.settings().frame_origins;
    let ancestors = if frames.is_empty() { "'none'".to_owned() } else { frames.join(" ") };
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
    );
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    if frames.is_empty() {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null` with our own forms.
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    headers.insert(PERMISSIONS, HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if portal.settings().is_secure() {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}

/// The answer to paths that nobody serves.
pub(crate) async fn unknown_path() -> Fault {
    Fault::NotFound
}

/// The answer to a method that a path does not know.
pub(crate) async fn unknown_method() -> Response {
    StatusCode::METHOD_NOT_ALLOWED.into_response()
}
