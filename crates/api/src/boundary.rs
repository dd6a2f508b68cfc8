//! What happens to every request: a number, a log line, no caching, and no panic that reaches the connection.

use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use klingel_model::Dice;

use crate::ApiState;
use crate::problem::{InternalCause, Problem, server_error};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes of a request id at most: eight digits, a hyphen and any number.
const ID_BYTES_MAX: usize = 32;

/// Makes request ids: a random part for this process, and a number.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: u32,
    next: AtomicU64,
}

impl RequestIds {
    /// Ids of a new process.
    pub(crate) fn new(dice: &dyn Dice) -> Self {
        let mut bytes = [0u8; 4];
        dice.fill(&mut bytes);
        Self { process: u32::from_be_bytes(bytes), next: AtomicU64::new(1) }
    }

    fn next(&self) -> HeaderValue {
        let mut text = [0u8; ID_BYTES_MAX];
        let mut rest = &mut text[..];
        // The longest id fits, so writing cannot fail; were it cut, it would still be a header's value.
        let _ = write!(rest, "{:08x}-{}", self.process, self.next.fetch_add(1, Ordering::Relaxed));
        let length = ID_BYTES_MAX - rest.len();
        HeaderValue::from_bytes(&text[..length]).unwrap_or(HeaderValue::from_static("unnumbered"))
    }
}

/// Wraps every request that goes through the router.
pub(crate) async fn boundary(State(api): State<ApiState>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    within(&api, &method, route, pin!(next.run(request))).await
}

/// Answers within the boundary. Pinned by the caller, the future is not moved once more.
pub(crate) async fn within(
    api: &ApiState,
    method: &Method,
    route: &str,
    answering: Pin<&mut (impl Future<Output = Response> + Send)>,
) -> Response {
    let clock = &api.engine().world().clock;
    let begun = clock.monotonic();
    let number = api.inner.requests.next();
    let id = number.to_str().unwrap_or_default();
    // A handler holds no state of its own beyond the request, so nothing half-done outlives its panic.
    let answered = AssertUnwindSafe(answering).catch_unwind().await;
    let (mut response, cause) = match answered {
        Ok(mut response) => match response.extensions_mut().remove::<InternalCause>() {
            Some(InternalCause(cause)) => (server_error(Some(id)), Some(cause)),
            None => (response, None),
        },
        Err(panic) => (server_error(Some(id)), Some(panic_text(&*panic).to_owned())),
    };
    let status = response.status().as_u16();
    let duration_ms = clock.monotonic().saturating_sub(begun).as_secs_f64() * 1000.0;
    if let Some(cause) = cause {
        tracing::error!(request_id = id, %method, route, status, duration_ms, cause, "request failed");
    } else if status == StatusCode::SERVICE_UNAVAILABLE {
        tracing::warn!(request_id = id, %method, route, status, duration_ms, "request refused");
    } else {
        tracing::debug!(request_id = id, %method, route, status, duration_ms, "request answered");
    }
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(REQUEST_ID.clone(), number);
    response
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<&str>() {
        text
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text
    } else {
        "a panic without a text"
    }
}

/// The answer to paths that nobody serves.
pub(crate) async fn unknown_path() -> Response {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "there is no such operation; GET /api/v1/openapi.json lists them all",
    )
    .into_response()
}

/// The answer to a method that a path does not know.
pub(crate) async fn unknown_method() -> Response {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this path does not know this method; the header `allow` names those it knows",
    )
    .into_response()
}
