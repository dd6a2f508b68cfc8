use klingel_testkit::clock::START;
use serde_json::json;
use std::time::Duration;

use crate::house::House;

#[tokio::test]
async fn from_making_to_deleting() {
    let house = House::new().await;
    let made = house
        .post("/app/", r#"{"name":"Store 17","uid":"store-17","throttleRate":9,"metadata":{"a":"b"}}"#)
        .await
        .expect(201);
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("app_"));
    let expected = json!({
        "id": id, "uid": "store-17", "name": "Store 17", "throttleRate": 9, "metadata": {"a": "b"},
        "dialect": "standard", "createdAt": START.to_rfc3339(), "updatedAt": START.to_rfc3339(),
    });
    assert_eq!(made, expected);
    for path in [format!("/app/{id}"), format!("/app/{id}/"), "/app/store-17".to_owned()] {
        assert_eq!(house.get(&path).await.expect(200), expected);
    }
    assert_eq!(house.delete("/app/store-17").await.expect(204), json!(null));
    assert_eq!(house.get(&format!("/app/{id}")).await.expect(404)["code"], "not_found");
    assert_eq!(house.delete("/app/store-17").await.status, 404);
    house.post("/app", r#"{"name":"again","uid":"store-17"}"#).await.expect(201);
}

#[tokio::test]
async fn a_uid_is_taken_once_and_given_back_on_request() {
    let house = House::new().await;
    let id = house.app("one").await;
    let taken = house.post("/app", r#"{"name":"N","uid":"one"}"#).await.expect(409);
    assert_eq!(taken["code"], "conflict");
    assert!(taken["detail"].as_str().unwrap().contains("uid"), "{taken}");
    let found = house.post("/app?get_if_exists=true", r#"{"name":"other","uid":"one"}"#).await.expect(200);
    assert_eq!((&found["id"], &found["name"]), (&json!(id), &json!("N")));
    house.post("/app?get_if_exists=true", r#"{"name":"other","uid":"two"}"#).await.expect(201);
}

#[tokio::test]
async fn put_replaces_or_makes() {
    let house = House::new().await;
    let made =
        house.put("/app/new", r#"{"name":"N","metadata":{"a":"b"},"throttleRate":3}"#).await.expect(201);
    assert_eq!(made["uid"], "new");
    house.clock.advance(Duration::from_secs(1));
    let replaced = house.put("/app/new/", r#"{"name":"M"}"#).await.expect(200);
    assert_eq!(replaced["id"], made["id"]);
    assert_eq!(replaced["uid"], "new");
    assert_eq!(
        (&replaced["name"], &replaced["metadata"], &replaced["throttleRate"]),
        (&json!("M"), &json!({}), &json!(null))
    );
    assert_eq!(replaced["createdAt"], made["createdAt"]);
    assert!(replaced["updatedAt"].as_str() > made["updatedAt"].as_str());
    let moved = house.put("/app/new", r#"{"name":"M","uid":"moved"}"#).await.expect(200);
    assert_eq!(moved["uid"], "moved");
    assert_eq!(house.get("/app/new").await.status, 404);
    assert_eq!(house.put("/app/other", r#"{"name":"N","uid":"unlike"}"#).await.faults(), ["body.uid"]);
    assert_eq!(house.put("/app/app_0000000000000000000000", r#"{"name":"N"}"#).await.status, 404);
}

#[tokio::test]
async fn patch_changes_what_it_names() {
    let house = House::new().await;
    house.put("/app/a", r#"{"name":"N","metadata":{"a":"b"},"throttleRate":3}"#).await.expect(201);
    // The clock stands still: a change must be a later one even so.
    let before = house.get("/app/a").await.json();
    let unchanged = house.patch("/app/a", "{}").await.expect(200);
    assert!(unchanged["updatedAt"].as_str() > before["updatedAt"].as_str());
    assert_eq!((&unchanged["name"], &unchanged["throttleRate"]), (&json!("N"), &json!(3)));
    let patched = house.patch("/app/a", r#"{"throttleRate":null,"name":"M"}"#).await.expect(200);
    assert_eq!(
        (&patched["name"], &patched["throttleRate"], &patched["metadata"]),
        (&json!("M"), &json!(null), &json!({"a":"b"}))
    );
    let id = patched["id"].as_str().unwrap();
    house.patch("/app/a", r#"{"uid":null}"#).await.expect(200);
    assert_eq!(house.get("/app/a").await.status, 404);
    assert_eq!(house.patch(&format!("/app/{id}"), r#"{"uid":"b"}"#).await.expect(200)["uid"], "b");
    assert_eq!(
        house.patch("/app/b", r#"{"name":null,"metadata":null}"#).await.faults(),
        ["body.name", "body.metadata"]
    );
    assert_eq!(house.patch("/app/b", r#"{"dialect":"unheard-of"}"#).await.faults(), ["body.dialect"]);
}
