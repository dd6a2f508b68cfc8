//! What went wrong, as a page that says what happened and what to do.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use klingel_engine::Refusal;
use klingel_store::Error;

/// Why a page was not shown.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Nobody is logged in, or no longer.
    LoggedOut,
    /// A link that was used before, or came too late.
    UsedLink,
    /// Logged in, but not for this.
    Forbidden,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// The form did not come from a page of this session.
    Forged,
    /// Somebody changed it meanwhile.
    Changed,
    /// The form cannot be read.
    Unreadable,
    /// Too much at once.
    TooMany,
    /// It is not possible now; why, for people.
    Conflict(String),
    /// The store is busy, full or away.
    Unavailable,
    /// Our own fault; the cause is for the log only.
    Internal(String),
}

impl Fault {
    /// Status, key of the title, key of what to do.
    pub(crate) fn story(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::LoggedOut => (StatusCode::UNAUTHORIZED, "fault-logged-out", "fault-logged-out-help"),
            Self::UsedLink => (StatusCode::GONE, "fault-used-link", "fault-used-link-help"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "fault-forbidden", "fault-forbidden-help"),
            Self::NotFound => (StatusCode::NOT_FOUND, "fault-not-found", "fault-not-found-help"),
            Self::Forged => (StatusCode::FORBIDDEN, "fault-forged", "fault-forged-help"),
            Self::Changed => (StatusCode::CONFLICT, "fault-changed", "fault-changed-help"),
            Self::Unreadable => (StatusCode::BAD_REQUEST, "fault-unreadable", "fault-unreadable-help"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "fault-too-many", "fault-too-many-help"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "fault-conflict", "fault-conflict-help"),
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "fault-unavailable", "fault-unavailable-help")
            }
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "fault-internal", "fault-internal-help"),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::from(Refusal::of(error, "object"))
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(_) => Self::NotFound,
            Refusal::Unavailable(_) => Self::Unavailable,
            Refusal::Internal(why) => Self::Internal(why),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl IntoResponse for Fault {
    /// Only the fault: the page is drawn at the boundary, which knows the reader's language.
    fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::empty());
        *response.status_mut() = self.story().0;
        response.extensions_mut().insert(self);
        response
    }
}
