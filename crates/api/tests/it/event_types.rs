use serde_json::json;
use std::time::Duration;

use crate::house::House;

const SIGNIN: &str =
    r#"{"name":"visitor.signin","description":"Somebody came","schemas":{"1":{"type":"object"}}}"#;

#[tokio::test]
async fn from_making_to_deleting() {
    let house = House::new().await;
    let made = house.post("/event-type/", SIGNIN).await.expect(201);
    assert_eq!(made["schemas"], json!({"1": {"type": "object"}}));
    assert_eq!(
        (&made["archived"], &made["deprecated"], &made["featureFlag"]),
        (&json!(false), &json!(false), &json!(null))
    );
    assert_eq!(house.get("/event-type/visitor.signin/").await.expect(200), made);
    assert_eq!(house.post("/event-type", SIGNIN).await.expect(409)["code"], "conflict");
    house.delete("/event-type/visitor.signin?expunge=true").await.expect(204);
    assert_eq!(house.get("/event-type/visitor.signin").await.status, 404);
    assert_eq!(house.delete("/event-type/visitor.signin").await.status, 404);
    assert_eq!(house.get("/event-type/no%20name").await.status, 404);
}

#[tokio::test]
async fn lists_leave_out_archived_ones_and_schemas_unless_asked() {
    let house = House::new().await;
    house.post("/event-type", SIGNIN).await.expect(201);
    house.put("/event-type/a", r#"{"description":"","archived":true}"#).await.expect(201);
    let names = |list: serde_json::Value| {
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let plain = house.get("/event-type").await.expect(200);
    assert_eq!(plain["data"][0]["schemas"], json!(null));
    assert_eq!(names(plain), ["visitor.signin"]);
    let all = house.get("/event-type?include_archived=true&with_content=true").await.expect(200);
    assert_eq!(all["data"][1]["schemas"], json!({"1": {"type": "object"}}));
    assert_eq!(names(all), ["a", "visitor.signin"]);
}

#[tokio::test]
async fn an_archived_type_takes_no_messages_until_it_is_brought_back() {
    let house = House::new().await;
    house.app("a").await;
    house.post("/event-type", SIGNIN).await.expect(201);
    let body = r#"{"eventType":"visitor.signin","payload":{}}"#;
    house.message("a", body).await;
    // Seen at once, as it is archived through this process.
    house.delete("/event-type/visitor.signin").await.expect(204);
    let refused = house.post("/app/a/msg", body).await;
    assert_eq!(refused.faults(), ["body.eventType"]);
    assert!(refused.text().contains("archived"), "{}", refused.text());
    let back =
        house.post("/event-type", r#"{"name":"visitor.signin","description":"new"}"#).await.expect(201);
    assert_eq!(
        (&back["archived"], &back["description"], &back["schemas"]),
        (&json!(false), &json!("new"), &json!(null))
    );
    house.message("a", body).await;
}

#[tokio::test]
async fn put_and_patch() {
    let house = House::new().await;
    house
        .put("/event-type/a.b", r#"{"description":"d","featureFlag":"beta","schemas":{"1":{}}}"#)
        .await
        .expect(201);
    house.clock.advance(Duration::from_secs(1));
    let patched = house.patch("/event-type/a.b", r#"{"deprecated":true,"schemas":null}"#).await.expect(200);
    assert_eq!(
        (&patched["deprecated"], &patched["schemas"], &patched["featureFlag"]),
        (&json!(true), &json!(null), &json!("beta"))
    );
    let replaced = house.put("/event-type/a.b", r#"{"description":"e"}"#).await.expect(200);
    assert_eq!(
        (&replaced["deprecated"], &replaced["featureFlag"], &replaced["description"]),
        (&json!(false), &json!(null), &json!("e"))
    );
    assert_eq!(
        house.put("/event-type/a%20b", r#"{"description":"e"}"#).await.faults(),
        ["path.event_type_name"]
    );
    assert_eq!(house.patch("/event-type/a.b", r#"{"name":"c"}"#).await.faults(), ["body.name"]);
    assert_eq!(house.patch("/event-type/x", "{}").await.status, 404);
}

#[tokio::test]
async fn schemas_keep_their_text_and_must_be_objects_of_bounded_depth() {
    let house = House::new().await;
    let made =
        house.post("/event-type", r#"{"name":"n","description":"","schemas":{"1":{"b":1.50,"a":2}}}"#).await;
    made.expect(201);
    assert!(made.text().contains(r#""schemas":{"1":{"b":1.50,"a":2}}"#), "{}", made.text());
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let wrong = house
        .post("/event-type", &format!(r#"{{"name":"m","description":"","schemas":{{"1":[],"2":{deep}}}}}"#))
        .await;
    assert_eq!(wrong.faults(), ["body.schemas.1", "body.schemas.2"]);
}
