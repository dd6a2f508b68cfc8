use axum::body::Body;
use http::Request;
use klingel_store::Error;
use std::time::Duration;

use crate::house::House;

#[tokio::test]
async fn health_tests_the_store_at_most_once_a_second() {
    let house = House::new().await;
    let health = || Request::get("/api/v1/health/").body(Body::empty()).unwrap();
    house.send(health()).await.expect(204);
    house.store.fail_with(Some(Error::Full("no space left on the device".to_owned())));
    house.send(health()).await.expect(204);
    house.clock.advance(Duration::from_secs(1));
    let sick = house.send(health()).await;
    let body = sick.expect(503);
    assert!(body["detail"].as_str().unwrap().contains("no space left"), "{body}");
    let head = Request::head("/api/v1/health").body(Body::empty()).unwrap();
    assert_eq!(house.send(head).await.status, 503);
    house.store.fail_with(None);
    house.clock.advance(Duration::from_secs(1));
    house.send(health()).await.expect(204);
    house.send(Request::get("/api/v1/health/ping").body(Body::empty()).unwrap()).await.expect(204);
}

#[tokio::test]
async fn a_full_store_gives_503_and_recovers() {
    let house = House::new().await;
    house.app("a").await;
    let body = r#"{"eventType":"x","payload":{}}"#;
    house.message("a", body).await;
    house.store.fail_with(Some(Error::Full("disk".to_owned())));
    let refused = house.post("/app/a/msg", body).await;
    assert_eq!(refused.expect(503)["code"], "unavailable");
    assert_eq!(refused.headers["retry-after"], "1");
    house.store.fail_with(Some(Error::Corrupt("table message, row 7".to_owned())));
    let broken = house.post("/app/a/msg", body).await;
    assert_eq!(broken.expect(500)["code"], "server_error");
    assert!(!broken.text().contains("row 7"), "the cause is for the log");
    let id = broken.headers["x-request-id"].to_str().unwrap();
    assert!(broken.text().contains(id), "{}", broken.text());
    house.store.fail_with(None);
    house.message("a", body).await;
}

#[tokio::test]
async fn a_bug_in_a_handler_costs_one_request() {
    let house = House::new().await;
    house.post("/app", r#"{"name":"N","uid":"bad","dialect":"explosive"}"#).await.expect(201);
    let failed = house.post("/app/bad/endpoint", r#"{"url":"https://x.example"}"#).await;
    assert_eq!(failed.expect(500)["code"], "server_error");
    assert!(failed.text().contains(failed.headers["x-request-id"].to_str().unwrap()), "{}", failed.text());
    assert!(!failed.text().contains("a bug of"), "{}", failed.text());
    house.get("/app/bad").await.expect(200);
}

#[tokio::test]
async fn answers_are_not_cached_and_have_different_ids() {
    let house = House::new().await;
    let one = house.get("/app").await;
    let other = house.get("/no/such/path").await;
    assert_eq!(
        (one.headers["cache-control"].as_bytes(), other.headers["cache-control"].as_bytes()),
        (&b"no-store"[..], &b"no-store"[..])
    );
    assert_ne!(one.headers["x-request-id"], other.headers["x-request-id"]);
    assert_eq!(one.headers["content-type"], "application/json");
}
