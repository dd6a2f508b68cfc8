//! What goes out when users decide.

use serde_json::{Value, json};

use super::bench::{APP, Bench, OTHER_APP, bench, bench_answering};
use klingel_model::AttemptStatus;

const GIVEN: &str = include_str!("../golden/5-given.json");
const WITHDRAWN: &str = include_str!("../golden/6-withdrawn.json");
const PRINTED: &str = "48138367-3eba-4772-b2bf-6bbd11840efb";
const USER: &str = "c6425258-a870-498d-8173-6c2341c934e0";

/// The published body as it goes over the wire: compact, with this hook's uuid.
fn compact(golden: &str, uuid: &str) -> String {
    golden
        .trim()
        .replace(PRINTED, uuid)
        .replace("{ ", "{")
        .replace(" }", "}")
        .replace("\": ", "\":")
        .replace(", \"", ",\"")
}

fn release(operator: &str) -> Value {
    json!({
        "operator": operator, "userUuid": USER,
        "userVorname": "Mirco", "userName": "Till", "userEmail": "info@gastro-mis.de", "bereich": "Service",
    })
}

async fn give(bench: &Bench, body: Value) -> Value {
    let answer = bench.manage(APP, "POST", "/consent/give", body).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json);
    answer.json
}

async fn withdraw(bench: &Bench, operator: &str) -> Value {
    let body = json!({"operator": operator, "userUuid": USER});
    let answer = bench.manage(APP, "POST", "/consent/withdraw", body).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json);
    answer.json
}

async fn states(bench: &Bench, path: &str) -> Vec<(String, String)> {
    let answer = bench.manage(APP, "GET", &format!("/consent/{USER}{path}"), Value::Null).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = answer.json["data"].as_array().unwrap();
    lines.iter().map(|line| (text(&line["operator"]), text(&line["state"]))).collect()
}

async fn history(bench: &Bench) -> Vec<String> {
    let path = format!("/consent/{USER}/history");
    let answer = bench.manage(APP, "GET", &path, Value::Null).await;
    let lines = answer.json["data"].as_array().unwrap();
    lines.iter().map(|line| format!("{} {}", line["operator"], line["decision"]).replace('"', "")).collect()
}

#[tokio::test(start_paused = true)]
async fn given_changed_and_withdrawn_give_exactly_the_published_bodies_once_each() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    let uuid = bench.register(&key, "https://bounti.example/hook").await;
    let other = bench.key(APP, "planday").await;
    bench.register(&other, "https://planday.example/hook").await;
    let elsewhere = bench.key(OTHER_APP, "bounti").await;
    bench.register(&elsewhere, "https://elsewhere.example/hook").await;

    assert_eq!(give(&bench, release("bounti")).await["changed"], true);
    assert_eq!(give(&bench, release("bounti")).await["changed"], false, "the same again");
    bench.sent(1).await;
    let mut less = release("bounti");
    less["userEmail"] = Value::Null;
    less["bereich"] = json!("Küche");
    assert_eq!(give(&bench, less).await["state"], "given");
    bench.sent(2).await;
    assert_eq!(withdraw(&bench, "bounti").await["state"], "withdrawn");
    assert_eq!(withdraw(&bench, "bounti").await["changed"], false);

    assert_eq!(bench.sent_in_all().await, 3);
    let url = "https://bounti.example/hook".to_owned();
    let changed = format!(
        r#"{{"webhook":"{uuid}","userUuid":"{USER}","userVorname":"Mirco","userName":"Till","bereich":"Küche"}}"#
    );
    assert_eq!(
        bench.requests(),
        [(url.clone(), compact(GIVEN, &uuid)), (url.clone(), changed), (url, compact(WITHDRAWN, &uuid)),]
    );
    assert_eq!(history(&bench).await, ["bounti withdrawn", "bounti changed", "bounti given"]);
}

#[tokio::test(start_paused = true)]
async fn every_hook_of_the_operator_gets_its_own_uuid() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    let first = bench.register(&key, "https://bounti.example/1").await;
    let second = bench.register(&key, "https://bounti.example/2").await;
    give(&bench, release("bounti")).await;
    let mut sent = bench.sent(2).await;
    sent.sort();
    assert_eq!(
        sent,
        [
            ("https://bounti.example/1".to_owned(), compact(GIVEN, &first)),
            ("https://bounti.example/2".to_owned(), compact(GIVEN, &second)),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_receivers_answer_does_not_matter() {
    for status in [200, 302, 404, 410, 429, 500, 503] {
        let bench = bench_answering(status).await;
        let key = bench.key(APP, "bounti").await;
        bench.register(&key, "https://bounti.example/hook").await;
        give(&bench, release("bounti")).await;
        assert_eq!(bench.sent_in_all().await, 1, "{status}");
        let attempts = bench.attempts(APP).await;
        let seen: Vec<_> =
            attempts.iter().map(|a| (a.response_status, a.status, a.next_attempt_at)).collect();
        assert_eq!(seen, [(status, AttemptStatus::Success, None)]);
        assert!(!bench.endpoints(APP).await[0].disabled, "{status} switches nothing off");
        bench.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn open_decisions_are_those_about_operators_with_a_hook() {
    let bench = bench().await;
    let described =
        json!({"name": "Bounti", "termsUrl": "https://b.example/agb", "privacyUrl": "https://b.example/ds"});
    for operator in ["bounti", "silent"] {
        let answer = bench.manage(APP, "PUT", &format!("/operator/{operator}"), described.clone()).await;
        assert_eq!(answer.status, 200);
    }
    for operator in ["bounti", "planday", "third"] {
        let key = bench.key(APP, operator).await;
        bench.register(&key, "https://x.example/").await;
    }
    let open = |operator: &str| (operator.to_owned(), "open".to_owned());
    assert_eq!(states(&bench, "/open").await, [open("bounti"), open("planday"), open("third")]);
    give(&bench, release("bounti")).await;
    withdraw(&bench, "planday").await;
    assert_eq!(states(&bench, "/open").await, [open("third")]);
    let all = [("bounti", "given"), ("planday", "withdrawn"), ("third", "open")];
    assert_eq!(states(&bench, "").await, all.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(bench.sent_in_all().await, 1, "who never had data is told of no withdrawal");
    assert_eq!(history(&bench).await.len(), 2);
    let lines = bench.manage(APP, "GET", &format!("/consent/{USER}"), Value::Null).await.json;
    let bounti = &lines["data"][0];
    assert_eq!((&bounti["name"], &bounti["termsUrl"]), (&json!("Bounti"), &json!("https://b.example/agb")));
    assert_eq!(bounti["released"]["userEmail"], "info@gastro-mis.de");
}

#[tokio::test(start_paused = true)]
async fn a_changed_url_keeps_consents_and_the_last_deleted_hook_ends_them_silently() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    let uuid = bench.register(&key, "https://bounti.example/1").await;
    give(&bench, release("bounti")).await;
    bench.sent(1).await;
    let path = "/extern/personal/registerWebhook";
    let change =
        json!({"hookKey": "personalData", "uuid": uuid, "url": "https://bounti.example/2"}).to_string();
    assert_eq!(bench.call(&key, "POST", path, change).await.status, 200);
    assert_eq!(states(&bench, "/open").await, []);
    let second = bench.register(&key, "https://bounti.example/3").await;
    for (uuid, left) in [(uuid, 1), (second, 0)] {
        assert_eq!(states(&bench, "").await.len(), 1, "still given");
        let delete = json!({"hookKey": "personalData", "uuid": uuid}).to_string();
        assert_eq!(bench.call(&key, "POST", path, delete).await.status, 200);
        assert_eq!(bench.endpoints(APP).await.len(), left);
    }
    assert_eq!(states(&bench, "").await, [], "nothing is kept of the release");
    assert_eq!(history(&bench).await, ["bounti dropped", "bounti given"]);
    bench.register(&key, "https://bounti.example/4").await;
    assert_eq!(states(&bench, "/open").await.len(), 1, "asked anew");
    assert_eq!(bench.sent_in_all().await, 1);
}

#[tokio::test(start_paused = true)]
async fn history_has_pages() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    bench.register(&key, "https://bounti.example/1").await;
    for _ in 0..3 {
        give(&bench, release("bounti")).await;
        withdraw(&bench, "bounti").await;
    }
    let (mut iterator, mut pages) = (String::new(), Vec::new());
    loop {
        let path = format!("/consent/{USER}/history?limit=4{iterator}");
        let page = bench.manage(APP, "GET", &path, Value::Null).await.json;
        pages.push(page["data"].as_array().unwrap().len());
        match page["iterator"].as_str() {
            Some(next) => iterator = format!("&iterator={next}"),
            None => break,
        }
    }
    assert_eq!(pages, [4, 2]);
}
