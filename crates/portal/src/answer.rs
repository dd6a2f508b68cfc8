//! Answers: a page, or the way to another one.

use askama::Template;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::fault::Fault;

/// What a handler gives.
pub(crate) type Answer = Result<Response, Fault>;

/// A page.
pub(crate) fn page(template: &impl Template) -> Answer {
    page_with(StatusCode::OK, template)
}

/// A page with another status, such as a form that was not accepted.
pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Answer {
    let html = template.render().map_err(|error| Fault::Internal(format!("a template failed: {error}")))?;
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    Ok(response)
}

/// After a form was done: the browser goes on with a `GET`, so that a reload does not send the form again.
pub(crate) fn see_other(path: &str) -> Answer {
    let location = HeaderValue::from_str(path)
        .map_err(|_| Fault::Internal("a path to go on to is no header value".to_owned()))?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}
