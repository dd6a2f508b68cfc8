use std::sync::Arc;

use bytes::Bytes;
use klingel_model::{
    AppId, Attempt, AttemptId, AttemptStatus, Clock, DeliveryKey, EndpointId, ErrorClass, MessageId,
    MessageSeq, Micros, Role, Trigger,
};
use klingel_store::{Outcome, Queue, Settlement};
use serde_json::json;
use std::time::Duration;

use crate::house::House;

/// Records an attempt as the engine would, of the message with this order number.
struct Recorded<'a> {
    app: &'a str,
    message: (&'a str, i64),
    endpoint: &'a str,
    outcome: Outcome,
    status: u16,
    body: &'static [u8],
}

async fn record(house: &House, recorded: Recorded<'_>) -> String {
    let endpoint_id: EndpointId = recorded.endpoint.parse().unwrap();
    let message_id: MessageId = recorded.message.0.parse().unwrap();
    let app_id: AppId = recorded.app.parse().unwrap();
    house.clock.advance(Duration::from_millis(1));
    let started_at = house.clock.now();
    let delivered = recorded.outcome == Outcome::Delivered;
    let attempt = Attempt {
        id: AttemptId::new(started_at, &*house.dice),
        app_id,
        message_id,
        endpoint_id,
        url: "https://example.com/then".into(),
        number: 1,
        trigger: Trigger::Schedule,
        started_at,
        duration: Duration::from_micros(12_900),
        status: if delivered { AttemptStatus::Success } else { AttemptStatus::Fail },
        response_status: recorded.status,
        response_body: Bytes::from_static(recorded.body),
        error_class: (!delivered).then_some(ErrorClass::Http),
        error: (!delivered).then(|| "the receiver answered 500".into()),
        next_attempt_at: match recorded.outcome {
            Outcome::Retry(at) => Some(at),
            _ => None,
        },
    };
    let key =
        DeliveryKey { endpoint_id, message_seq: MessageSeq(recorded.message.1), trigger: Trigger::Schedule };
    let id = attempt.id.to_string();
    let settlement = Settlement { key, attempt: Some(attempt), outcome: recorded.outcome, health: None };
    house.store.settle(Arc::new(vec![settlement])).await.unwrap();
    id
}

/// An application with two endpoints and a message: delivered to the first, to be retried at the second.
struct Scene {
    house: House,
    app: String,
    endpoints: [String; 2],
    message: String,
    attempts: [String; 2],
    retry_at: Micros,
}

async fn scene() -> Scene {
    let house = House::new().await;
    let app = house.app("a").await;
    let endpoints = [house.endpoint("a", "e1").await, house.endpoint("a", "e2").await];
    let message =
        house.message("a", r#"{"eventType":"x","payload":{"p":1},"channels":["c"],"eventId":"m"}"#).await;
    let retry_at = house.clock.now().plus(Duration::from_mins(5));
    let of = |endpoint, outcome, status, body| Recorded {
        app: &app,
        message: (&message, 1),
        endpoint,
        outcome,
        status,
        body,
    };
    let attempts = [
        record(&house, of(&endpoints[0], Outcome::Delivered, 200, b"thanks")).await,
        record(&house, of(&endpoints[1], Outcome::Retry(retry_at), 500, b"\xff\xfe")).await,
    ];
    Scene { house, app, endpoints, message, attempts, retry_at }
}

#[tokio::test]
async fn an_attempt_shows_what_was_sent_and_what_came_back() {
    let Scene { house, endpoints, message, attempts, retry_at, .. } = scene().await;
    let good = house.get(&format!("/app/a/msg/m/attempt/{}", attempts[0])).await.expect(200);
    assert_eq!(
        good,
        json!({
            "id": attempts[0], "msgId": message, "endpointId": endpoints[0], "url": "https://example.com/then",
            "status": 0, "statusText": "success", "responseStatusCode": 200, "response": "thanks",
            "responseDurationMs": 12, "triggerType": 0, "timestamp": good["timestamp"], "attemptNumber": 1,
            "errorClass": null, "error": null, "nextAttempt": null,
        })
    );
    let bad = house.get(&format!("/app/a/msg/{message}/attempt/{}/", attempts[1])).await.expect(200);
    assert_eq!((&bad["status"], &bad["statusText"]), (&json!(2), &json!("fail")));
    assert_eq!((&bad["response"], &bad["errorClass"]), (&json!("//4="), &json!("http")));
    assert_eq!(bad["nextAttempt"], json!(retry_at.to_rfc3339()));
    house.delete(&format!("/app/a/msg/m/attempt/{}/content", attempts[0])).await.expect(204);
    assert_eq!(house.get(&format!("/app/a/msg/m/attempt/{}", attempts[0])).await.json()["response"], "");
    for missing in ["atmpt_0000000000000000000000", "nonsense", message.as_str()] {
        assert_eq!(house.get(&format!("/app/a/msg/m/attempt/{missing}")).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn lists_by_message_and_by_endpoint_are_filtered() {
    let Scene { house, endpoints, attempts, .. } = scene().await;
    let [first, second] = [attempts[0].as_str(), attempts[1].as_str()];
    let by_endpoint = format!("/app/a/attempt/endpoint/{}", endpoints[1]);
    for (path, wanted) in [
        ("/app/a/attempt/msg/m", vec![second, first]),
        ("/app/a/attempt/msg/m/?status=0", vec![first]),
        ("/app/a/attempt/msg/m?status=2", vec![second]),
        ("/app/a/attempt/msg/m?status=1", vec![]),
        ("/app/a/attempt/msg/m?status=3", vec![]),
        ("/app/a/attempt/msg/m?status_code_class=500", vec![second]),
        ("/app/a/attempt/msg/m?endpoint_id=e1", vec![first]),
        ("/app/a/attempt/msg/m?endpoint_id=nobody", vec![]),
        ("/app/a/attempt/msg/m?channel=other", vec![]),
        ("/app/a/attempt/msg/m?event_types=x&limit=1", vec![second]),
        ("/app/a/attempt/endpoint/e1", vec![first]),
        (by_endpoint.as_str(), vec![second]),
    ] {
        let list = house.get(path).await.expect(200);
        let found: Vec<_> =
            list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert_eq!(found, wanted, "{path}");
    }
    let without = house.get("/app/a/attempt/msg/m?with_content=false").await.expect(200);
    assert_eq!(without["data"][1]["response"], "");
}

#[tokio::test]
async fn it_can_be_seen_how_a_message_stands_with_each_endpoint() {
    let Scene { house, app, endpoints, message, retry_at, .. } = scene().await;
    let list = house.get("/app/a/msg/m/endpoint/").await.expect(200);
    let shown: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["id"].clone(),
                one["uid"].clone(),
                one["status"].clone(),
                one["statusText"].clone(),
                one["nextAttempt"].clone(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (json!(endpoints[0]), json!("e1"), json!(0), json!("success"), json!(null)),
            (json!(endpoints[1]), json!("e2"), json!(3), json!("sending"), json!(retry_at.to_rfc3339())),
        ]
    );
    let waiting = house.message("a", r#"{"eventType":"y","payload":{}}"#).await;
    let of_second = house.get("/app/a/endpoint/e2/msg").await.expect(200);
    let shown: Vec<_> = of_second["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].clone(), one["statusText"].clone(), one["payload"].clone()))
        .collect();
    assert_eq!(
        shown,
        [(json!(waiting), json!("pending"), json!({})), (json!(message), json!("sending"), json!({"p": 1}))]
    );
    let only = house.get("/app/a/endpoint/e2/msg?status=3&with_content=false").await.expect(200);
    assert_eq!((only["data"].as_array().unwrap().len(), &only["data"][0]["payload"]), (1, &json!({})));
    // A later endpoint was never meant to get it.
    house.endpoint(&app, "e3").await;
    assert_eq!(house.get("/app/a/endpoint/e3/msg").await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_message_can_be_sent_again_by_who_may_publish() {
    let Scene { house, .. } = scene().await;
    let (publisher, _) = house.key(Role::Publish).await;
    let path = "/app/a/msg/m/endpoint/e1/resend";
    assert_eq!(house.call(&publisher, "POST", path, "").await.expect(202), json!({}));
    assert_eq!(house.call(&publisher, "POST", &format!("{path}/"), "{}").await.expect(202), json!({}));
    assert_eq!(house.post(path, r#"{"since":1}"#).await.faults(), ["body.since"]);
    assert_eq!(house.post("/app/a/msg/m/endpoint/nobody/resend", "").await.status, 404);
    assert_eq!(house.post("/app/a/msg/nothing/endpoint/e1/resend", "").await.status, 404);
    house.patch("/app/a/endpoint/e1", r#"{"disabled":true}"#).await.expect(200);
    let refused = house.post(path, "").await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("disabled"), "{refused}");
}
