//! What happens to every request: a number, a log line, no caching, and no panic that reaches the connection.

use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use klingel_model::Dice;

use crate::ApiState;
use crate::problem::{InternalCause, Problem, server_error};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Bytes that all request ids of a process begin with: eight digits and a hyphen.
const PROCESS_BYTES: usize = 9;
/// Digits of the greatest number.
const NUMBER_BYTES_MAX: usize = 20;

/// Makes request ids: a random part for this process, and a number.
#[derive(Debug)]
pub(crate) struct RequestIds {
    process: [u8; PROCESS_BYTES],
    next: AtomicU64,
}

impl RequestIds {
    /// Ids of a new process.
    pub(crate) fn new(dice: &dyn Dice) -> Self {
        let mut bytes = [0u8; 4];
        dice.fill(&mut bytes);
        let mut process = [b'-'; PROCESS_BYTES];
        // Eight digits fit.
        let _ = write!(&mut process[..], "{:08x}", u32::from_be_bytes(bytes));
        Self { process, next: AtomicU64::new(1) }
    }

    fn next(&self) -> HeaderValue {
        let mut number = self.next.fetch_add(1, Ordering::Relaxed);
        // By hand, from the end: `fmt` would cost as much as the rest of the boundary.
        let mut text = [0u8; PROCESS_BYTES + NUMBER_BYTES_MAX];
        let mut begin = text.len();
        loop {
            begin -= 1;
            text[begin] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        text[begin - PROCESS_BYTES..begin].copy_from_slice(&self.process);
        HeaderValue::from_bytes(&text[begin - PROCESS_BYTES..])
            .unwrap_or(HeaderValue::from_static("unnumbered"))
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
pub(crate) async fn within<B: From<Bytes>>(
    api: &ApiState,
    method: &Method,
    route: &str,
    answering: Pin<&mut (impl Future<Output = http::Response<B>> + Send)>,
) -> http::Response<B> {
    let clock = &api.engine().world().clock;
    let begun = clock.monotonic();
    let number = api.inner.requests.next();
    let id = number.to_str().unwrap_or_default();
    // A handler holds no state of its own beyond the request, so nothing half-done outlives its panic.
    let answered = AssertUnwindSafe(answering).catch_unwind().await;
    let (mut response, cause) = match answered {
        Ok(mut response) => match response.extensions_mut().remove::<InternalCause>() {
            Some(InternalCause(cause)) => (server_error(Some(id)).map(B::from), Some(cause)),
            None => (response, None),
        },
        Err(panic) => (server_error(Some(id)).map(B::from), Some(panic_text(&*panic).to_owned())),
    };
    let status = response.status().as_u16();
    // Most answers are not logged; then nobody asks the clock.
    let duration_ms = || clock.monotonic().saturating_sub(begun).as_secs_f64() * 1000.0;
    if let Some(cause) = cause {
        tracing::error!(request_id = id, %method, route, status, duration_ms = duration_ms(), cause, "request failed");
    } else if status == StatusCode::SERVICE_UNAVAILABLE {
        tracing::warn!(request_id = id, %method, route, status, duration_ms = duration_ms(), "request refused");
    } else {
        tracing::debug!(request_id = id, %method, route, status, duration_ms = duration_ms(), "request answered");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Ones;

    impl Dice for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(1);
        }
    }

    #[test]
    fn requests_are_numbered_within_their_process() {
        let ids = RequestIds::new(&Ones);
        assert_eq!(ids.next(), "01010101-1");
        ids.next.store(10, Ordering::Relaxed);
        assert_eq!(ids.next(), "01010101-10");
        ids.next.store(u64::MAX, Ordering::Relaxed);
        assert_eq!(ids.next(), "01010101-18446744073709551615");
    }
}
