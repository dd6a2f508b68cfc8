//! Errors in the vendor's shapes: 422 is an object of lists of sentences by field, everything else `{"message": …}`.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use klingel_engine::Refusal;
use serde_json::json;

/// Sentences about each wrong field, by the field's name; fields of fields are joined with dots.
pub(super) type Faults = BTreeMap<String, Vec<String>>;

/// Why a request was not done. Nothing was changed and nothing is sent.
#[derive(Debug)]
pub(super) enum Problem {
    /// Wrong input.
    Fields(Faults),
    /// One sentence.
    Sentence(StatusCode, String),
    /// No or wrong credentials.
    Unauthorised,
    /// Too many requests: seconds until the next may come.
    TooMany(u64),
    /// Our own fault; the cause is for the log only.
    Internal(String),
}

impl Problem {
    /// One wrong field.
    pub(super) fn field(name: &str, why: impl Into<String>) -> Self {
        Self::Fields(Faults::from([(name.to_owned(), vec![why.into()])]))
    }

    /// There is no such thing.
    pub(super) fn not_found(what: &str) -> Self {
        Self::Sentence(StatusCode::NOT_FOUND, format!("There is no such {what}."))
    }

    /// It cannot be done in the present state.
    pub(super) fn conflict(why: impl Into<String>) -> Self {
        Self::Sentence(StatusCode::CONFLICT, why.into())
    }

    /// The sentence, for the command line.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Fields(faults) => {
                let lines: Vec<_> =
                    faults.iter().map(|(name, why)| format!("{name}: {}", why.join(" "))).collect();
                lines.join("\n")
            }
            Self::Sentence(_, text) | Self::Internal(text) => text.clone(),
            Self::Unauthorised => "The credentials are missing or wrong.".to_owned(),
            Self::TooMany(seconds) => format!("Too many requests; go on in {seconds} s."),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(what) => Self::not_found(what),
            Refusal::Invalid(field, why) => Self::field(field, why),
            Refusal::Unavailable(why) => Self::Sentence(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("{why}; nothing was changed; try again in a moment."),
            ),
            Refusal::Internal(why) => Self::Internal(why),
            Refusal::Taken(_) | Refusal::Conflict(_) | Refusal::KeyReused | Refusal::Limit(..) => {
                Self::conflict(refusal.to_string())
            }
        }
    }
}

impl From<klingel_store::Error> for Problem {
    fn from(error: klingel_store::Error) -> Self {
        Refusal::of(error, "record").into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::Fields(faults) => (StatusCode::UNPROCESSABLE_ENTITY, Json(faults)).into_response(),
            Self::Sentence(status, text) => (status, Json(json!({ "message": text }))).into_response(),
            Self::Unauthorised => {
                let body =
                    json!({"message": "Unauthenticated: show an API client's key and secret by HTTP Basic."});
                let mut response = (StatusCode::UNAUTHORIZED, Json(body)).into_response();
                let challenge = HeaderValue::from_static("Basic realm=\"client-api\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                response
            }
            Self::TooMany(seconds) => {
                let body = json!({"message": "Too many requests: at most 20 in a minute."});
                let mut response = (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response();
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                response
            }
            Self::Internal(cause) => {
                tracing::error!(cause, "request failed");
                let body = json!({"message": "An error of the server's own; its operator finds the cause in the log."});
                (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
            }
        }
    }
}
