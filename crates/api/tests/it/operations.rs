//! The table of operations as existing clients know them: path, method, and the status of success.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use http::Request;
use serde_json::Value;

use crate::house::House;

const OPERATIONS: &[(&str, &str, &[&str], &str)] = &[
    ("get", "/api/v1/app", &["200"], "v1.application.list"),
    ("post", "/api/v1/app", &["200", "201"], "v1.application.create"),
    ("get", "/api/v1/app/{app_id}", &["200"], "v1.application.get"),
    ("put", "/api/v1/app/{app_id}", &["200", "201"], "v1.application.update"),
    ("patch", "/api/v1/app/{app_id}", &["200"], "v1.application.patch"),
    ("delete", "/api/v1/app/{app_id}", &["204"], "v1.application.delete"),
    (
        "get",
        "/api/v1/app/{app_id}/attempt/endpoint/{endpoint_id}",
        &["200"],
        "v1.message-attempt.list-by-endpoint",
    ),
    ("get", "/api/v1/app/{app_id}/attempt/msg/{msg_id}", &["200"], "v1.message-attempt.list-by-msg"),
    ("get", "/api/v1/app/{app_id}/endpoint", &["200"], "v1.endpoint.list"),
    ("post", "/api/v1/app/{app_id}/endpoint", &["201"], "v1.endpoint.create"),
    ("get", "/api/v1/app/{app_id}/endpoint/{endpoint_id}", &["200"], "v1.endpoint.get"),
    ("put", "/api/v1/app/{app_id}/endpoint/{endpoint_id}", &["200", "201"], "v1.endpoint.update"),
    ("patch", "/api/v1/app/{app_id}/endpoint/{endpoint_id}", &["200"], "v1.endpoint.patch"),
    ("delete", "/api/v1/app/{app_id}/endpoint/{endpoint_id}", &["204"], "v1.endpoint.delete"),
    ("get", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers", &["200"], "v1.endpoint.get-headers"),
    ("put", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers", &["204"], "v1.endpoint.update-headers"),
    ("patch", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers", &["204"], "v1.endpoint.patch-headers"),
    (
        "get",
        "/api/v1/app/{app_id}/endpoint/{endpoint_id}/msg",
        &["200"],
        "v1.message-attempt.list-attempted-messages",
    ),
    ("post", "/api/v1/app/{app_id}/filter/test", &["200"], "v1.filter.test"),
    ("get", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret", &["200"], "v1.endpoint.get-secret"),
    (
        "post",
        "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret/rotate",
        &["204"],
        "v1.endpoint.rotate-secret",
    ),
    (
        "post",
        "/api/v1/app/{app_id}/endpoint/{endpoint_id}/send-example",
        &["200"],
        "v1.endpoint.send-example",
    ),
    ("get", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/waiting", &["200"], "v1.endpoint.list-waiting"),
    (
        "post",
        "/api/v1/app/{app_id}/endpoint/{endpoint_id}/cancel-waiting",
        &["200"],
        "v1.endpoint.cancel-waiting",
    ),
    (
        "post",
        "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/cancel",
        &["200"],
        "v1.message-attempt.cancel",
    ),
    ("post", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/recover", &["202"], "v1.endpoint.recover"),
    (
        "post",
        "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay-missing",
        &["202"],
        "v1.endpoint.replay-missing",
    ),
    ("get", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay", &["200"], "v1.replay.list"),
    ("post", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay", &["202"], "v1.replay.create"),
    ("post", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/count", &["200"], "v1.replay.count"),
    ("get", "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/{replay_id}", &["200"], "v1.replay.get"),
    (
        "post",
        "/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/{replay_id}/cancel",
        &["200"],
        "v1.replay.cancel",
    ),
    ("get", "/api/v1/app/{app_id}/msg", &["200"], "v1.message.list"),
    ("post", "/api/v1/app/{app_id}/msg", &["202"], "v1.message.create"),
    ("get", "/api/v1/app/{app_id}/msg/{msg_id}", &["200"], "v1.message.get"),
    ("delete", "/api/v1/app/{app_id}/msg/{msg_id}/content", &["204"], "v1.message.expunge-content"),
    ("get", "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}", &["200"], "v1.message-attempt.get"),
    (
        "delete",
        "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}/content",
        &["204"],
        "v1.message-attempt.expunge-content",
    ),
    (
        "get",
        "/api/v1/app/{app_id}/msg/{msg_id}/endpoint",
        &["200"],
        "v1.message-attempt.list-attempted-destinations",
    ),
    (
        "post",
        "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend",
        &["202"],
        "v1.message-attempt.resend",
    ),
    ("get", "/api/v1/event-type", &["200"], "v1.event-type.list"),
    ("post", "/api/v1/event-type", &["201"], "v1.event-type.create"),
    ("get", "/api/v1/event-type/{event_type_name}", &["200"], "v1.event-type.get"),
    ("put", "/api/v1/event-type/{event_type_name}", &["200", "201"], "v1.event-type.update"),
    ("patch", "/api/v1/event-type/{event_type_name}", &["200"], "v1.event-type.patch"),
    ("delete", "/api/v1/event-type/{event_type_name}", &["204"], "v1.event-type.delete"),
    ("post", "/api/v1/auth/app-portal-access/{app_id}", &["200"], "v1.authentication.app-portal-access"),
    (
        "post",
        "/api/v1/auth/subject-portal-access/{app_id}",
        &["200"],
        "v1.authentication.subject-portal-access",
    ),
    ("post", "/api/v1/auth/app/{app_id}/expire-all", &["204"], "v1.authentication.expire-all"),
    ("get", "/api/v1/dialect", &["200"], "v1.dialect.list"),
    ("get", "/api/v1/dialect/{dialect_name}", &["200"], "v1.dialect.get"),
    ("get", "/api/v1/health", &["204"], "v1.health.get"),
];

type Described = BTreeMap<(String, String), (BTreeSet<String>, String)>;

fn described(api: &Value) -> Described {
    let mut found = Described::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            let successes = responses.keys().filter(|status| status.starts_with('2')).cloned().collect();
            let id = operation["operationId"].as_str().unwrap().to_owned();
            found.insert((method.clone(), path.clone()), (successes, id));
        }
    }
    found
}

#[tokio::test]
async fn the_description_lists_exactly_the_operations_that_clients_know() {
    let house = House::new().await;
    let served = house.send(Request::get("/api/v1/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(served.text(), klingel_api::openapi_json());
    let expected: Described = OPERATIONS
        .iter()
        .map(|(method, path, successes, id)| {
            let successes = successes.iter().map(|&status| status.to_owned()).collect();
            (((*method).to_owned(), (*path).to_owned()), (successes, (*id).to_owned()))
        })
        .collect();
    assert_eq!(described(&served.expect(200)), expected);
}

#[tokio::test]
async fn every_operation_is_served_with_and_without_a_slash_and_no_other_method() {
    let house = House::new().await;
    for (method, path, ..) in OPERATIONS {
        let path = path.strip_prefix("/api/v1").unwrap().replace(['{', '}'], "");
        for slash in ["", "/"] {
            let reply =
                house.call(&house.admin, &method.to_uppercase(), &format!("{path}{slash}"), "{}").await;
            // The things that the path names do not exist; an unknown operation would say something else.
            let no_operation = reply.status == 404 && reply.text().contains("no such operation");
            assert!(reply.status != 405 && !no_operation, "{method} {path}{slash}: {reply:?}");
        }
        let wrong = house.call(&house.admin, "TRACE", &path, "").await;
        assert_eq!(wrong.expect(405)["code"], "method_not_allowed", "{path}");
        let allowed = wrong.headers["allow"].to_str().unwrap();
        assert!(allowed.contains(&method.to_uppercase()), "{path}: {allowed}");
    }
}

#[tokio::test]
async fn every_reference_in_the_description_leads_somewhere() {
    let api: Value = serde_json::from_str(&klingel_api::openapi_json()).unwrap();
    let schemas = api["components"]["schemas"].as_object().unwrap();
    let mut open = vec![&api];
    let mut seen = 0;
    while let Some(value) = open.pop() {
        if let Some(reference) = value["$ref"].as_str() {
            let name = reference.strip_prefix("#/components/schemas/").unwrap();
            assert!(schemas.contains_key(name), "{reference}");
            seen += 1;
        }
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
    assert!(seen > 100, "{seen}");
}

#[tokio::test]
async fn every_operation_but_health_asks_for_a_key() {
    let api = serde_json::to_value(klingel_api::openapi()).unwrap();
    let house = House::new().await;
    for (method, path, ..) in OPERATIONS {
        let described = !api["paths"][path][method]["security"].is_null();
        let request =
            Request::builder().method(method.to_uppercase().as_str()).uri(path.replace(['{', '}'], ""));
        let asked = house.send(request.body(Body::empty()).unwrap()).await.status == 401;
        assert_eq!(
            (described, asked),
            (*path != "/api/v1/health", *path != "/api/v1/health"),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn the_page_for_people_shows_every_operation_and_loads_nothing() {
    let house = House::new().await;
    let page = house.send(Request::get("/docs").body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for (_, path, _, id) in OPERATIONS {
        assert!(page.text().contains(&format!("<details id=\"{id}\">")), "{id}");
        assert!(page.text().contains(&format!("<code>{path}</code>")), "{path}");
    }
    for loading in ["<script", "<img", "<link", "src=", "@import", "url("] {
        assert!(!page.text().contains(loading), "{loading}");
    }
    for target in page.text().split("href=\"#").skip(1) {
        let id = target.split('"').next().unwrap();
        assert!(page.text().contains(&format!("id=\"{id}\"")), "{id}");
    }
}
