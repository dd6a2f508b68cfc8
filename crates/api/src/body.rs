//! Request bodies: read with a limit, before anything looks into them.

use std::pin::{Pin, pin};

use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
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

impl<A: Access> Submitted<A> {
    /// Looks at the caller first, and reads the body of one who may send it.
    /// Errors: 401, 403, 413, 400 when the body breaks off, 422 for the idempotency key.
    pub(crate) async fn of<B>(parts: &Parts, body: B, api: &ApiState) -> Result<Self, Problem>
    where
        B: HttpBody<Data = Bytes>,
    {
        let caller = Caller::of(&parts.headers, &parts.extensions, api).await?;
        let bytes_max = api.engine().settings().limits.body_bytes_max;
        let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|n| n.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: u64| length > bytes_max as u64) {
            return Err(too_large(bytes_max));
        }
        let body = read(body, bytes_max).await?;
        let once = if parts.method == Method::POST {
            let query = parts.uri.query().unwrap_or_default();
            let request =
                idempotency::Request { method: &parts.method, path: parts.uri.path(), query, body: &body };
            let key = parts.headers.get(&idempotency::HEADER).map(HeaderValue::as_bytes);
            once_key(api, caller.environment_id, request, key)?
        } else {
            None
        };
        Ok(Self { caller, body, once })
    }
}

impl<A: Access> FromRequest<ApiState> for Submitted<A> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &ApiState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        Self::of(&parts, body, api).await
    }
}

async fn read<B>(body: B, bytes_max: usize) -> Result<Bytes, Problem>
where
    B: HttpBody<Data = Bytes>,
{
    let mut body = pin!(body);
    // Most bodies come in one piece, which is taken as it is.
    let Some(first) = next_piece(body.as_mut(), bytes_max, bytes_max).await? else {
        return Ok(Bytes::new());
    };
    if body.is_end_stream() {
        return Ok(first);
    }
    let Some(second) = next_piece(body.as_mut(), bytes_max - first.len(), bytes_max).await? else {
        return Ok(first);
    };
    let mut whole = BytesMut::with_capacity(2 * (first.len() + second.len()));
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second);
    drop((first, second));
    while let Some(piece) = next_piece(body.as_mut(), bytes_max - whole.len(), bytes_max).await? {
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

/// The next bytes; `None` at the end. Errors: 413 when they are more than there may still come, 400 when the body
/// breaks off.
async fn next_piece<B>(mut body: Pin<&mut B>, left: usize, bytes_max: usize) -> Result<Option<Bytes>, Problem>
where
    B: HttpBody<Data = Bytes>,
{
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| broken_off())?;
        // What else there may be are trailers, which nobody asked for.
        let Ok(piece) = frame.into_data() else { continue };
        if piece.len() > left {
            return Err(too_large(bytes_max));
        }
        return Ok(Some(piece));
    }
    Ok(None)
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
