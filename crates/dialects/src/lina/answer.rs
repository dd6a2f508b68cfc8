//! JSON answers of all doors, and errors of those below the management API.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use klingel_engine::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// Bytes of a body that a door reads.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A JSON answer.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    let body = serde_json::to_vec(value).expect("answers have text keys and plain values");
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The whole body; `None` when it is too large or breaks off.
pub async fn body(body: Body) -> Option<Bytes> {
    axum::body::to_bytes(body, BODY_BYTES_MAX).await.ok()
}

/// Why something below the management API was not done, in that API's two shapes.
#[derive(Debug)]
pub struct Problem(pub Refusal);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let detail = self.0.to_string();
        let (status, code) = match self.0 {
            Refusal::Invalid(field, why) => {
                let item = json!({"loc": ["body", field], "msg": why, "type": "value_error"});
                return json(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "detail": [item] }));
            }
            Refusal::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Refusal::Taken(_) | Refusal::Conflict(_) | Refusal::KeyReused => {
                (StatusCode::CONFLICT, "conflict")
            }
            Refusal::Limit(..) => (StatusCode::CONFLICT, "limit_reached"),
            Refusal::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Refusal::Internal(cause) => {
                tracing::error!(cause, "an operation of the dialect failed");
                let detail = "Klingel failed to answer; the operator finds the cause in the log";
                let body = json!({"code": "server_error", "detail": detail});
                return json(StatusCode::INTERNAL_SERVER_ERROR, &body);
            }
        };
        json(status, &json!({"code": code, "detail": detail}))
    }
}

/// Reads a JSON body. The error names the place, not what stood there.
pub async fn read<T: DeserializeOwned>(from: Body) -> Result<T, Problem> {
    let wrong = |why: String| Problem(Refusal::Invalid("", why));
    let bytes = body(from).await.ok_or_else(|| wrong(format!("must have at most {BODY_BYTES_MAX} bytes")))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        // The parser's own sentence repeats values; which field is unknown or missing is said in the README.
        let what =
            if error.is_data() { "a field is missing, unknown or of a wrong type" } else { "is no JSON" };
        wrong(format!("{what} (line {}, column {})", error.line(), error.column()))
    })
}
