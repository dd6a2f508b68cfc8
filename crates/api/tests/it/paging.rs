use serde_json::{Value, json};
use std::time::Duration;

use crate::house::House;

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn three_apps(house: &House) -> Vec<String> {
    let mut made = Vec::new();
    for uid in ["a", "b", "c"] {
        made.push(house.app(uid).await);
        house.clock.advance(Duration::from_millis(1));
    }
    made
}

#[tokio::test]
async fn forward_and_back_again() {
    let house = House::new().await;
    let made = three_apps(&house).await;
    let first = house.get("/app?limit=2").await.expect(200);
    assert_eq!(ids(&first), made[..2]);
    assert_eq!((&first["done"], &first["iterator"]), (&json!(false), &json!(made[1])));
    assert_eq!(first["prevIterator"], json!(format!("-{}", made[0])));
    let second = house.get(&format!("/app?limit=2&iterator={}", made[1])).await.expect(200);
    assert_eq!(ids(&second), made[2..]);
    assert_eq!((&second["done"], &second["iterator"]), (&json!(true), &json!(made[2])));
    let back = house.get(&format!("/app?limit=1&iterator=-{}", made[2])).await.expect(200);
    assert_eq!(ids(&back), made[1..2], "what stands before it, not the beginning of the list");
    assert_eq!(back["done"], json!(false));
    let back = house.get(&format!("/app?iterator=-{}", made[2])).await.expect(200);
    assert_eq!((ids(&back), &back["done"]), (made[..2].to_vec(), &json!(true)), "in the order of the list");
    let beyond = house.get(&format!("/app?iterator={}", made[2])).await.expect(200);
    assert_eq!(beyond, json!({"data": [], "iterator": null, "prevIterator": null, "done": true}));
}

#[tokio::test]
async fn the_order_can_be_turned() {
    let house = House::new().await;
    let made = three_apps(&house).await;
    let mut newest_first = made.clone();
    newest_first.reverse();
    assert_eq!(ids(&house.get("/app?order=descending").await.expect(200)), newest_first);
    assert_eq!(ids(&house.get("/app?order=ascending").await.expect(200)), made);
    let after = house.get(&format!("/app?order=descending&iterator={}", made[1])).await.expect(200);
    assert_eq!(ids(&after), made[..1]);
    let before = house.get(&format!("/app?order=descending&iterator=-{}", made[1])).await.expect(200);
    assert_eq!(ids(&before), made[2..]);
}

#[tokio::test]
async fn every_list_can_be_walked_through_to_its_end() {
    let house = House::new().await;
    house.app("a").await;
    for n in 0..7 {
        house.endpoint("a", &format!("e{n}")).await;
        house.message("a", r#"{"eventType":"x","payload":{}}"#).await;
        house.put(&format!("/event-type/-t{n}"), r#"{"description":""}"#).await.expect(201);
        house.clock.advance(Duration::from_millis(1));
    }
    for path in ["/app/a/endpoint", "/app/a/msg", "/app/a/endpoint/e3/msg", "/event-type"] {
        let key = |one: &Value| one["id"].as_str().or(one["name"].as_str()).unwrap().to_owned();
        let whole = house.get(path).await.expect(200);
        let whole: Vec<_> = whole["data"].as_array().unwrap().iter().map(key).collect();
        let (mut walked, mut iterator, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = house.get(&format!("{path}?limit=2&iterator={iterator}")).await.expect(200);
            walked.extend(page["data"].as_array().unwrap().iter().map(key));
            pages += 1;
            if page["done"] == json!(true) {
                break;
            }
            assert!(pages < 10, "{path} has no end");
            iterator = page["iterator"].as_str().unwrap().to_owned();
        }
        assert_eq!(walked, whole, "{path}");
        assert!(whole.len() >= 4 && pages >= 3, "{path}");
    }
}

#[tokio::test]
async fn messages_come_newest_first() {
    let house = House::new().await;
    house.app("a").await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(house.message("a", r#"{"eventType":"x","payload":{}}"#).await);
        house.clock.advance(Duration::from_millis(1));
    }
    made.reverse();
    assert_eq!(ids(&house.get("/app/a/msg").await.expect(200)), made);
    let back = house.get(&format!("/app/a/msg?limit=1&iterator=-{}", made[2])).await.expect(200);
    assert_eq!(ids(&back), made[1..2]);
}
