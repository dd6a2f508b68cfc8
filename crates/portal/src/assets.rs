//! Style sheet and scripts: in the binary, under addresses that change with their content, so that browsers may keep
//! them for good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, StatusCode, header};
use klingel_engine::keys::sha256;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Name, media type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("style.css", CSS, include_str!("../assets/style.css")),
    ("icon.svg", SVG, include_str!("../assets/icon.svg")),
    ("enhance.js", JS, include_str!("../assets/enhance.js")),
    ("rows.js", JS, include_str!("../assets/rows.js")),
    ("live.js", JS, include_str!("../assets/live.js")),
];

/// A few characters of a hash over all files: one changed file changes every address, which costs one more load.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<u8> = FILES.iter().flat_map(|(_, _, content)| content.bytes()).collect();
    URL_SAFE_NO_PAD.encode(&sha256(&[&all])[..6])
});

/// The address of a file.
pub(crate) fn href(name: &str) -> String {
    format!("/portal/assets/{}/{name}", *VERSION)
}

/// `GET /portal/assets/{version}/{name}`
pub(crate) async fn serve(Path((version, name)): Path<(String, String)>) -> Response {
    let Some((_, media, content)) = FILES.iter().find(|(known, _, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    (headers, *content).into_response()
}
