//! `/inspect/{token}`: a request comes, is judged, kept, and answered as was chosen.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use klingel_engine::deliver::Received;
use klingel_model::AppId;

use super::kept::{BODY_KEPT_BYTES_MAX, Choice, Seen, headers_kept};
use super::verdict::Verdict;
use super::{BODY_BYTES_MAX, Inspector};
use crate::Portal;

/// Bytes of a method or of a path with its query that are kept.
const LINE_KEPT_BYTES_MAX: usize = 2048;

/// A request to a receiving address.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Its method.
    pub method: String,
    /// Its path and query.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; `None`: longer than [`BODY_BYTES_MAX`].
    pub body: Option<Bytes>,
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// Plain text.
    pub body: Bytes,
}

impl Answered {
    fn saying(status: StatusCode, text: &'static str) -> Self {
        Self { status: status.as_u16(), body: Bytes::from_static(text.as_bytes()) }
    }
}

impl Inspector {
    /// Takes a request in and gives the answer, after the delay that was chosen. The same for requests over the network
    /// and for those of this process.
    pub async fn take(&self, token: &str, incoming: Incoming) -> Answered {
        let app_id = match self.application_of(token).await {
            Ok(Some(app_id)) => app_id,
            Ok(None) => {
                return Answered::saying(StatusCode::NOT_FOUND, "No inspector receives at this address.\n");
            }
            Err(error) => {
                tracing::warn!(%error, "the inspector could not look for an address");
                return Answered::saying(StatusCode::SERVICE_UNAVAILABLE, "The store does not answer.\n");
            }
        };
        let Ok(waiting) = self.inner.waiting.try_acquire() else {
            return Answered::saying(StatusCode::SERVICE_UNAVAILABLE, "Too many requests wait here.\n");
        };
        let choice = self.keep(app_id, token, incoming).await;
        if !choice.delay.is_zero() {
            tokio::time::sleep(choice.delay).await;
        }
        drop(waiting);
        Answered { status: choice.status, body: choice.body.into() }
    }

    async fn keep(&self, app_id: AppId, token: &str, incoming: Incoming) -> Choice {
        let now = self.inner.world.clock.now();
        let chosen = self.fresh().choice(app_id);
        let (verdict, choice) = match &incoming.body {
            Some(body) => {
                let received = Received { headers: &incoming.headers, body };
                (self.judge(app_id, token, &received, now).await, chosen)
            }
            None => (Verdict::TooLong, too_long()),
        };
        let body = incoming.body.unwrap_or_default();
        let seen = Seen {
            number: 0,
            at: now,
            method: cut(incoming.method),
            path: cut(incoming.path),
            headers: headers_kept(&incoming.headers),
            body_bytes: body.len(),
            // A copy, so that the rest of a long body does not stay in memory behind its beginning.
            body: Bytes::copy_from_slice(&body[..body.len().min(BODY_KEPT_BYTES_MAX)]),
            verdict,
            answered: choice.status,
        };
        let number = self.fresh().add(app_id, seen);
        // Most often nobody listens.
        let _ = self.inner.news.send((app_id, number));
        choice
    }
}

fn too_long() -> Choice {
    let status = StatusCode::PAYLOAD_TOO_LARGE.as_u16();
    let body = format!("The body is longer than the {BODY_BYTES_MAX} bytes that are read here.\n");
    Choice { status, delay: Duration::ZERO, body }
}

fn cut(mut text: String) -> String {
    if text.len() > LINE_KEPT_BYTES_MAX {
        text.truncate(text.floor_char_boundary(LINE_KEPT_BYTES_MAX));
        text.push('…');
    }
    text
}

/// A request of whatever method over the network.
pub(crate) async fn receive(
    State(portal): State<Portal>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => Some(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => None,
        // The sender broke off: there is nobody to answer and nothing complete to show.
        Err(_) => return StatusCode::BAD_REQUEST.into_response(),
    };
    let incoming = Incoming {
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        headers: parts.headers,
        body,
    };
    response(portal.inspector().take(&token, incoming).await)
}

/// Whatever somebody chose, browsers must not take it for a page of this server.
fn response(answered: Answered) -> Response {
    let mut response = Response::new(Body::from(answered.body));
    *response.status_mut() = StatusCode::from_u16(answered.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
