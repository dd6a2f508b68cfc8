//! `klingel serve`: a message's way from the API to a receiver that verifies it.

use klingel_testkit::receiver::{Answer, Receiver};
use serde_json::json;
use standardwebhooks::Webhook;

use crate::server::{House, eventually, run, run_in};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_arrives_byte_for_byte_and_the_reference_library_verifies_it() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    let server = house.serve().await;
    let words: Vec<_> = server.first.split_whitespace().collect();
    assert_eq!(words[..5], ["klingel", env!("CARGO_PKG_VERSION"), "accepts", "requests", "on"]);
    assert!(server.first.contains(&house.store()) && server.first.contains("/docs)"), "{}", server.first);

    // The key is made while the server runs.
    let key = house.key("admin").await;
    let api = server.api(&key);
    api.application("shop", &[receiver.url("/hook")]).await;
    let endpoints = api.get("/app/shop/endpoint/").await;
    let endpoint = endpoints["data"][0]["id"].as_str().expect("the endpoint has an id").to_owned();
    let secret = api.get(&format!("/app/shop/endpoint/{endpoint}/secret/")).await;
    let secret = secret["key"].as_str().expect("the secret is text").to_owned();

    let payload = "{ \"total\": 42.50,\"ä\":\"\\u00e4\" , \"total\":1e2}";
    let message = format!("{{\"eventType\":\"order.paid\",\"payload\":{payload}}}");
    let posted = api.call(http::Method::POST, "/api/v1/app/shop/msg/", message.into()).await;
    let (status, answer) = posted.expect("the server answers");
    assert_eq!(status, 202, "{}", String::from_utf8_lossy(&answer));

    let requests = receiver.wait_for(1).await;
    let request = &requests[0];
    assert_eq!(request.body, payload.as_bytes());
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/hook"));
    assert_eq!(request.headers["content-type"], "application/json");
    Webhook::new(&secret).unwrap().verify(&request.body, &request.headers).unwrap();

    api.post(&format!("/app/shop/endpoint/{endpoint}/secret/rotate/"), &json!({})).await;
    let rotated = api.get(&format!("/app/shop/endpoint/{endpoint}/secret/")).await;
    let rotated = rotated["key"].as_str().expect("the secret is text").to_owned();
    assert_ne!(rotated, secret);
    api.accepted("shop", &json!({ "after": "rotation" })).await;
    let request = &receiver.wait_for(2).await[1];
    for key in [&secret, &rotated] {
        Webhook::new(key).unwrap().verify(&request.body, &request.headers).unwrap();
    }
    assert!(request.headers["webhook-signature"].to_str().unwrap().split(' ').count() == 2);

    // The program's own check of the same request agrees.
    let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    let (id, at, signature) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let check = [
        "verify",
        "--strict",
        "--secret",
        &secret,
        "--id",
        &id,
        "--timestamp",
        &at,
        "--signature",
        &signature,
    ];
    let (code, output, _) = run(&[&check[..], &["--body", &body]].concat()).await;
    assert_eq!((code, output.as_str()), (0, "verified: signature 2 of 2 (v1)\n"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_store_is_refused() {
    let house = House::new();
    let server = house.serve().await;
    let (code, output, errors) = run(&["serve", "--listen", "127.0.0.1:0", "--store", &house.store()]).await;
    assert_eq!((code, output.as_str()), (1, ""));
    assert!(errors.contains("another server runs on the store"), "{errors}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_disables_the_endpoint_and_says_why() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    receiver.answer_in_turn([Answer::status(410)]);
    let key = house.key("admin").await;
    let server = house.serve().await;
    let api = server.api(&key);
    api.application("app", &[receiver.url("/hook")]).await;
    api.accepted("app", &json!({})).await;
    receiver.wait_for(1).await;
    let endpoint = eventually("a disabled endpoint", async || {
        let endpoints = api.get("/app/app/endpoint/").await;
        Some(endpoints["data"][0].clone()).filter(|endpoint| endpoint["disabled"] == true)
    })
    .await;
    assert!(endpoint["disabledReason"].as_str().is_some_and(|why| why.contains("410")), "{endpoint}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn send_posts_a_message_and_keys_open_only_what_they_should() {
    let (house, receiver) = (House::new(), Receiver::start().await);
    let server = house.serve().await;
    let admin = house.key("admin").await;
    server.api(&admin).application("app", &[receiver.url("/hook")]).await;
    let publish = house.key("publish").await;
    let send = ["send", "--app", "app", "--type", "a.b", "--payload", "{\"a\": 1}"];
    let here = std::path::Path::new(".");
    let variables = [("KLINGEL_URL", server.base.as_str()), ("KLINGEL_KEY", publish.as_str())];
    let (code, output, errors) = run_in(here, &send, &variables).await;
    assert_eq!(code, 0, "{errors}");
    let id = output.strip_prefix("accepted ").expect("it says so").trim_end();
    let request = &receiver.wait_for(1).await[0];
    assert_eq!(
        (request.headers["webhook-id"].to_str().unwrap(), &request.body[..]),
        (id, &b"{\"a\": 1}"[..])
    );

    let read = house.key("read").await;
    let (code, _, errors) = run_in(here, &send, &[variables[0], ("KLINGEL_KEY", &read)]).await;
    assert!(code == 1 && errors.contains("403") && !errors.contains(&read), "{errors}");

    let (_, list, _) = run(&["key", "list", "--store", &house.store()]).await;
    assert!([&admin, &publish, &read].iter().all(|key| !list.contains(key.as_str())), "{list}");
    let row = list.lines().find(|line| line.contains("publish")).expect("it is listed");
    let id = row.split_whitespace().next().expect("the row begins with the id");
    let (code, output, errors) = run(&["key", "revoke", id, "--store", &house.store()]).await;
    assert_eq!((code, output), (0, format!("revoked {id}\n")), "{errors}");
    let (code, _, errors) = run(&["key", "revoke", id, "--store", &house.store()]).await;
    assert!(code == 1 && errors.contains("key list"), "{errors}");

    // A server that did not know the key before sees at once that it is revoked.
    server.stop().await;
    let next = house.serve().await;
    let variables = [("KLINGEL_URL", next.base.as_str()), ("KLINGEL_KEY", publish.as_str())];
    let (code, _, errors) = run_in(here, &send, &variables).await;
    assert!(code == 1 && errors.contains("401") && errors.contains("revoked"), "{errors}");
    next.stop().await;
}
