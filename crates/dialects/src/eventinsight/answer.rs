//! Answers of the routes: JSON, with errors in the two shapes of the management API.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use klingel_engine::Refusal;
use klingel_store::Error;
use serde_json::{Value, json};

use super::document::Fault;

/// Why a request was not done.
#[derive(Debug)]
pub(super) enum Problem {
    /// One sentence: status, code for programs, sentence for people.
    Sentence(StatusCode, &'static str, String),
    /// A wrong field: the way to it, and what is wrong.
    Field(Vec<String>, String),
}

impl Problem {
    /// There is no such thing in this application.
    pub(super) fn not_found(what: &str) -> Self {
        Self::Sentence(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
    }

    /// A field of the body.
    pub(super) fn body(fault: Fault) -> Self {
        let way = std::iter::once("body".to_owned()).chain(fault.path).collect();
        Self::Field(way, fault.reason)
    }

    /// A parameter of the query.
    pub(super) fn query(name: &str, reason: impl Into<String>) -> Self {
        Self::Field(vec!["query".to_owned(), name.to_owned()], reason.into())
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let sentence = refusal.to_string();
        match refusal {
            Refusal::NotFound(what) => Self::not_found(what),
            Refusal::Taken(_) | Refusal::Conflict(_) => {
                Self::Sentence(StatusCode::CONFLICT, "conflict", sentence)
            }
            Refusal::Limit(..) => Self::Sentence(StatusCode::CONFLICT, "limit_reached", sentence),
            Refusal::Invalid(field, why) => Self::Field(vec!["body".to_owned(), field.to_owned()], why),
            Refusal::KeyReused => Self::Sentence(StatusCode::UNPROCESSABLE_ENTITY, "key_reused", sentence),
            Refusal::Unavailable(_) => {
                Self::Sentence(StatusCode::SERVICE_UNAVAILABLE, "unavailable", sentence)
            }
            Refusal::Internal(_) => {
                let sentence = "something went wrong here; nothing was changed; the operator should look at \
                                `klingel doctor`";
                Self::Sentence(StatusCode::INTERNAL_SERVER_ERROR, "server_error", sentence.to_owned())
            }
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Refusal::of(error, "object").into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::Sentence(status, code, detail) => json_of(status, &json!({"code": code, "detail": detail})),
            Self::Field(loc, msg) => json_of(
                StatusCode::UNPROCESSABLE_ENTITY,
                &json!({"detail": [{"loc": loc, "msg": msg, "type": "value_error"}]}),
            ),
        }
    }
}

/// A JSON answer.
pub(super) fn json_of(status: StatusCode, body: &Value) -> Response {
    text_of(status, body.to_string())
}

/// An answer that is JSON already.
pub(super) fn text_of(status: StatusCode, body: String) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], body).into_response()
}
