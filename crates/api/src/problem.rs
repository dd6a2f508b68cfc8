//! Errors as the caller sees them.
//!
//! Two shapes, as existing client libraries expect them: `{"code", "detail"}`, and for wrong input (422)
//! `{"detail": [{"loc", "msg", "type"}]}`, where `loc` leads to the field: `["body", "channels", "2"]`.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use klingel_engine::Refusal;
use klingel_store::Error;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer;

/// Seconds after which a caller may try again when the store is busy or full.
const RETRY_AFTER_S: &str = "1";

/// An error that is not about a field.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HttpErrorOut)]
pub(crate) struct ErrorOut {
    /// What kind of error, for programs.
    pub(crate) code: Cow<'static, str>,
    /// What happened and what to do, for people.
    pub(crate) detail: Cow<'static, str>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ValidationErrorItem)]
pub(crate) struct FieldFault {
    /// The way to the field: `["body", "metadata", "colour"]`, `["query", "limit"]`.
    pub(crate) loc: Vec<String>,
    /// What is wrong, for people.
    pub(crate) msg: Cow<'static, str>,
    /// What kind of fault, for programs: `value_error…` or `type_error…`.
    #[serde(rename = "type")]
    pub(crate) kind: Cow<'static, str>,
}

/// Wrong input: every fault that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HTTPValidationError)]
pub(crate) struct FaultsOut {
    /// The faults.
    pub(crate) detail: Vec<FieldFault>,
}

/// Why a request was not done.
#[derive(Debug)]
pub(crate) enum Problem {
    /// One sentence.
    Sentence(StatusCode, ErrorOut),
    /// Faults of fields.
    Fields(Vec<FieldFault>),
    /// Our own fault. The cause is for the log only.
    Internal(String),
}

/// The cause of a 500, handed to the log beside the answer.
#[derive(Debug, Clone)]
pub(crate) struct InternalCause(pub(crate) String);

impl FieldFault {
    /// A fault at this place.
    pub(crate) fn at(
        loc: &[&str],
        kind: impl Into<Cow<'static, str>>,
        msg: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { loc: loc.iter().map(|&part| part.to_owned()).collect(), msg: msg.into(), kind: kind.into() }
    }
}

impl Problem {
    /// An error of this status.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Sentence(status, ErrorOut { code: code.into(), detail: detail.into() })
    }

    /// There is no such thing in the caller's environment.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("there is no such {what}"))
    }

    /// One wrong field.
    pub(crate) fn field(loc: &[&str], kind: &'static str, msg: impl Into<Cow<'static, str>>) -> Self {
        Self::Fields(vec![FieldFault::at(loc, kind, msg)])
    }

    /// A refusal, where `Invalid` names a field of the body.
    pub(crate) fn of(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(what) => Self::not_found(what),
            Refusal::Taken(_) | Refusal::Conflict(_) => {
                Self::new(StatusCode::CONFLICT, "conflict", refusal.to_string())
            }
            Refusal::Limit(..) => Self::new(StatusCode::CONFLICT, "limit_reached", refusal.to_string()),
            Refusal::Invalid(field, why) => Self::field(&["body", field], "value_error", why),
            Refusal::KeyReused => {
                Self::field(&["header", "idempotency-key"], "value_error", refusal.to_string())
            }
            Refusal::Unavailable(why) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                format!("{why}; nothing was changed; try again in a moment"),
            ),
            Refusal::Internal(why) => Self::Internal(why),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::of(refusal)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::of(Refusal::of(error, "object"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.answer().map(Body::from)
    }
}

impl Problem {
    /// The answer that tells it.
    pub(crate) fn answer(self) -> http::Response<Bytes> {
        match self {
            Self::Fields(detail) => {
                answer::of_text(StatusCode::UNPROCESSABLE_ENTITY, answer::text(&FaultsOut { detail }))
            }
            Self::Internal(cause) => {
                let mut response = server_error(None);
                response.extensions_mut().insert(InternalCause(cause));
                response
            }
            Self::Sentence(status, error) => {
                let mut response = answer::of_text(status, answer::text(&error));
                if status == StatusCode::UNAUTHORIZED {
                    let scheme = HeaderValue::from_static("Bearer");
                    response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
                } else if status == StatusCode::SERVICE_UNAVAILABLE {
                    let wait = HeaderValue::from_static(RETRY_AFTER_S);
                    response.headers_mut().insert(header::RETRY_AFTER, wait);
                }
                response
            }
        }
    }
}

/// The answer to a fault of our own. It says where the cause stands, not what it is.
pub(crate) fn server_error(request_id: Option<&str>) -> http::Response<Bytes> {
    let detail = match request_id {
        Some(id) => {
            format!("Klingel failed to answer; the operator finds the cause in the log, request_id {id}")
                .into()
        }
        None => Cow::Borrowed("Klingel failed to answer; the operator finds the cause in the log"),
    };
    let error = ErrorOut { code: "server_error".into(), detail };
    answer::of_text(StatusCode::INTERNAL_SERVER_ERROR, answer::text(&error))
}
