//! `klingel inspect`: what it prints of requests, and what it answers.

use std::process::Stdio;

use bytes::Bytes;
use http::Method;
use klingel_model::{Dice as _, SecretKey};
use klingel_testkit::SeededDice;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::api::Api;
use crate::server::{House, PATIENCE, klingel, run};

struct Inspecting {
    child: tokio::process::Child,
    base: String,
    lines: BufReader<tokio::process::ChildStdout>,
}

async fn inspect(arguments: &[&str]) -> Inspecting {
    let mut child = klingel()
        .args(["inspect", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stdout.take().expect("it was piped"));
    let mut first = String::new();
    tokio::time::timeout(PATIENCE, lines.read_line(&mut first))
        .await
        .expect("it says where it receives")
        .expect("its output is text");
    let base =
        first.split_whitespace().find(|word| word.starts_with("http://")).expect("it names its address");
    Inspecting { base: base.trim_end_matches(';').to_owned(), child, lines }
}

impl Inspecting {
    /// What it prints until it ends by itself.
    async fn rest(mut self) -> String {
        let mut text = String::new();
        tokio::time::timeout(PATIENCE, self.lines.read_to_string(&mut text))
            .await
            .expect("it ends")
            .expect("its output is text");
        assert!(self.child.wait().await.expect("it has ended").success());
        text
    }
}

#[tokio::test]
async fn a_request_is_printed_with_its_verdict_and_answered_as_wanted() {
    let mut seed = [0; 32];
    SeededDice::new(1).fill(&mut seed);
    let secret = SecretKey::Symmetric(seed.to_vec()).reveal();
    let inspecting = inspect(&["--status", "202", "--secret", &secret, "--requests", "2"]).await;
    let caller = Api::new(&inspecting.base, "key");
    let (status, _) = caller.call(Method::PUT, "/by-hand?x=1", Bytes::from_static(b"hello")).await.unwrap();
    assert_eq!(status, 202);

    let house = House::new();
    let server = house.serve().await;
    let api = server.api(&house.key("admin").await);
    let app = api.post("/app/", &json!({"name": "Shop"})).await["id"].as_str().unwrap().to_owned();
    let endpoint = json!({"url": format!("{}/hook", inspecting.base), "secret": secret});
    api.post(&format!("/app/{app}/endpoint/"), &endpoint).await;
    api.post(&format!("/app/{app}/msg/"), &json!({"eventType": "a.b", "payload": {"n": 1}})).await;

    let text = inspecting.rest().await;
    let (by_hand, delivered) = text.split_once("POST /hook").expect("both are printed");
    for part in ["PUT /by-hand?x=1", "hello", "signature: missing", "-> 202"] {
        assert!(by_hand.contains(part), "{part}: {text}");
    }
    for part in ["webhook-signature: v1,", r#"{"n":1}"#, "signature: genuine\n"] {
        assert!(delivered.contains(part), "{part}: {text}");
    }
    server.stop().await;
}

#[tokio::test]
async fn wrong_arguments_are_told() {
    let (code, _, errors) = run(&["inspect", "--dialect", "nobody"]).await;
    assert!(code != 0 && errors.contains("known are standard"), "{errors}");
    let (code, _, errors) = run(&["inspect", "--secret", "whsec_AAAA"]).await;
    assert!(code != 0 && errors.contains("--secret"), "{errors}");
}
