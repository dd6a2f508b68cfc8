//! Errors in the vendor's form: `{"status":"error","message":…}`.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use klingel_engine::Refusal;
use serde::Serialize;

use crate::lina::answer;

/// Why a call was not done.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    message: String,
    allow: Option<&'static str>,
}

#[derive(Serialize)]
struct Body<'a> {
    status: &'static str,
    message: &'a str,
}

impl Refused {
    /// An error of this status.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), allow: None }
    }

    /// The body is not what the call takes.
    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// The caller may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// The caller has shown no key that opens anything. Does not say what is wrong with it.
    pub fn unknown_key() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "a valid API-Key is required: Authorization: Bearer <API-Key>; it may be wrong, expired or revoked",
        )
    }

    /// The caller has shown a token that opens nothing. Does not say what is wrong with it.
    pub fn unknown_token() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "a valid access token is required; it may be expired, or of an issuer or for an audience that this store does not know",
        )
    }

    /// Nobody's path.
    pub fn unknown_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is no such endpoint or call")
    }

    /// Not with this method.
    pub fn method(allow: &'static str) -> Self {
        let message = format!("this call takes {allow}");
        Self { status: StatusCode::METHOD_NOT_ALLOWED, message, allow: Some(allow) }
    }

    /// More data requests than the store has booked.
    pub fn exhausted(requests_max: u32) -> Self {
        let message = format!("API-Calls exhausted: {requests_max} Calls per 15 minutes");
        Self::new(StatusCode::TOO_MANY_REQUESTS, message)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(_) => Self::new(StatusCode::NOT_FOUND, refusal.to_string()),
            Refusal::Limit(..) => Self::forbidden(refusal.to_string()),
            Refusal::Invalid(..) | Refusal::Taken(_) | Refusal::KeyReused => Self::bad(refusal.to_string()),
            Refusal::Conflict(_) | Refusal::Unavailable(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "nothing was changed; try again in a moment")
            }
            Refusal::Internal(cause) => {
                tracing::error!(cause, "a call of a third party failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the server failed to answer")
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = Body { status: "error", message: &self.message };
        let mut response = answer::json(self.status, &body);
        if let Some(allow) = self.allow {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
