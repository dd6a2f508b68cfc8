use klingel_model::{AppId, EndpointId};
use klingel_store::{EndpointRef, Reader};
use klingel_testkit::clock::START;
use serde_json::json;
use std::time::Duration;

use crate::house::House;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Vector 3 of the Standard Webhooks reference libraries, and its public half.
const PAIR: &str =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
const PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

#[tokio::test]
async fn everything_about_an_endpoint_is_given_back() {
    let house = House::new().await;
    house.app("a").await;
    let body = r#"{"url":"https://example.com/hook?a=b","uid":"e","description":"d","eventTypes":["x.y"],
        "channels":["c1","c2"],"throttleRate":7,"maxInFlight":2,"retrySchedule":[0,1.5,60],"metadata":{"k":"v"},
        "disabled":true,"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#;
    let made = house.post("/app/a/endpoint", body).await;
    let json = made.expect(201);
    let now = START.to_rfc3339();
    let expected = json!({
        "id": json["id"], "uid": "e", "url": "https://example.com/hook?a=b", "description": "d", "disabled": true,
        "eventTypes": ["x.y"], "channels": ["c1", "c2"], "throttleRate": 7, "maxInFlight": 2,
        "retrySchedule": [0, 1.5, 60], "filter": null, "settings": null, "metadata": {"k": "v"}, "failingSince": null, "disabledAt": null,
        "disabledReason": null, "createdAt": now, "updatedAt": now,
    });
    assert_eq!(json, expected);
    assert!(!made.text().contains("whsec"), "no secret in an answer that everybody may read");
    assert_eq!(house.get("/app/a/endpoint/e/").await.expect(200), expected);
    let id = json["id"].as_str().unwrap();
    assert_eq!(house.get(&format!("/app/a/endpoint/{id}")).await.expect(200), expected);
    assert_eq!(
        house.post("/app/a/endpoint", r#"{"url":"http://x.example","uid":"e"}"#).await.expect(409)["code"],
        "conflict"
    );
    house.delete("/app/a/endpoint/e").await.expect(204);
    assert_eq!(house.get(&format!("/app/a/endpoint/{id}")).await.status, 404);
}

#[tokio::test]
async fn put_and_patch_keep_the_secret_and_the_headers() {
    let house = House::new().await;
    house.app("a").await;
    let made =
        house.put("/app/a/endpoint/e", r#"{"url":"https://one.example","channels":["c"]}"#).await.expect(201);
    assert_eq!(
        (&made["uid"], &made["maxInFlight"], &made["retrySchedule"]),
        (&json!("e"), &json!(64), &json!(null))
    );
    let secret = house.get("/app/a/endpoint/e/secret").await.expect(200);
    house.put("/app/a/endpoint/e/headers", r#"{"headers":{"X-Tenant":"7"}}"#).await.expect(204);
    house.clock.advance(Duration::from_secs(1));
    let replaced = house.put("/app/a/endpoint/e", r#"{"url":"https://two.example"}"#).await.expect(200);
    assert_eq!(
        (&replaced["url"], &replaced["channels"], &replaced["uid"]),
        (&json!("https://two.example"), &json!(null), &json!("e"))
    );
    let patched = house
        .patch("/app/a/endpoint/e", r#"{"retrySchedule":[],"disabled":true,"description":"x"}"#)
        .await
        .expect(200);
    assert_eq!(
        (&patched["retrySchedule"], &patched["disabled"], &patched["description"], &patched["url"]),
        (&json!([]), &json!(true), &json!("x"), &json!("https://two.example"))
    );
    let cleared = house.patch("/app/a/endpoint/e", r#"{"retrySchedule":null}"#).await.expect(200);
    assert_eq!(cleared["retrySchedule"], json!(null));
    assert_eq!(house.get("/app/a/endpoint/e/secret").await.expect(200), secret);
    assert_eq!(
        house.get("/app/a/endpoint/e/headers").await.expect(200),
        json!({"headers": {"x-tenant": "7"}, "sensitive": []})
    );
    assert_eq!(
        house.put("/app/a/endpoint/e2", r#"{"url":"https://x.example","uid":"e3"}"#).await.faults(),
        ["body.uid"]
    );
}

#[tokio::test]
async fn headers_are_lower_case_and_credentials_are_not_shown_again() {
    let house = House::new().await;
    house.app("a").await;
    house.endpoint("a", "e").await;
    let path = "/app/a/endpoint/e/headers";
    house
        .put(path, r#"{"headers":{"X-Api-Key":"abc","Authorization":"Basic eA==","X-Tenant":"7"}}"#)
        .await
        .expect(204);
    let shown = house.get(path).await;
    assert_eq!(
        shown.expect(200),
        json!({"headers": {"x-tenant": "7"}, "sensitive": ["authorization", "x-api-key"]})
    );
    house.patch(path, r#"{"headers":{"X-TENANT":null,"x-more":"1"}}"#).await.expect(204);
    assert_eq!(
        house.get(path).await.expect(200),
        json!({"headers": {"x-more": "1"}, "sensitive": ["authorization", "x-api-key"]})
    );
    house.put(path, r#"{"headers":{}}"#).await.expect(204);
    assert_eq!(house.get(path).await.expect(200), json!({"headers": {}, "sensitive": []}));
}

#[tokio::test]
async fn a_receiver_of_a_key_pair_sees_the_public_half() {
    let house = House::new().await;
    house.app("a").await;
    let body = format!(r#"{{"url":"https://x.example","uid":"pair","secret":"{PAIR}"}}"#);
    house.post("/app/a/endpoint", &body).await.expect(201);
    assert_eq!(house.get("/app/a/endpoint/pair/secret").await.expect(200), json!({"key": PUBLIC}));
    let garbled =
        house.post("/app/a/endpoint", r#"{"url":"https://x.example","secret":"whsec_hunter2"}"#).await;
    assert_eq!(garbled.faults(), ["body.secret"]);
    assert!(!garbled.text().contains("hunter2"), "a wrong secret is not repeated");
}

#[tokio::test]
async fn rotation_keeps_the_old_secrets_for_their_time() {
    let house = House::new().await;
    let app: AppId = house.app("a").await.parse().unwrap();
    let body = format!(r#"{{"url":"https://x.example","uid":"e","secret":"{SECRET}"}}"#);
    let id = house.post("/app/a/endpoint", &body).await.expect(201)["id"].as_str().unwrap().to_owned();
    let id: EndpointId = id.parse().unwrap();
    let rotate = "/app/a/endpoint/e/secret/rotate";
    house.post(rotate, "").await.expect(204);
    let first = house.get("/app/a/endpoint/e/secret").await.expect(200)["key"].as_str().unwrap().to_owned();
    assert!(first.starts_with("whsec_") && first != SECRET, "{first}");
    let chosen = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    house.post(rotate, &format!(r#"{{"key":"{chosen}","gracePeriodSeconds":60}}"#)).await.expect(204);
    let endpoint = house.store.endpoint(app, EndpointRef::Id(id)).await.unwrap().unwrap();
    let shown: Vec<_> =
        endpoint.secrets.iter().map(|secret| (secret.key.reveal(), secret.expires_at)).collect();
    let in_a_minute = Some(START.plus(Duration::from_mins(1)));
    assert_eq!(shown, [(chosen.to_owned(), None), (first, in_a_minute), (SECRET.to_owned(), in_a_minute)]);
    house.clock.advance(Duration::from_mins(1));
    house.post(rotate, r#"{"gracePeriodSeconds":0}"#).await.expect(204);
    let endpoint = house.store.endpoint(app, EndpointRef::Id(id)).await.unwrap().unwrap();
    assert_eq!(endpoint.secrets.len(), 1, "what is over is not kept");
    for _ in 0..9 {
        house.post(rotate, "{}").await.expect(204);
    }
    let refused = house.post(rotate, "{}").await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("secrets_max = 10"), "{refused}");
    assert_eq!(
        house.post(rotate, r#"{"gracePeriodSeconds":604801}"#).await.faults(),
        ["body.gracePeriodSeconds"]
    );
    assert_eq!(house.post(rotate, r#"{"key":"short"}"#).await.faults(), ["body.key"]);
}

#[tokio::test]
async fn the_number_of_endpoints_is_limited() {
    let mut settings = klingel_engine::Settings::default();
    settings.limits.endpoints_per_application_max = 2;
    let house = House::with(settings).await;
    house.app("a").await;
    house.endpoint("a", "e1").await;
    house.endpoint("a", "e2").await;
    let refused = house.post("/app/a/endpoint", r#"{"url":"https://x.example"}"#).await.expect(409);
    assert_eq!(refused["code"], "limit_reached");
    assert!(refused["detail"].as_str().unwrap().contains("endpoints_per_application_max = 2"), "{refused}");
}
