//! What callers get wrong, on purpose or not: each row gets a clear answer, and the server goes on.

use axum::body::Body;
use bytes::Bytes;
use http::{Request, header};
use klingel_engine::Settings;
use serde_json::json;

use crate::bad_rows::{APP, APPLICATIONS, CURSORS, ENDPOINT, ENDPOINTS, MESSAGES, MSG, NO_JSON, SMUGGLING};
use crate::house::House;

#[tokio::test]
async fn every_row_gets_its_answer_and_the_server_goes_on() {
    let house = House::new().await;
    house.app("a").await;
    house.endpoint("a", "e").await;
    for (method, path, body, status, part) in
        [NO_JSON, MESSAGES, APPLICATIONS, ENDPOINTS, SMUGGLING, CURSORS].into_iter().flatten().copied()
    {
        let reply = house.call(&house.admin, method, path, Bytes::from_static(body)).await;
        let sent = String::from_utf8_lossy(body);
        assert_eq!(reply.status, status, "{method} {path} {sent}: {}", reply.text());
        assert!(reply.text().contains(part), "{method} {path} {sent}: {}", reply.text());
        let json = reply.json();
        let known_shape = if status == 422 {
            json["detail"].as_array().is_some_and(|faults| {
                faults.iter().all(|f| f["loc"].is_array() && f["msg"].is_string() && f["type"].is_string())
            })
        } else {
            json["code"].is_string() && json["detail"].is_string()
        };
        assert!(known_shape, "{method} {path}: {json}");
    }
    house.message("a", r#"{"eventType":"x","payload":{}}"#).await;
    let list = house.get("/app/a/endpoint/e/headers").await.expect(200);
    assert_eq!(list, json!({"headers": {}, "sensitive": []}), "what was refused changed nothing");
}

#[tokio::test]
async fn all_faults_are_named_at_once() {
    let house = House::new().await;
    house.app("a").await;
    let body = r#"{"url":"x","uid":"ü","channels":["a b"],"throttleRate":0,"what":1}"#;
    let faults = house.post(ENDPOINT, body).await.faults();
    assert_eq!(faults, ["body.url", "body.uid", "body.channels.0", "body.throttleRate", "body.what"]);
    let query = house.get("/app?limit=0&order=x&iterator=y").await.faults();
    assert_eq!(query, ["query.limit", "query.order", "query.iterator"]);
}

#[tokio::test]
async fn long_names_are_cut_in_errors() {
    let house = House::new().await;
    let reply = house.post(APP, &format!(r#"{{"name":"N","{}":1}}"#, "x".repeat(10_000))).await;
    assert_eq!(reply.faults(), [format!("body.{}…", "x".repeat(64))]);
}

#[tokio::test]
async fn too_many_fields_are_refused_before_they_cost() {
    let house = House::new().await;
    let fields: Vec<_> = (0..50_000).map(|n| format!(r#""f{n}":0"#)).collect();
    let reply = house.post(APP, &format!("{{{}}}", fields.join(","))).await;
    assert_eq!(reply.faults(), ["body"]);
    assert!(reply.text().contains("at most 64"), "{}", reply.text());
    let many: Vec<_> = (0..51).map(|n| format!(r#""k{n}":"""#)).collect();
    let many = many.join(",");
    let reply = house.post(APP, &format!(r#"{{"name":"N","metadata":{{{many}}}}}"#)).await;
    assert_eq!(reply.faults(), ["body.metadata"]);
}

#[tokio::test]
async fn nesting_costs_no_stack() {
    let house = House::new().await;
    house.app("a").await;
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    // Taken as it is: nobody here looks into it.
    let made = house.post(MSG, &format!(r#"{{"eventType":"x","payload":{{"d":{deep}}}}}"#)).await;
    assert!(made.status == 202 && made.text().contains(&deep), "{}", made.status);
    let refused = house.post(APP, &format!(r#"{{"name":{deep}}}"#)).await;
    assert_eq!(refused.faults(), ["body.name"]);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_while_it_is_read() {
    let mut settings = Settings::default();
    settings.limits.body_bytes_max = 1000;
    let house = House::with(settings).await;
    house.app("a").await;
    let fitting = format!(r#"{{"eventType":"x","payload":{{"a":"{}"}}}}"#, "x".repeat(1000 - 36));
    assert_eq!(fitting.len(), 1000);
    house.message("a", &fitting).await;
    let large = house.post(MSG, &format!("{fitting} ")).await;
    assert_eq!(large.expect(413)["code"], "body_too_large");
    assert!(large.text().contains("body_bytes_max"), "{}", large.text());
    // Without an announced length, and without an end: only a reader with a limit gives an answer.
    let endless =
        futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 100])));
    let reply = house.call(&house.admin, "POST", MSG, Body::from_stream(endless)).await;
    assert_eq!(reply.status, 413);
    // An announced length is believed at once.
    let announced = Request::post("/api/v1/app/a/msg")
        .header(header::AUTHORIZATION, format!("Bearer {}", house.admin))
        .header(header::CONTENT_LENGTH, "4000000000")
        .body(Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>()))
        .unwrap();
    assert_eq!(house.send(announced).await.status, 413);
    let broken =
        futures_util::stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("cut"))]);
    let reply = house.call(&house.admin, "POST", MSG, Body::from_stream(broken)).await;
    assert_eq!(reply.expect(400)["code"], "incomplete_body");
    house.message("a", &fitting).await;
}
