//! Successful answers.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use klingel_store::{Answer, Written};
use serde::Serialize;

/// Says that the answer was given before to the same `Idempotency-Key`.
static REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Bytes of most answers.
const TEXT_BYTES: usize = 512;

/// JSON text of a value.
pub(crate) fn text<T: Serialize>(value: &T) -> Bytes {
    text_of_about(TEXT_BYTES, value)
}

/// JSON text of a value that will have about so many bytes.
pub(crate) fn text_of_about<T: Serialize>(bytes: usize, value: &T) -> Bytes {
    let mut text = Vec::with_capacity(bytes);
    serde_json::to_writer(&mut text, value)
        .expect("our own answers have string keys only and no failing parts");
    text.into()
}

/// An answer with this JSON text.
pub(crate) fn raw(status: StatusCode, text: Bytes) -> Response {
    of_text(status, text).map(Body::from)
}

/// An answer with this JSON text, in one piece.
pub(crate) fn of_text(status: StatusCode, text: Bytes) -> http::Response<Bytes> {
    let mut response = http::Response::new(text);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer with this value as JSON.
pub(crate) fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    raw(status, text(value))
}

/// `204` without a body.
pub(crate) fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Marks an answer that was given before.
pub(crate) fn replayed<B>(mut response: http::Response<B>) -> http::Response<B> {
    response.headers_mut().insert(REPLAYED.clone(), HeaderValue::from_static("true"));
    response
}

/// The answer to a write: `fresh` if it was made now, what was answered then if it came before.
pub(crate) fn written(written: Written, fresh: Answer) -> Response {
    match written {
        Written::Fresh => kept(fresh),
        Written::Replay(answer) => replayed(kept(answer)),
    }
}

fn kept(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    if answer.body.is_empty() {
        let mut response = no_content();
        *response.status_mut() = status;
        return response;
    }
    raw(status, answer.body)
}
