//! What receivers get.

use std::time::Duration;

use bytes::Bytes;
use klingel_engine::{Publish, Refusal};
use klingel_model::{EventTypeName, SecretKey};
use klingel_store::AppRef;
use serde_json::Value;

use super::world::{APP, Desk, ENV, example_time, text};
use crate::signinapp::sign;

/// The source document's example as the host application reports it.
pub(super) const JOHN: &str = r#"{"site_id":4567,"group_id":1,"visitor":{"id":1234,"name":"John Smith",
    "additional":{"Company":"Acme Ltd","Email Address":"john@smith.com"},
    "personal_fields":{"role":"Director","Car Reg":"ABC 123"}},
    "visiting":{"id":8,"name":"Adele Vance","role":"Retail Manager","email":"AdeleV@2064mx.onmicrosoft.com"}}"#;

/// The body with the key of a golden file, which is random otherwise.
fn with_key(body: &str, golden: &str) -> String {
    let key = |body: &str| {
        let body: Value = serde_json::from_str(body).unwrap();
        body["idempotency_key"].as_str().unwrap().to_owned()
    };
    let made = key(body);
    assert!(made.len() == 16 && made.bytes().all(|b| b.is_ascii_alphanumeric()), "{made}");
    body.replace(&made, &key(golden))
}

#[tokio::test]
async fn a_sign_in_is_the_published_example_byte_for_byte() {
    let desk = Desk::new(example_time()).await;
    desk.notification(r#""event":"signin""#).await;
    let answer = desk.call("POST", "visits", JOHN).await.expect(201);
    assert_eq!((answer["id"].as_i64(), answer["status"].as_str()), (Some(1234), Some("signed_in")));
    let requests = desk.settled(1).await;
    let golden = include_str!("../golden/1-signin.json").trim_end();
    assert_eq!(with_key(&text(&requests[0]), golden), golden);
    let header = requests[0].headers.text("x-signinapp-webhook-signature").unwrap();
    assert!(header.starts_with("t=1577880001,s1="), "{header}");
    assert!(sign::is_signed(header, &SecretKey::Opaque("MySharedSecret".to_owned()), &requests[0].body));
}

#[tokio::test]
async fn a_sign_out_without_host_leaves_visiting_out() {
    let desk = Desk::new(example_time()).await;
    desk.notification(r#""event":"signout","site":4567,"group":1"#).await;
    let visit = r#"{"site_id":4567,"group_id":1,
        "visitor":{"id":1234,"returning_visitor_id":77,"name":"John Smith"}}"#;
    desk.call("POST", "visits", visit).await.expect(201);
    desk.clock.advance(Duration::from_secs(16_199));
    let answer = desk.call("POST", "visits/1234/signout", "").await.expect(200);
    assert_eq!(answer["status"], "signed_out");
    let requests = desk.settled(1).await;
    let golden = include_str!("../golden/2-signout-without-host.json").trim_end();
    assert_eq!(with_key(&text(&requests[0]), golden), golden);
}

#[tokio::test]
async fn a_receiver_that_fails_gets_three_attempts_with_one_key_and_three_signatures() {
    let desk = Desk::new(example_time()).await;
    *desk.receivers.status.lock().unwrap() = 500;
    let id = desk.notification(r#""event":"signin""#).await;
    desk.call("POST", "visits", JOHN).await.expect(201);
    for attempt in 1..3 {
        desk.arrived(attempt).await;
        desk.depth(0, 1).await;
        desk.clock.advance(Duration::from_secs(if attempt == 1 { 10 } else { 100 }));
        // A change of the endpoint wakes its lane, which then looks at the clock.
        let same = r#"{"url":"https://your.url/","event":"signin"}"#;
        desk.call("PUT", &format!("notifications/{id}"), same).await.expect(200);
    }
    let requests = desk.settled(3).await;
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.body == requests[0].body));
    let key = SecretKey::Opaque("MySharedSecret".to_owned());
    let headers: std::collections::BTreeSet<_> = requests
        .iter()
        .map(|request| request.headers.text("x-signinapp-webhook-signature").unwrap().to_owned())
        .inspect(|header| assert!(sign::is_signed(header, &key, &requests[0].body)))
        .collect();
    assert_eq!(headers.len(), 3, "{headers:?}");
    assert!(
        headers
            .iter()
            .zip(["t=1577880001,", "t=1577880011,", "t=1577880111,"])
            .all(|(h, t)| h.starts_with(t))
    );
}

#[tokio::test]
async fn two_notifications_get_the_same_key_and_one_without_secret_no_signature() {
    let desk = Desk::new(example_time()).await;
    desk.notification(r#""event":"signin""#).await;
    let unsigned = r#"{"url":"https://other.url/","event":"signin","channel":"webhook"}"#;
    desk.call("POST", "notifications", unsigned).await.expect(201);
    desk.call("POST", "visits", JOHN).await.expect(201);
    let requests = desk.settled(2).await;
    assert_eq!(requests[0].body, requests[1].body);
    for request in &requests {
        let signed = request.headers.get("x-signinapp-webhook-signature").is_some();
        assert_eq!(signed, request.url.contains("your.url"));
    }
}

#[tokio::test]
async fn five_hundred_automatic_sign_outs_send_nothing_and_show_in_history() {
    let desk = Desk::new(example_time()).await;
    for id in 1..=500 {
        desk.sign_in(id).await;
    }
    desk.notification(r#""event":"signout""#).await;
    desk.clock.advance(Duration::from_hours(1));
    let visits: Vec<i64> = (1..=500).collect();
    let body = serde_json::json!({ "visits": visits }).to_string();
    assert_eq!(desk.call("POST", "signouts", &body).await.expect(200)["signed_out"], 500);
    desk.sign_in(501).await;
    desk.call("POST", "visits/501/signout", r#"{"automatic":true}"#).await.expect(200);
    let client = desk.client(r#"["history"]"#).await;
    let mut gone = 0;
    for page in 1..=3 {
        let path = format!("/client-api/v1/sites/4567/history?page={page}");
        let history = desk.read("GET", &path, &client).await.expect(200);
        for visit in history["data"].as_array().unwrap() {
            assert_eq!(visit["status"], "signed_out");
            assert_eq!(visit["out_datetime"], "2020-01-01T13:00:01Z");
            gone += 1;
        }
    }
    assert_eq!(gone, 501);
    // A sign-out that is told comes last: whatever had been sent before it would have been seen.
    desk.sign_in(502).await;
    desk.call("POST", "visits/502/signout", "{}").await.expect(200);
    assert_eq!(desk.settled(1).await.len(), 1);
}

fn posted(event_type: &str, payload: &str) -> Publish {
    Publish {
        event_type: EventTypeName::new(event_type).unwrap(),
        payload: Bytes::from(payload.to_owned()),
        channels: Vec::new(),
        event_id: None,
        payload_until: None,
        once: None,
        records: Vec::new(),
    }
}

#[tokio::test]
async fn the_message_call_takes_the_published_body_and_refuses_others() {
    let desk = Desk::new(example_time()).await;
    desk.notification(r#""event":"signin","site":4567"#).await;
    let golden = include_str!("../golden/1-signin.json").trim_end();
    let publish = |event_type: &str, payload: &str| {
        let (engine, publish) = (desk.engine(), posted(event_type, payload));
        async move { engine.publish(ENV, &AppRef::Id(APP), publish).await }
    };
    publish("visitor.signin", golden).await.unwrap();
    assert_eq!(text(&desk.settled(1).await[0]), golden);
    for (event_type, payload, field) in [
        ("visitor.rejected", golden, "eventType"),
        ("visitor.signout", golden, "payload"),
        ("visitor.signin", "{}", "payload"),
        ("visitor.signin", "[", "payload"),
    ] {
        let refused = publish(event_type, payload).await.unwrap_err();
        assert!(matches!(refused, Refusal::Invalid(name, _) if name == field), "{refused:?}");
    }
}
