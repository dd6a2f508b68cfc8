//! Neither secrets nor payloads nor keys are written to the logs, however much is logged.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use klingel_testkit::receiver::{Answer, Receiver};
use serde_json::json;

use crate::server::House;

#[tokio::test(flavor = "multi_thread")]
async fn the_output_of_a_busy_server_holds_none_of_them() {
    let secret = STANDARD.encode(b"Quite secret, thirty-two bytes..");
    let house = House::new().with("KLINGEL_LOG_LEVEL", "trace").with("KLINGEL_LOG_FORMAT", "json");
    let receiver = Receiver::start().await;
    receiver.answer_in_turn([Answer::status(500).body("AnswerBody-7c1"), Answer::status(410)]);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[]).await;
    let endpoint = json!({
        "url": receiver.url("/hook?token=QueryToken-55d"),
        "secret": format!("whsec_{secret}"),
    });
    let endpoint = api.post("/app/app/endpoint/", &endpoint).await;
    let headers = json!({ "headers": { "x-tenant": "HeaderValue-9e3" } });
    api.put(&format!("/app/app/endpoint/{}/headers/", endpoint["id"].as_str().unwrap()), &headers).await;
    let nowhere =
        json!({ "url": "http://127.0.0.1:1/x?token=QueryToken-55d", "secret": format!("whsec_{secret}") });
    api.post("/app/app/endpoint/", &nowhere).await;
    for number in 0..5 {
        api.accepted("app", &json!({ "number": number, "name": "PayloadText-3f8" })).await;
    }
    let requests = receiver.wait_for(2).await;
    assert_eq!(requests[0].headers["x-tenant"], "HeaderValue-9e3");
    let wrong_key = server.api("klingel_admin_WrongKey-b21");
    assert_eq!(wrong_key.publish("app", &json!({})).await, Ok(Err(401)));
    let output = server.stop().await;

    assert!(output.contains("\"level\":\"INFO\""), "it does log: {output}");
    let hidden = [
        ("secret", secret.as_str()),
        ("secret's bytes", "Quite secret"),
        ("payload", "PayloadText"),
        ("header", "HeaderValue"),
        ("query of a URL", "QueryToken"),
        ("answer", "AnswerBody"),
        ("key", key.as_str()),
        ("wrong key", "WrongKey"),
        (
            "master key",
            std::fs::read_to_string(format!("{}.key", house.store_path().display())).unwrap().trim(),
        ),
    ]
    .map(|(what, text)| (what, text.to_owned()));
    for (what, text) in hidden {
        let line = output.lines().find(|line| line.contains(&text));
        assert_eq!(line, None, "the {what} was written");
    }
}
