use axum::body::Body;
use klingel_model::{AppId, MessageId, Role};
use klingel_store::{MessageRef, Reader};
use klingel_testkit::clock::START;
use serde_json::json;
use std::time::Duration;

use crate::house::House;

/// A payload whose bytes no parser and writer would give back.
const ODD: &str =
    "{ \"b\" : 1.50,\n\t\"a\":1e3, \"big\":12345678901234567890123, \"u\":\"\\u00e4ä\", \"b\": 2 }";

#[tokio::test]
async fn a_payload_keeps_its_bytes() {
    let house = House::new().await;
    let app: AppId = house.app("a").await.parse().unwrap();
    let body = format!(
        r#" {{"channels":["c"], "eventType":"x.y","payload" :  {ODD} ,"eventId":"e-1","payloadRetentionPeriod":5}} "#
    );
    let made = house.post("/app/a/msg/", &body).await;
    let json = made.expect(202);
    let id: MessageId = json["id"].as_str().unwrap().parse().unwrap();
    let now = START.to_rfc3339();
    let text = format!(
        r#"{{"id":"{id}","eventId":"e-1","eventType":"x.y","channels":["c"],"payload":{ODD},"timestamp":"{now}"}}"#
    );
    assert_eq!(made.text(), text);
    let kept = house.store.message(app, MessageRef::Id(id)).await.unwrap().unwrap();
    assert_eq!(kept.payload.as_deref(), Some(ODD.as_bytes()));
    assert_eq!(kept.payload_until, Some(START.plus(Duration::from_hours(5 * 24))));
    for path in [format!("/app/a/msg/{id}"), "/app/a/msg/e-1/".to_owned()] {
        assert_eq!(house.get(&path).await.text(), text);
    }
    assert_eq!(house.get("/app/a/msg/e-1?with_content=false").await.expect(200)["payload"], json!({}));
    assert_eq!(house.get("/app/a/msg").await.json()["data"][0], json);
}

#[tokio::test]
async fn the_answer_may_leave_the_payload_out_and_an_event_id_is_taken_once() {
    let house = House::new().await;
    house.app("a").await;
    house.app("b").await;
    let body = r#"{"eventType":"x","payload":{"secret":1},"eventId":"e"}"#;
    let brief = house.post("/app/a/msg?with_content=false", body).await.expect(202);
    assert_eq!((&brief["payload"], &brief["channels"]), (&json!({}), &json!(null)));
    let taken = house.post("/app/a/msg", body).await.expect(409);
    assert!(taken["detail"].as_str().unwrap().contains("eventId"), "{taken}");
    house.message("b", body).await;
}

#[tokio::test]
async fn an_expunged_payload_is_gone() {
    let house = House::new().await;
    house.app("a").await;
    let id = house.message("a", r#"{"eventType":"x","payload":{"name":"Eva"}}"#).await;
    house.endpoint("a", "e").await;
    house.delete(&format!("/app/a/msg/{id}/content")).await.expect(204);
    let shown = house.get(&format!("/app/a/msg/{id}")).await.expect(200);
    assert_eq!(shown["payload"], json!({"expired": true}));
    let refused = house.post(&format!("/app/a/msg/{id}/endpoint/e/resend"), "").await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("deleted"), "{refused}");
}

#[tokio::test]
async fn an_application_can_be_made_on_the_way() {
    let house = House::new().await;
    let body = r#"{"eventType":"x","payload":{},"application":{"name":"New","metadata":{"a":"b"}}}"#;
    let (publisher, _) = house.key(Role::Publish).await;
    let refused = house.call(&publisher, "POST", "/app/new/msg", body).await.expect(403);
    assert_eq!(refused["code"], "insufficient_access");
    house.message("new", body).await;
    house.message("new", body).await;
    let app = house.get("/app/new").await.expect(200);
    assert_eq!((&app["name"], &app["metadata"]), (&json!("New"), &json!({"a": "b"})));
    house.call(&publisher, "POST", "/app/new/msg", body).await.expect(202);
    let unlike = r#"{"eventType":"x","payload":{},"application":{"name":"N","uid":"other"}}"#;
    assert_eq!(house.post("/app/fresh/msg", unlike).await.faults(), ["body.application.uid"]);
    assert_eq!(house.post("/app/app_0000000000000000000000/msg", body).await.status, 404);
    let wrong = r#"{"eventType":"x","payload":{},"application":{"name":"","what":1,"dialect":"y"}}"#;
    assert_eq!(
        house.post("/app/fresh/msg", wrong).await.faults(),
        ["body.application.name", "body.application.what"]
    );
    let dialect = r#"{"eventType":"x","payload":{},"application":{"name":"N","dialect":"y"}}"#;
    assert_eq!(house.post("/app/fresh/msg", dialect).await.faults(), ["body.application.dialect"]);
    assert_eq!(house.post("/app/fresh/msg", r#"{"eventType":"x","payload":{}}"#).await.status, 404);
}

#[tokio::test]
async fn lists_are_filtered() {
    let house = House::new().await;
    house.app("a").await;
    let mut ids = Vec::new();
    for (event_type, channel) in [("x", "c1"), ("y", "c1"), ("x", "c2")] {
        let body = format!(r#"{{"eventType":"{event_type}","payload":{{}},"channels":["{channel}"]}}"#);
        ids.push(house.message("a", &body).await);
        house.clock.advance(Duration::from_secs(10));
    }
    let at = |seconds| START.plus(Duration::from_secs(seconds)).to_rfc3339();
    for (query, wanted) in [
        (String::new(), vec![2, 1, 0]),
        ("?channel=c1".to_owned(), vec![1, 0]),
        ("?event_types=x".to_owned(), vec![2, 0]),
        ("?event_types=x&event_types=y&channel=c1".to_owned(), vec![1, 0]),
        ("?event_types=y,z".to_owned(), vec![1]),
        (format!("?before={}", at(10)), vec![0]),
        (format!("?after={}&before={}", at(5), at(15)), vec![1]),
        ("?unknown=is-ignored".to_owned(), vec![2, 1, 0]),
    ] {
        let list = house.get(&format!("/app/a/msg{query}")).await.expect(200);
        let found: Vec<_> =
            list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        let wanted: Vec<_> = wanted.into_iter().map(|place: usize| ids[place].as_str()).collect();
        assert_eq!(found, wanted, "{query}");
    }
}

#[tokio::test]
async fn a_body_may_come_in_pieces() {
    let house = House::new().await;
    house.app("a").await;
    let pieces: Vec<Result<&[u8], std::io::Error>> =
        vec![Ok(br#"{"eventType":"x","#), Ok(br#""payload":{"a""#), Ok(br":1}}")];
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    let made = house.call(&house.admin, "POST", "/app/a/msg", body).await.expect(202);
    assert_eq!(made["payload"], json!({"a": 1}));
}
