//! Whatever is wrong gets the vendor's error; nothing is changed and nothing is sent.

use std::time::Duration;

use axum::body::Body;
use http::Request;
use klingel_engine::{Publish, Refusal};
use klingel_model::EnvironmentId;
use klingel_store::{AppRef, Error};
use serde_json::{Value, json};

use super::bench::{APP, Answer, PEER, bench};

const REGISTER: &str = include_str!("../golden/1-register.json");
const PATH: &str = "/extern/personal/registerWebhook";

fn refused(answer: &Answer, status: u16, what: &str) {
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.json);
    let keys: Vec<&String> = answer.json.as_object().unwrap().keys().collect();
    assert_eq!((keys.len(), &answer.json["status"]), (2, &json!("error")), "{what}");
    assert!(answer.json["message"].as_str().is_some_and(|message| !message.is_empty()), "{what}");
}

#[tokio::test(start_paused = true)]
async fn wrong_bodies() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    let uuid = bench.register(&key, "https://bounti.example/hook").await;
    let before = bench.endpoints(APP).await;
    let unknown = "0b0f1d3e-5a5c-4a8e-9d0a-1f2e3d4c5b6a";
    let table: Vec<(&str, String, u16)> = vec![
        ("POST", String::new(), 400),
        ("POST", "{\"hookKey\":".to_owned(), 400),
        ("POST", "[]".to_owned(), 400),
        ("POST", "\"personalData\"".to_owned(), 400),
        ("POST", json!({"url": "https://x.example/"}).to_string(), 400),
        ("POST", json!({"hookKey": "personalData"}).to_string(), 400),
        ("POST", json!({"hookKey": "salesData", "url": "https://x.example/"}).to_string(), 400),
        ("POST", json!({"hookKey": 7, "url": "https://x.example/"}).to_string(), 400),
        ("POST", json!({"hookKey": "personalData", "url": 7}).to_string(), 400),
        ("POST", json!({"hookKey": "personalData", "url": "https://x.example/", "uuid": 7}).to_string(), 400),
        ("POST", json!({"hookKey": "personalData", "url": "x.example"}).to_string(), 400),
        ("POST", json!({"hookKey": "personalData", "url": ""}).to_string(), 400),
        ("POST", json!({"hookKey": "personalData", "url": "ftp://x.example/"}).to_string(), 400),
        ("POST", json!({"hookKey": "personalData", "url": "https://x.example/a b"}).to_string(), 400),
        ("POST", json!({"hookKey": "personalData", "url": "no", "uuid": uuid}).to_string(), 400),
        ("POST", format!("{{\"hookKey\":\"{}\"}}", "x".repeat(70_000)), 400),
        (
            "POST",
            json!({"hookKey": "personalData", "url": "https://x.example/", "uuid": unknown}).to_string(),
            404,
        ),
        ("POST", json!({"hookKey": "personalData", "uuid": unknown}).to_string(), 404),
        ("POST", json!({"hookKey": "personalData", "uuid": "no uuid"}).to_string(), 404),
        ("DELETE", json!({"hookKey": "personalData", "uuid": unknown}).to_string(), 404),
        ("DELETE", json!({"hookKey": "personalData", "url": "https://x.example/"}).to_string(), 400),
        ("DELETE", json!({"hookKey": "salesData", "uuid": uuid}).to_string(), 400),
        ("PUT", REGISTER.to_owned(), 405),
        ("GET", String::new(), 405),
    ];
    for (method, body, status) in table {
        let what = format!("{method} {}", body.chars().take(80).collect::<String>());
        refused(&bench.call(&key, method, PATH, body).await, status, &what);
    }
    refused(&bench.call(&key, "DELETE", "/extern/personal/listWebhook", "").await, 405, "DELETE list");
    for path in ["/extern/kitchen/registerWebhook", "/extern/personal/registerwebhook", "/extern/personal"] {
        refused(&bench.call(&key, "POST", path, REGISTER).await, 404, path);
    }
    assert_eq!(bench.endpoints(APP).await, before);
    assert_eq!(bench.sent_in_all().await, 0);
}

#[tokio::test(start_paused = true)]
async fn wrong_keys_addresses_and_rights() {
    let bench = bench().await;
    let new = |ip: &str, scope: &str, days: Option<u32>| json!({"name": "K", "operator": "bounti", "ipAddress": ip, "scopes": [scope], "validDays": days});
    let (listed, _) = bench.key_with(APP, new("192.0.2.9; 192.0.2.1", "personal_write", None)).await;
    let (ending, _) = bench.key_with(APP, new("*", "personal_read", Some(1))).await;
    let (revoked, id) = bench.key_with(APP, new("*", "personal_read", None)).await;
    let (other_right, _) = bench.key_with(APP, new("*", "bwa_write", None)).await;
    let register = |key: &str, peer: Option<&'static str>| {
        let request = Request::builder().method("POST").uri(PATH).header("authorization", key);
        bench.raw(request.body(Body::from(REGISTER)).unwrap(), peer)
    };
    refused(&register("", Some(PEER)).await, 401, "empty");
    refused(&register("Bearer 0123456789abcdef", Some(PEER)).await, 401, "unknown");
    refused(&register("Basic YTpi", Some(PEER)).await, 401, "another scheme");
    refused(&register(&id, Some(PEER)).await, 401, "the id of a key is no key");
    refused(&register(&listed, Some("192.0.2.2")).await, 403, "wrong address");
    let blind = register(&listed, None).await;
    refused(&blind, 403, "unknown address");
    assert!(blind.json["message"].as_str().unwrap().contains("does not see"));
    refused(&register(&other_right, Some(PEER)).await, 403, "another right");
    refused(&register("Bearer aaa.bbb.ccc", Some(PEER)).await, 403, "OAuth client registers");
    let request =
        Request::builder().uri("/extern/personal/listWebhook").header("authorization", "Bearer aaa.bbb.ccc");
    refused(&bench.raw(request.body(Body::empty()).unwrap(), Some(PEER)).await, 401, "OAuth client lists");
    let request = Request::builder().uri("/extern/getlimit").body(Body::empty()).unwrap();
    refused(&bench.raw(request, Some(PEER)).await, 401, "no key");

    assert_eq!(bench.manage(APP, "DELETE", &format!("/key/{id}"), Value::Null).await.status, 204);
    refused(&register(&revoked, Some(PEER)).await, 401, "revoked");
    assert!(bench.endpoints(APP).await.is_empty());
    assert_eq!(register(&ending, Some(PEER)).await.status, 200);
    assert_eq!(register(&listed, Some(PEER)).await.status, 200);
    tokio::time::sleep(Duration::from_hours(24)).await;
    refused(&register(&ending, Some(PEER)).await, 401, "expired");
    assert_eq!(bench.endpoints(APP).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_booked_is_refused() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    bench.register(&key, "https://bounti.example/hook").await;
    let booked = json!({"bookedEndpoints": ["bwa"]});
    assert_eq!(bench.manage(APP, "PUT", "/store", booked).await.status, 200);
    refused(&bench.call(&key, "POST", PATH, REGISTER).await, 403, "personal is not booked");
    refused(&bench.call(&key, "POST", "/extern/bwa/registerWebhook", REGISTER).await, 403, "nor here");
    refused(&bench.call(&key, "GET", "/extern/personal/listWebhook", "").await, 403, "list");
    let user = "c6425258-a870-498d-8173-6c2341c934e0";
    let give = json!({"operator": "bounti", "userUuid": user});
    assert_eq!(bench.manage(APP, "POST", "/consent/give", give).await.status, 409);
    assert_eq!((bench.endpoints(APP).await.len(), bench.messages(APP).await), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn wrong_decisions_and_settings() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    bench.register(&key, "https://bounti.example/hook").await;
    let user = "c6425258-a870-498d-8173-6c2341c934e0";
    for (path, body, status) in [
        ("/consent/give", json!({"operator": "bounti"}), 422),
        ("/consent/give", json!({"operator": "bounti", "userUuid": "no"}), 422),
        ("/consent/give", json!({"operator": "bounti", "userUuid": user, "telefon": "1"}), 422),
        ("/consent/give", json!({"operator": "bounti", "userUuid": user, "userName": "x".repeat(501)}), 422),
        ("/consent/give", json!({"operator": "a/b", "userUuid": user}), 422),
        ("/consent/give", json!({"operator": "stranger", "userUuid": user}), 409),
        ("/consent/withdraw", json!({"operator": "bounti", "userUuid": 7}), 422),
        ("/consent/withdraw", json!([]), 422),
        ("/key", json!({"name": "K", "operator": "o", "ipAddress": "*", "scopes": []}), 422),
        ("/key", json!({"name": "K", "operator": "o", "ipAddress": "*", "scopes": ["personal"]}), 422),
        ("/key", json!({"name": "K", "operator": "o", "ipAddress": "", "scopes": ["bwa_read"]}), 422),
        ("/key", json!({"name": "", "operator": "o", "ipAddress": "*", "scopes": ["bwa_read"]}), 422),
        (
            "/key",
            json!({"name": "K", "operator": "o", "ipAddress": "*", "scopes": ["bwa_read"], "validDays": 0}),
            422,
        ),
    ] {
        let answer = bench.manage(APP, "POST", path, body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {body}: {}", answer.json);
    }
    for (path, body) in [
        ("/store", json!({"bookedEndpoints": ["kitchen"]})),
        ("/store", json!({"booked": []})),
        ("/operator/bounti", json!({"name": "B", "termsUrl": "javascript:alert(1)"})),
        ("/operator/a%20b", json!({"name": "B"})),
    ] {
        assert_eq!(bench.manage(APP, "PUT", path, body).await.status, 422, "{path}");
    }
    for path in ["/consent/no", "/consent/no/open", "/consent/no/history"] {
        assert_eq!(bench.manage(APP, "GET", path, Value::Null).await.status, 422, "{path}");
    }
    assert_eq!(bench.manage(APP, "DELETE", "/key/unknown", Value::Null).await.status, 404);
    assert_eq!(bench.messages(APP).await, 0);
    assert_eq!(bench.sent_in_all().await, 0);
}

#[tokio::test(start_paused = true)]
async fn plain_messages_are_refused_and_a_store_without_room_changes_nothing() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    bench.register(&key, "https://bounti.example/hook").await;
    let publish = Publish {
        event_type: klingel_model::EventTypeName::new("personalData").unwrap(),
        payload: "{}".into(),
        channels: Vec::new(),
        event_id: None,
        payload_until: None,
        once: None,
        records: Vec::new(),
    };
    let told = bench.engine().publish(EnvironmentId::from_u128(1), &AppRef::Id(APP), publish).await;
    assert!(matches!(told, Err(Refusal::Invalid("eventType", _))));
    bench.store.fail_with(Some(Error::Full("disk".to_owned())));
    refused(&bench.call(&key, "POST", PATH, REGISTER).await, 503, "full");
    let give = json!({"operator": "bounti", "userUuid": "c6425258-a870-498d-8173-6c2341c934e0"});
    assert_eq!(bench.manage(APP, "POST", "/consent/give", give).await.status, 503);
    bench.store.fail_with(None);
    assert_eq!((bench.endpoints(APP).await.len(), bench.messages(APP).await), (1, 0));
}
