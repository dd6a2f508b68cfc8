//! Hooks as operators see them, by the examples of the source document.

use serde_json::{Value, json};

use super::bench::{APP, Bench, OTHER_APP, PEER, bench};
use http::Request;

const REGISTER: &str = include_str!("../golden/1-register.json");
const REGISTERED: &str = include_str!("../golden/2-registered.json");
const CHANGE: &str = include_str!("../golden/3-change.json");
const DELETE: &str = include_str!("../golden/4-delete.json");
/// The uuid that the source document prints.
const PRINTED: &str = "48138367-3eba-4772-b2bf-6bbd11840efb";
const PATH: &str = "/extern/personal/registerWebhook";

fn with(golden: &str, uuid: &str) -> String {
    golden.replace(PRINTED, uuid)
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Registers as printed and gives the uuid.
async fn registered(bench: &Bench, key: &str) -> String {
    let answer = bench.call(key, "POST", PATH, REGISTER).await;
    assert_eq!(answer.status, 200);
    let uuid = answer.json["uuid"].as_str().unwrap().to_owned();
    assert_eq!(answer.json, json_of(&with(REGISTERED, &uuid)));
    let parsed = uuid::Uuid::try_parse(&uuid).unwrap();
    assert_eq!((parsed.get_version_num(), parsed.to_string()), (4, uuid.clone()));
    uuid
}

#[tokio::test(start_paused = true)]
async fn every_example_of_the_source_document_works() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    let uuid = registered(&bench, &key).await;
    assert_eq!(bench.listed(&key).await, [json_of(&with(REGISTERED, &uuid))]);

    let changed = bench.call(&key, "POST", PATH, with(CHANGE, &uuid)).await;
    assert_eq!((changed.status.as_u16(), &changed.json), (200, &json_of(&with(CHANGE, &uuid))));
    assert_eq!(bench.listed(&key).await, [json_of(&with(CHANGE, &uuid))]);

    let deleted = bench.call(&key, "POST", PATH, with(DELETE, &uuid)).await;
    assert_eq!((deleted.status.as_u16(), &deleted.json), (200, &json_of(&with(DELETE, &uuid))));
    assert_eq!(bench.listed(&key).await, [] as [Value; 0]);
    assert!(bench.endpoints(APP).await.is_empty(), "hook, URL and uuid are gone");
    let again = bench.call(&key, "POST", PATH, with(DELETE, &uuid)).await;
    assert_eq!((again.status.as_u16(), &again.json["status"]), (404, &json!("error")));
}

#[tokio::test(start_paused = true)]
async fn delete_takes_the_body_with_and_without_a_url() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    for golden in [DELETE, CHANGE] {
        let uuid = registered(&bench, &key).await;
        let deleted = bench.call(&key, "DELETE", PATH, with(golden, &uuid)).await;
        assert_eq!((deleted.status.as_u16(), &deleted.json), (200, &json_of(&with(DELETE, &uuid))));
        assert!(bench.endpoints(APP).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn every_endpoint_takes_hooks_and_every_list_shows_them_all() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    for endpoint in ["personal", "bwa", "webcashregister/", "taxonomie_import"] {
        let endpoint = endpoint.trim_end_matches('/');
        let answer = bench.call(&key, "POST", &format!("/extern/{endpoint}/registerWebhook"), REGISTER).await;
        assert_eq!(answer.status, 200, "{endpoint}");
    }
    for (method, path) in [("GET", "/extern/bwa/listWebhook"), ("POST", "/extern/personal/listWebhook/")] {
        let answer = bench.call(&key, method, path, "").await;
        assert_eq!(answer.json.as_array().map(Vec::len), Some(4), "one URL may be registered many times");
    }
}

#[tokio::test(start_paused = true)]
async fn two_operators_and_two_stores_never_see_each_others_hooks() {
    let bench = bench().await;
    let mine = bench.key(APP, "bounti").await;
    let my_uuid = bench.register(&mine, "https://bounti.example/hook").await;
    for (app, operator) in [(APP, "planday"), (OTHER_APP, "bounti")] {
        let theirs = bench.key(app, operator).await;
        let their_uuid = bench.register(&theirs, "https://theirs.example/hook").await;
        let uuids = |list: Vec<Value>| list.iter().map(|hook| hook["uuid"].clone()).collect::<Vec<_>>();
        assert_eq!(uuids(bench.listed(&theirs).await), [json!(their_uuid)]);
        assert_eq!(uuids(bench.listed(&mine).await), [json!(my_uuid)]);
        let before = bench.endpoints(APP).await;
        for (method, golden) in [("POST", CHANGE), ("POST", DELETE), ("DELETE", DELETE)] {
            let answer = bench.call(&theirs, method, PATH, with(golden, &my_uuid)).await;
            assert_eq!((answer.status.as_u16(), &answer.json["status"]), (404, &json!("error")));
        }
        assert_eq!(bench.endpoints(APP).await, before);
    }
}

#[tokio::test(start_paused = true)]
async fn keys_come_in_every_header_and_in_the_query_only_if_allowed() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    let list = |header: Option<(&str, String)>, query: &str| {
        let mut request = Request::builder().uri(format!("/extern/personal/listWebhook{query}"));
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        bench.raw(request.body(axum::body::Body::empty()).unwrap(), Some(PEER))
    };
    for header in [
        ("authorization", format!("Bearer {key}")),
        ("authorization", format!("bearer  {key}")),
        ("authorization", key.clone()),
        ("x-api-key", key.clone()),
        ("api-key", key.clone()),
    ] {
        assert_eq!(list(Some(header.clone()), "").await.status, 200, "{}", header.0);
    }
    assert_eq!(list(None, &format!("?api-key={key}")).await.status, 401);
    let allowed = json!({"bookedEndpoints": ["personal"], "keyInQuery": true});
    assert_eq!(bench.manage(APP, "PUT", "/store", allowed).await.status, 200);
    for name in ["api-key", "apikey"] {
        assert_eq!(list(None, &format!("?{name}={key}")).await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_made_by_the_management_api_is_listed_and_changed_like_any_other() {
    let bench = bench().await;
    let key = bench.key(APP, "bounti").await;
    bench.register(&key, "https://bounti.example/hook").await;
    let mut endpoint = bench.endpoints(APP).await.remove(0);
    endpoint.id = klingel_model::EndpointId::from_u128(77);
    endpoint.uid = None;
    let uuid = endpoint.id.to_uuid().to_string();
    bench.engine().add_endpoint(endpoint, None).await.unwrap();
    assert!(bench.listed(&key).await.iter().any(|hook| hook["uuid"] == json!(uuid)));
    assert_eq!(bench.call(&key, "POST", PATH, with(CHANGE, &uuid)).await.status, 200);
}
