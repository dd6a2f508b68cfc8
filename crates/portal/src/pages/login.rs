//! `/portal/login`: the door for operators with a password.

use askama::Template;
use axum::extract::Query;
use http::StatusCode;

use super::home::start_of;
use crate::answer::{Answer, page_with, see_other};
use crate::door::{Looking, Visit};
use crate::form::{FieldView, Look};
use crate::frame::Frame;

#[derive(Debug, Template)]
#[template(path = "login.html")]
struct Page {
    frame: Frame,
    fields: Vec<FieldView>,
    next: String,
    error: String,
}

/// The form; who is logged in already is led on.
pub(crate) async fn show(Looking(visit): Looking, Query(query): Query<Vec<(String, String)>>) -> Answer {
    let next = query.iter().find(|(name, _)| name == "next").map_or("", |(_, value)| value.as_str());
    if let Some(pass) = &visit.pass {
        return see_other(&start_of(Some(&pass.scope)));
    }
    form(&visit, StatusCode::OK, "", next, String::new())
}

fn form(visit: &Visit, status: StatusCode, name: &str, next: &str, error: String) -> Answer {
    let words = visit.words;
    let fields = vec![
        FieldView::new("name", words.t("login-name"), Look::Text).value(name).required(),
        FieldView::new("password", words.t("login-password"), Look::Secret).required(),
    ];
    let frame = Frame::plain(visit, "login");
    page_with(status, &Page { frame, fields, next: own_path(next).to_owned(), error })
}

/// A path of the portal; anything else, such as another site's address, becomes its first page.
pub(super) fn own_path(path: &str) -> &str {
    let own = path == "/portal" || path.starts_with("/portal/");
    if own && !path.contains(['\\', '\r', '\n']) && !path.contains("//") { path } else { "/portal" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nobody_is_led_to_another_site() {
        for path in
            ["https://evil.example", "//evil.example", "/portal//evil", "/portal/\\evil", "", "/portale"]
        {
            assert_eq!(own_path(path), "/portal", "{path}");
        }
        assert_eq!(own_path("/portal/apps?state=failing"), "/portal/apps?state=failing");
    }
}
