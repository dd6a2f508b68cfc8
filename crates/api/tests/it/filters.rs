//! Filters and settings of endpoints, and the operation that tries them.

use serde_json::{Value, json};

use crate::house::House;

/// An application of the dialect that has settings for endpoints.
async fn choosy(house: &House) {
    house.post("/app", r#"{"name":"N","uid":"c","dialect":"choosy"}"#).await.expect(201);
}

#[tokio::test]
async fn a_filter_is_kept_given_back_and_taken_away() {
    let house = House::new().await;
    house.app("a").await;
    let filter = json!({"eventType": {"$startsWith": "order."}, "payload": {"amount": {"$gte": 100}}});
    let body = json!({"url": "https://x.example", "uid": "e", "filter": filter}).to_string();
    assert_eq!(house.post("/app/a/endpoint", &body).await.expect(201)["filter"], filter);
    assert_eq!(house.get("/app/a/endpoint/e").await.expect(200)["filter"], filter);
    let kept = house.patch("/app/a/endpoint/e", r#"{"description":"d"}"#).await.expect(200);
    assert_eq!(kept["filter"], filter, "a patch that does not name it leaves it alone");
    let other = house.patch("/app/a/endpoint/e", r#"{"filter":{"channels":"vip"}}"#).await.expect(200);
    assert_eq!(other["filter"], json!({"channels": "vip"}));
    assert_eq!(
        house.patch("/app/a/endpoint/e", r#"{"filter":null}"#).await.expect(200)["filter"],
        Value::Null
    );
    assert_eq!(house.put("/app/a/endpoint/e", &body).await.expect(200)["filter"], filter);
    let without = house.put("/app/a/endpoint/e", r#"{"url":"https://x.example"}"#).await.expect(200);
    assert_eq!(without["filter"], Value::Null, "a replacement that leaves it out has none");
    assert_eq!(
        house.put("/app/a/endpoint/new", &body.replace(r#""uid":"e","#, "")).await.expect(201)["filter"],
        filter
    );
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_refused_with_its_place() {
    let house = House::new().await;
    house.app("a").await;
    house.endpoint("a", "e").await;
    for (filter, place) in [
        (r#""text""#, "body.filter"),
        ("[]", "body.filter"),
        (r#"{"nothing":1}"#, "body.filter.nothing"),
        (r#"{"payload":{"a":{"$above":1}}}"#, "body.filter.payload.a.$above"),
        (r#"{"$or":[{"eventType":{"$in":5}}]}"#, "body.filter.$or.0.eventType.$in"),
    ] {
        let body = format!(r#"{{"url":"https://x.example","filter":{filter}}}"#);
        assert_eq!(house.post("/app/a/endpoint", &body).await.faults(), [place], "{filter}");
        assert_eq!(house.put("/app/a/endpoint/e", &body).await.faults(), [place], "{filter}");
        let patch = format!(r#"{{"filter":{filter}}}"#);
        assert_eq!(house.patch("/app/a/endpoint/e", &patch).await.faults(), [place], "{filter}");
        let test = format!(r#"{{"eventType":"a","filter":{filter}}}"#);
        let refused = house.post("/app/a/filter/test", &test).await;
        assert_eq!(refused.faults(), [place], "{filter}");
        assert!(!refused.json()["detail"][0]["msg"].as_str().unwrap().is_empty());
    }
    assert_eq!(
        house.get("/app/a/endpoint/e").await.expect(200)["filter"],
        Value::Null,
        "nothing was changed"
    );
}

#[tokio::test]
async fn settings_are_read_by_the_dialect_of_the_application() {
    let house = House::new().await;
    choosy(&house).await;
    let body = r#"{"url":"https://x.example","uid":"e","settings":{ "only": {"type":"a.b", "more":1} }}"#;
    let kept = json!({"only": {"type": "a.b"}});
    assert_eq!(
        house.post("/app/c/endpoint", body).await.expect(201)["settings"],
        kept,
        "in the dialect's form"
    );
    assert_eq!(house.get("/app/c/endpoint/e").await.expect(200)["settings"], kept);
    for (settings, place) in
        [("{}", "body.settings.only.type"), ("[]", "body.settings"), ("7", "body.settings")]
    {
        let patch = format!(r#"{{"settings":{settings}}}"#);
        assert_eq!(house.patch("/app/c/endpoint/e", &patch).await.faults(), [place], "{settings}");
        let whole = format!(r#"{{"url":"https://x.example","settings":{settings}}}"#);
        assert_eq!(house.put("/app/c/endpoint/e", &whole).await.faults(), [place], "{settings}");
        assert_eq!(house.post("/app/c/endpoint", &whole).await.faults(), [place], "{settings}");
    }
    assert_eq!(house.patch("/app/c/endpoint/e", r#"{"disabled":true}"#).await.expect(200)["settings"], kept);
    let none = house.patch("/app/c/endpoint/e", r#"{"settings":null}"#).await.expect(200);
    assert_eq!(none["settings"], Value::Null);
    assert_eq!(house.put("/app/c/endpoint/e", body).await.expect(200)["settings"], kept);
    house.app("a").await;
    let refused = house.post("/app/a/endpoint", r#"{"url":"https://x.example","settings":{}}"#).await;
    assert_eq!(refused.faults(), ["body.settings"]);
    assert!(refused.text().contains("standard"), "{}", refused.text());
}

#[tokio::test]
async fn a_filter_is_tried_and_the_failing_condition_named() {
    let house = House::new().await;
    house.app("a").await;
    let filter =
        r#"{"eventType":{"$startsWith":"order."},"channels":"vip","payload":{"total":{"$gte":100}}}"#;
    let test = |rest: &str| format!(r#"{{"filter":{filter},{rest}}}"#);
    let held = test(r#""eventType":"order.paid","channels":["vip"],"payload":{"total":100}"#);
    assert_eq!(house.post("/app/a/filter/test", &held).await.expect(200), json!({"matches": true}));
    for (rest, path, condition, found) in [
        (
            r#""eventType":"user.new","channels":["vip"],"payload":{"total":100}"#,
            "eventType",
            json!({"$startsWith": "order."}),
            json!("user.new"),
        ),
        (r#""eventType":"order.paid","payload":{"total":100}"#, "channels", json!({"$eq": "vip"}), json!([])),
        (
            r#""eventType":"order.paid","channels":["vip"],"payload":{"total":99}"#,
            "payload.total",
            json!({"$gte": 100}),
            json!(99),
        ),
        (
            r#""eventType":"order.paid","channels":["vip"]"#,
            "payload.total",
            json!({"$gte": 100}),
            json!(null),
        ),
    ] {
        let told = house.post("/app/a/filter/test", &test(rest)).await.expect(200);
        let failed = json!({"path": path, "condition": condition, "found": found});
        assert_eq!(told, json!({"matches": false, "failed": failed}), "{rest}");
    }
}

#[tokio::test]
async fn an_endpoint_is_tried_with_everything_it_chooses() {
    let house = House::new().await;
    choosy(&house).await;
    let body = r#"{"url":"https://x.example","uid":"e","eventTypes":["a.b","a.c"],"channels":["c1","c2"],
        "filter":{"payload":{"who":{"role":"guest"}}},"settings":{"only":{"type":"a.b"}}}"#;
    house.post("/app/c/endpoint", body).await.expect(201);
    let guest = r#"{"who":{"role":"guest"}}"#;
    for (event_type, channel, payload, failed) in [
        ("a.b", "c2", guest, None),
        ("a.d", "c1", guest, Some("eventType")),
        ("a.b", "c3", guest, Some("channels")),
        ("a.b", "c1", "{}", Some("payload.who.role")),
        ("a.c", "c1", guest, Some("settings")),
    ] {
        let test = format!(
            r#"{{"endpointId":"e","eventType":"{event_type}","channels":["{channel}"],"payload":{payload}}}"#
        );
        let told = house.post("/app/c/filter/test", &test).await.expect(200);
        assert_eq!(told["matches"], failed.is_none(), "{test}");
        assert_eq!(told["failed"]["path"].as_str(), failed, "{test}");
    }
}

#[tokio::test]
async fn a_trial_of_the_wrong_form_is_refused() {
    let house = House::new().await;
    house.app("a").await;
    house.endpoint("a", "e").await;
    for (body, place) in [
        (r#"{"eventType":"x"}"#, "body.filter"),
        (r#"{"eventType":"x","filter":{},"endpointId":"e"}"#, "body.filter"),
        (r#"{"filter":{}}"#, "body.eventType"),
        (r#"{"filter":{},"eventType":"a b"}"#, "body.eventType"),
        (r#"{"filter":{},"eventType":"x","payload":[]}"#, "body.payload"),
        (r#"{"filter":{},"eventType":"x","channels":["a b"]}"#, "body.channels.0"),
        (r#"{"filter":{},"eventType":"x","event":"y"}"#, "body.event"),
    ] {
        assert_eq!(house.post("/app/a/filter/test", body).await.faults(), [place], "{body}");
    }
    house.post("/app/a/filter/test", r#"{"eventType":"x","endpointId":"nobody"}"#).await.expect(404);
    house.post("/app/nobody/filter/test", r#"{"eventType":"x","filter":{}}"#).await.expect(404);
    house.post("/app/a/filter/test", "{").await.expect(400);
}
