//! Pages by number: 200 items, with `links`, `meta` and `data`, and no total.

use std::fmt::Write as _;

use axum::extract::Query;
use http::{HeaderMap, Uri, header};
use serde_json::{Value, json};

use crate::signinapp::problem::Problem;

/// Items of a page.
pub(super) const PER_PAGE: usize = 200;

/// The query of a request, decoded.
pub(super) type Pairs = Query<Vec<(String, String)>>;

/// The value of a parameter; the last one if it stands twice, nothing if it is empty.
pub(super) fn parameter<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .rev()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

/// The page's number, from 1.
pub(super) fn number(pairs: &Pairs) -> Result<u64, Problem> {
    let Some(text) = parameter(pairs, "page") else { return Ok(1) };
    let number = text.parse::<u64>().ok().filter(|number| (1..=1_000_000_000).contains(number));
    number.ok_or_else(|| Problem::field("page", "The page must be a whole number from 1."))
}

/// How many items stand before the page.
pub(super) fn offset(number: u64) -> u64 {
    (number - 1) * PER_PAGE as u64
}

/// Where the list is found.
pub(super) struct Address {
    /// Without query, absolute if the caller has said which host he means.
    path: String,
    /// Conditions that the links repeat, each with `&` behind it.
    conditions: String,
}

impl Address {
    /// Of this request.
    pub(super) fn of(headers: &HeaderMap, uri: &Uri, conditions: &[(&str, Option<&str>)]) -> Self {
        let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let scheme = match text(header::HeaderName::from_static("x-forwarded-proto")) {
            Some("https") => "https",
            _ => "http",
        };
        let host = text(header::HOST).map_or_else(String::new, |host| format!("{scheme}://{host}"));
        let given = conditions.iter().filter_map(|(name, value)| Some((name, (*value)?)));
        let conditions =
            given.fold(String::new(), |text, (name, value)| text + name + "=" + &encoded(value) + "&");
        Self { path: format!("{host}{}", uri.path()), conditions }
    }

    fn page(&self, number: u64) -> String {
        format!("{}?{}page={number}", self.path, self.conditions)
    }
}

/// The page as it is answered. Errors: 422 beyond the last page; the first is never beyond it.
pub(super) fn envelope(address: &Address, number: u64, total: u64, data: &[Value]) -> Result<Value, Problem> {
    let last = total.div_ceil(PER_PAGE as u64).max(1);
    if number > last {
        return Err(Problem::field("page", format!("The last page is {last}.")));
    }
    let from = offset(number) + 1;
    let to = offset(number) + data.len() as u64;
    let (from, to) = if data.is_empty() { (None, None) } else { (Some(from), Some(to)) };
    Ok(json!({
        "links": {
            "first": address.page(1),
            "last": address.page(last),
            "prev": (number > 1).then(|| address.page(number - 1)),
            "next": (number < last).then(|| address.page(number + 1)),
        },
        "meta": {"current_page": number, "from": from, "path": address.path, "per_page": PER_PAGE, "to": to},
        "data": data,
    }))
}

/// A value for a query: everything but letters, digits, `-`, `.`, `_` and `~` is encoded (RFC 3986 section 2.3).
fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
