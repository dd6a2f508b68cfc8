//! Request bodies: read with a limit, before anything looks into them.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use klingel_store::{Answer, Once, OnceKey};

use crate::ApiState;
use crate::auth::{Access, Caller};
use crate::idempotency::{self, once_key};
use crate::problem::Problem;

/// A request with a body, from a caller whose key allows `A`.
#[derive(Debug)]
pub(crate) struct Submitted<A> {
    /// Who.
    pub(crate) caller: Caller<A>,
    /// The body, byte for byte.
    pub(crate) body: Bytes,
    /// The idempotency key of a `POST`.
    pub(crate) once: Option<OnceKey>,
}

impl<A> Submitted<A> {
    /// The idempotency key together with the answer to keep for it.
    pub(crate) fn once_with(&self, answer: &Answer) -> Option<Once> {
        self.once.clone().map(|key| Once { key, answer: answer.clone() })
    }
}

/// Looks at the caller first, and reads the body of one who may send it.
/// Errors: 401, 403, 413, 400 when the body breaks off, 422 for the idempotency key.
impl<A: Access> FromRequest<ApiState> for Submitted<A> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &ApiState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let caller = Caller::of(&parts.headers, &parts.extensions, api).await?;
        let bytes_max = api.engine().settings().limits.body_bytes_max;
        let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: u64| length > bytes_max as u64) {
            return Err(too_large(bytes_max));
        }
        let body = read(body, bytes_max).await?;
        let once = if parts.method == Method::POST {
            let query = parts.uri.query().unwrap_or_default();
            let post = idempotency::Post { path: parts.uri.path(), query, body: &body };
            let key = parts.headers.get(&idempotency::HEADER).map(HeaderValue::as_bytes);
            once_key(api, caller.environment_id, post, key)?
        } else {
            None
        };
        Ok(Self { caller, body, once })
    }
}

/// The whole body. Errors: 413 when it is larger than `bytes_max`, 400 when it breaks off.
async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, bytes_max).collect().await {
        // What else there may be are trailers, which nobody asked for.
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(bytes_max)),
        Err(_) => Err(broken_off()),
    }
}

fn broken_off() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "incomplete_body",
        "the body broke off before its end; send the request again",
    )
}

fn too_large(bytes_max: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        format!(
            "the body is larger than {bytes_max} bytes; send less, \
             or ask the operator to raise the setting body_bytes_max"
        ),
    )
}
