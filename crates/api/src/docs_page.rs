//! `/docs`: the description of the API as a page for people.
//!
//! One page without scripts, fonts or pictures from anywhere, made once from the description. Its policy allows the
//! style that stands in it, by its hash, and nothing else.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::{Map, Value};

use crate::openapi::openapi_json;
use klingel_engine::keys::sha256;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0b6bcb; }
@media (prefers-color-scheme: dark) { :root { --accent: #6db3f8; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
a { color: var(--accent); } code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
nav ul { columns: 20rem; padding-left: 1.2rem; }
details { border: 1px solid var(--line); border-radius: 0.4rem; margin: 0.5rem 0; padding: 0.5rem 1rem; }
summary { cursor: pointer; } summary b { display: inline-block; min-width: 4.5rem; color: var(--accent); }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); }
th { background: var(--soft); } td:first-child { white-space: nowrap; }
";

struct Page {
    html: Bytes,
    policy: HeaderValue,
}

/// `GET /docs`
pub(crate) async fn serve() -> Response {
    static PAGE: LazyLock<Page> = LazyLock::new(|| {
        let description = serde_json::from_str(&openapi_json()).unwrap_or_default();
        let hash = STANDARD.encode(sha256(&[STYLE.as_bytes()]));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        Page {
            html: page(&description).into(),
            policy: HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'")),
        }
    });
    let mut response = Response::new(Body::from(PAGE.html.clone()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, PAGE.policy.clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn page(api: &Value) -> String {
    let mut body = String::new();
    let mut contents = String::new();
    for tag in api["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        put(&mut body, &format!("<h2>{name}</h2><p>{}</p>", text(&tag["description"])));
        for (path, method, operation) in operations(api).filter(|(.., o)| o["tags"][0] == tag["name"]) {
            let id = text(&operation["operationId"]);
            put(&mut contents, &format!("<li><a href=\"#{id}\">{}</a></li>", id.trim_start_matches("v1.")));
            put(&mut body, &show_operation(path, method, operation));
        }
    }
    put(&mut body, "<h2>Objects</h2>");
    for (name, schema) in entries(&api["components"]["schemas"]) {
        let name = escaped(name);
        put(&mut body, &format!("<details id=\"schema-{name}\" open><summary><code>{name}</code></summary>"));
        put(&mut body, &format!("<p>{}</p>{}</details>", text(&schema["description"]), show_fields(schema)));
    }
    let (title, version) = (text(&api["info"]["title"]), text(&api["info"]["version"]));
    let about = text(&api["info"]["description"]);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}</style></head>\
         <body><h1>{title} API <small>{version}</small></h1><p>{about}</p>\
         <p>For programs: <a href=\"/api/v1/openapi.json\">openapi.json</a></p>\
         <nav aria-label=\"Operations\"><ul>{contents}</ul></nav><main>{body}</main></body></html>"
    )
}

fn operations(api: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    entries(&api["paths"]).flat_map(|(path, methods)| {
        entries(methods)
            .filter(|(_, operation)| operation.is_object())
            .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

fn show_operation(path: &str, method: &str, operation: &Value) -> String {
    let id = text(&operation["operationId"]);
    let mut out = format!(
        "<details id=\"{id}\"><summary><b>{}</b> <code>{}</code></summary><p>{} {}</p>",
        method.to_uppercase(),
        escaped(path),
        text(&operation["summary"]),
        text(&operation["description"]),
    );
    let parameters = operation["parameters"].as_array();
    if let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) {
        put(&mut out, "<table><tr><th>Parameter</th><th>In</th><th>Type</th><th>What</th></tr>");
        for parameter in parameters {
            let cells = [
                format!("<code>{}</code>", text(&parameter["name"])),
                text(&parameter["in"]),
                type_of(&parameter["schema"]),
                text(&parameter["description"]),
            ];
            put(&mut out, &row(&cells));
        }
        put(&mut out, "</table>");
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if body.is_object() {
        put(&mut out, &format!("<p>Body: {}</p>", type_of(body)));
    }
    put(&mut out, "<table><tr><th>Answer</th><th>Body</th><th>What</th></tr>");
    for (status, response) in entries(&operation["responses"]) {
        let schema = &response["content"]["application/json"]["schema"];
        put(&mut out, &row(&[escaped(status), type_of(schema), text(&response["description"])]));
    }
    put(&mut out, "</table></details>");
    out
}

fn show_fields(schema: &Value) -> String {
    let mut out = String::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let shown =
            if part["$ref"].is_string() { format!("<p>{}</p>", type_of(part)) } else { show_fields(part) };
        put(&mut out, &shown);
    }
    let required = |name: &str| schema["required"].as_array().is_some_and(|list| list.contains(&name.into()));
    let mut fields = entries(&schema["properties"]).peekable();
    if fields.peek().is_some() {
        put(&mut out, "<table><tr><th>Field</th><th>Type</th><th>What</th></tr>");
        for (name, field) in fields {
            let mark = if required(name) { " *" } else { "" };
            let shown = format!("<code>{}</code>{mark}", escaped(name));
            put(&mut out, &row(&[shown, type_of(field), text(&field["description"])]));
        }
        put(&mut out, "</table>");
    }
    out
}

/// A schema in a few words, as HTML.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let name = escaped(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return choices.iter().map(type_of).collect::<Vec<_>>().join(" or ");
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" or "),
        kind => text(kind),
    };
    match &schema["items"] {
        Value::Null => kinds,
        items => format!("{kinds} of {}", type_of(items)),
    }
}

fn row(cells: &[String]) -> String {
    format!("<tr><td>{}</td></tr>", cells.join("</td><td>"))
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn put(out: &mut String, html: &str) {
    // Writing to a string cannot fail.
    let _ = out.write_str(html);
}
