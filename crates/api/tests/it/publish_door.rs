//! The door for publish calls and the router answer alike, and the door takes nothing else.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, Request};
use klingel_engine::{Limits, Settings};
use klingel_model::Role;
use klingel_store::Error;

use crate::house::{House, Reply};

const MESSAGE: &str = r#"{"eventType":"x","payload":{ "a":1 },"channels":["c"]}"#;

/// A request as rows write it.
#[derive(Clone, Copy)]
struct Row {
    path: &'static str,
    authorization: Option<&'static str>,
    once: Option<&'static str>,
    body: &'static str,
    status: u16,
}

const GOOD: Row =
    Row { path: "/app/a/msg", authorization: Some("admin"), once: None, body: MESSAGE, status: 202 };

const ROWS: [Row; 22] = [
    GOOD,
    Row { path: "/app/a/msg/", ..GOOD },
    Row { path: "/app/a/msg?with_content=false", ..GOOD },
    Row { path: "/app/a/msg/?with_content=no", status: 422, ..GOOD },
    Row { path: "/app/a/msg?colour=red&with_content=true", ..GOOD },
    Row { path: "/app/nobody/msg", status: 404, ..GOOD },
    Row { path: "/app/app_0/msg", status: 404, ..GOOD },
    Row { path: "/app/a~b/msg", status: 404, ..GOOD },
    Row { authorization: None, status: 401, ..GOOD },
    Row { authorization: Some("klingel_admin_none"), status: 401, ..GOOD },
    Row { authorization: Some("read"), status: 403, ..GOOD },
    Row { authorization: Some("publish"), ..GOOD },
    Row { body: "", status: 400, ..GOOD },
    Row { body: r#"{"eventType":"x","payload":{}"#, status: 400, ..GOOD },
    Row { body: "[]", status: 422, ..GOOD },
    Row { body: r#"{"eventType":"?","payload":[],"what":1}"#, status: 422, ..GOOD },
    Row { once: Some("key"), ..GOOD },
    Row { once: Some("key"), ..GOOD },
    Row { once: Some("key"), path: "/app/a/msg/", ..GOOD },
    Row { once: Some("key"), body: r#"{"eventType":"x","payload":{}}"#, status: 422, ..GOOD },
    Row { once: Some("two words"), status: 422, ..GOOD },
    Row { path: "/app/bug/msg", status: 500, ..GOOD },
];

struct Keys {
    admin: String,
    publish: String,
    read: String,
}

impl Row {
    fn request(self, keys: &Keys) -> Request<Body> {
        let mut request = Request::post(format!("/api/v1{}", self.path));
        if let Some(who) = self.authorization {
            let key = match who {
                "admin" => &keys.admin,
                "publish" => &keys.publish,
                "read" => &keys.read,
                other => other,
            };
            request = request.header("authorization", format!("Bearer {key}"));
        }
        if let Some(once) = self.once {
            request = request.header("idempotency-key", once);
        }
        request.body(Body::from(self.body)).unwrap()
    }
}

async fn house() -> (House, Keys) {
    let limits = Limits { body_bytes_max: 1000, ..Settings::default().limits };
    let house = House::with(Settings { limits, ..Settings::default() }).await;
    house.app("a").await;
    house.post("/app", r#"{"name":"N","uid":"bug","dialect":"explosive"}"#).await.expect(201);
    let keys = Keys {
        admin: house.admin.clone(),
        publish: house.key(Role::Publish).await.0,
        read: house.key(Role::Read).await.0,
    };
    (house, keys)
}

/// What both ways must agree about: all but the request's number and the message's id, and the length, which is added
/// where an answer of the door is written.
fn comparable(reply: &Reply) -> (u16, HeaderMap, String) {
    let mut headers = reply.headers.clone();
    let number = headers.remove("x-request-id").expect("every answer has its number");
    headers.remove("content-length");
    let text = reply.text().replace(number.to_str().unwrap(), "NUMBER");
    let text = match text.find(r#""id":"msg_"#) {
        Some(at) => text[..at].to_owned() + &text[at + r#""id":"msg_0000000000000000000000""#.len()..],
        None => text,
    };
    (reply.status, headers, text)
}

#[tokio::test]
async fn door_and_router_answer_alike() {
    let ((by_door, keys), (by_router, other_keys)) = (house().await, house().await);
    for row in ROWS {
        let request = row.request(&keys);
        let shown = format!("{} {:?} {:?} {}", row.path, row.authorization, row.once, row.body);
        assert!(House::is_for_the_door(&request), "{shown}");
        let short = by_door.send(request).await;
        let long = by_router.send_to_router(row.request(&other_keys)).await;
        assert_eq!(short.status, row.status, "{shown}: {short:?}");
        assert_eq!(comparable(&short), comparable(&long), "{shown}");
    }
}

#[tokio::test]
async fn bodies_that_are_too_large_or_break_off_are_refused() {
    let (house, keys) = house().await;
    let whole = || Body::from(vec![b' '; 1001]);
    let pieces = |pieces: Vec<Result<Bytes, std::io::Error>>| Body::from_stream(stream::iter(pieces));
    let half = || Bytes::from(vec![b' '; 600]);
    let long = || pieces(vec![Ok(half()), Ok(half())]);
    let broken = || pieces(vec![Ok(half()), Err(std::io::Error::other("gone"))]);
    let posted = || {
        let (start, end) = MESSAGE.split_at(20);
        pieces(vec![Ok(Bytes::from(start)), Ok(Bytes::new()), Ok(Bytes::from(end))])
    };
    let bodies: [(&str, &dyn Fn() -> Body, u16); 4] =
        [("whole", &whole, 413), ("long", &long, 413), ("broken", &broken, 400), ("pieces", &posted, 202)];
    for (name, body, status) in bodies {
        let reply = house.send_to_router(GOOD.request(&keys).map(|_| body())).await;
        assert_eq!(reply.status, status, "{name}: {reply:?}");
    }
}

#[tokio::test]
async fn faults_of_our_own_name_the_request() {
    let (house, keys) = house().await;
    house.store.fail_with(Some(Error::Corrupt("table application, row 3".to_owned())));
    for row in [GOOD, Row { path: "/app/bug/msg", ..GOOD }] {
        let reply = house.send(row.request(&keys)).await;
        let detail = reply.expect(500)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(reply.headers["x-request-id"].to_str().unwrap()), "{detail}");
    }
}

#[tokio::test]
async fn everything_else_goes_to_the_router() {
    let (house, keys) = house().await;
    for (method, path, status) in [
        ("GET", "/app/a/msg", 200),
        ("PUT", "/app/a/msg", 405),
        ("DELETE", "/app/a/msg/", 405),
        ("POST", "/app//msg", 404),
        ("POST", "/app/a/msg//", 405),
        ("POST", "/app/a/msgs", 404),
        ("POST", "/app/a/msg/m", 405),
        ("POST", "/app/%61/msg", 202),
        ("POST", "/app/a+b/msg", 404),
        ("POST", "/app/%ff/msg", 404),
        ("POST", "/app/a/endpoint/e/msg", 405),
    ] {
        let mut request = GOOD.request(&keys);
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = format!("/api/v1{path}").parse().unwrap();
        assert!(!House::is_for_the_door(&request), "{method} {path}");
        let reply = house.send(request).await;
        assert_eq!(reply.status, status, "{method} {path}: {reply:?}");
    }
}
