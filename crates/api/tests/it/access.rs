use axum::body::Body;
use http::Request;
use klingel_model::{Clock, Role};
use klingel_store::Catalog;
use std::time::Duration;

use crate::house::House;

#[tokio::test]
async fn without_a_valid_key_nothing_is_told() {
    let house = House::new().await;
    house.app("a").await;
    for header in [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer klingel_admin_AAAA".to_owned()),
        Some(format!("Basic {}", house.admin)),
        Some(format!("Bearer {}x", house.admin)),
        Some(format!("Bearer {}", "k".repeat(5000))),
    ] {
        for (method, path) in
            [("GET", "/api/v1/app/a"), ("POST", "/api/v1/app/a/msg"), ("DELETE", "/api/v1/app/nothing")]
        {
            let mut request = Request::builder().method(method).uri(path);
            if let Some(header) = &header {
                request = request.header("authorization", header);
            }
            let reply = house.send(request.body(Body::from("{not json")).unwrap()).await;
            assert_eq!(reply.expect(401)["code"], "authentication_failed", "{header:?} {method}");
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
        }
    }
    let small = Request::get("/api/v1/app/a").header("authorization", format!("bearer {}", house.admin));
    assert_eq!(
        house.send(small.body(Body::empty()).unwrap()).await.status,
        200,
        "the scheme is not case-sensitive"
    );
}

#[tokio::test]
async fn each_role_may_do_its_part() {
    let house = House::new().await;
    house.app("a").await;
    house.endpoint("a", "e").await;
    let msg = r#"{"eventType":"x","payload":{}}"#;
    house.message("a", r#"{"eventType":"x","payload":{},"eventId":"m"}"#).await;
    let app = r#"{"name":"N","uid":"z"}"#;
    let endpoint = r#"{"url":"https://x.example"}"#;
    let event_type = r#"{"name":"t","description":""}"#;
    let (publisher, _) = house.key(Role::Publish).await;
    let (reader, _) = house.key(Role::Read).await;
    // Method, path, body, may publish do it, may read do it.
    for (method, path, body, publish, read) in [
        ("GET", "/app", "", true, true),
        ("GET", "/app/a/endpoint/e", "", true, true),
        ("GET", "/app/a/msg/m", "", true, true),
        ("GET", "/app/a/attempt/msg/m", "", true, true),
        ("GET", "/event-type", "", true, true),
        ("POST", "/app/a/msg", msg, true, false),
        ("POST", "/app/a/msg/m/endpoint/e/resend", "", true, false),
        ("POST", "/auth/app-portal-access/a", "{}", false, false),
        ("POST", "/auth/subject-portal-access/a", r#"{"subject":"s"}"#, false, false),
        ("POST", "/auth/app/a/expire-all", "", false, false),
        ("POST", "/app", app, false, false),
        ("PUT", "/app/a", app, false, false),
        ("PATCH", "/app/a", "{}", false, false),
        ("DELETE", "/app/a", "", false, false),
        ("POST", "/event-type", event_type, false, false),
        ("DELETE", "/event-type/t", "", false, false),
        ("POST", "/app/a/endpoint", endpoint, false, false),
        ("PUT", "/app/a/endpoint/e", endpoint, false, false),
        ("PATCH", "/app/a/endpoint/e", "{}", false, false),
        ("DELETE", "/app/a/endpoint/e", "", false, false),
        ("GET", "/app/a/endpoint/e/secret", "", false, false),
        ("POST", "/app/a/endpoint/e/secret/rotate", "", false, false),
        ("GET", "/app/a/endpoint/e/headers", "", false, false),
        ("PUT", "/app/a/endpoint/e/headers", r#"{"headers":{}}"#, false, false),
        ("PATCH", "/app/a/endpoint/e/headers", r#"{"headers":{}}"#, false, false),
        ("DELETE", "/app/a/msg/m/content", "", false, false),
        ("DELETE", "/app/a/msg/m/attempt/atmpt_0000000000000000000000/content", "", false, false),
    ] {
        for (key, allowed) in [(&publisher, publish), (&reader, read)] {
            let reply = house.call(key, method, path, body).await;
            if allowed {
                assert!((200..300).contains(&reply.status), "{method} {path}: {reply:?}");
            } else {
                assert_eq!(reply.expect(403)["code"], "insufficient_access", "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_behind_another_wall_does_not_exist() {
    let house = House::new().await;
    let app = house.app("a").await;
    let endpoint = house.endpoint("a", "e").await;
    let message = house.message("a", r#"{"eventType":"x","payload":{}}"#).await;
    house.post("/event-type", r#"{"name":"t","description":""}"#).await.expect(201);
    let own = house.call(&house.stranger, "POST", "/app", r#"{"name":"N","uid":"mine"}"#).await.expect(201);
    let mine = own["id"].as_str().unwrap();
    let update = r#"{"url":"https://x.example"}"#;
    for (method, path, body) in [
        ("GET", format!("/app/{app}"), ""),
        ("GET", "/app/a".to_owned(), ""),
        ("PUT", format!("/app/{app}"), r#"{"name":"N"}"#),
        ("PATCH", format!("/app/{app}"), "{}"),
        ("DELETE", format!("/app/{app}"), ""),
        ("GET", format!("/app/{app}/endpoint"), ""),
        ("POST", format!("/app/{app}/endpoint"), update),
        ("GET", format!("/app/{app}/endpoint/{endpoint}"), ""),
        ("GET", format!("/app/{app}/endpoint/{endpoint}/secret"), ""),
        ("POST", format!("/app/{app}/msg"), r#"{"eventType":"x","payload":{}}"#),
        ("GET", format!("/app/{app}/msg/{message}"), ""),
        ("GET", format!("/app/{app}/attempt/msg/{message}"), ""),
        // Through an application of one's own.
        ("GET", format!("/app/{mine}/endpoint/{endpoint}"), ""),
        ("PUT", format!("/app/{mine}/endpoint/{endpoint}"), update),
        ("PATCH", format!("/app/{mine}/endpoint/{endpoint}"), "{}"),
        ("DELETE", format!("/app/{mine}/endpoint/{endpoint}"), ""),
        ("GET", format!("/app/{mine}/endpoint/{endpoint}/headers"), ""),
        ("GET", format!("/app/{mine}/msg/{message}"), ""),
        ("DELETE", format!("/app/{mine}/msg/{message}/content"), ""),
        ("GET", format!("/app/{mine}/attempt/endpoint/{endpoint}"), ""),
        ("POST", format!("/app/{mine}/msg/{message}/endpoint/{endpoint}/resend"), ""),
        ("GET", "/event-type/t".to_owned(), ""),
        ("DELETE", "/event-type/t?expunge=true".to_owned(), ""),
    ] {
        let reply = house.call(&house.stranger, method, &path, body).await;
        assert_eq!(reply.expect(404)["code"], "not_found", "{method} {path}");
    }
    assert_eq!(
        house.call(&house.stranger, "GET", "/app", "").await.expect(200)["data"].as_array().unwrap().len(),
        1
    );
    house.get(&format!("/app/{app}/endpoint/{endpoint}")).await.expect(200);
    house.get("/event-type/t").await.expect(200);
}

#[tokio::test]
async fn a_revoked_key_stops_within_two_seconds() {
    let house = House::new().await;
    let (key, id) = house.key(Role::Read).await;
    house.call(&key, "GET", "/app", "").await.expect(200);
    house.store.revoke_key(id, house.clock.now()).await.unwrap();
    house.clock.advance(Duration::from_millis(2001));
    let refused = house.call(&key, "GET", "/app", "").await.expect(401);
    assert!(refused["detail"].as_str().unwrap().contains("revoked"), "{refused}");
}
