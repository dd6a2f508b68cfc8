//! What callers get wrong, on purpose or not: each row gets a clear answer, and the server goes on.

use axum::body::Body;
use bytes::Bytes;
use http::{Request, header};
use klingel_engine::Settings;
use serde_json::json;

use crate::house::House;

const MSG: &str = "/app/a/msg";
const APP: &str = "/app";
const ENDPOINT: &str = "/app/a/endpoint";
const HEADERS: &str = "/app/a/endpoint/e/headers";
const ROTATE: &str = "/app/a/endpoint/e/secret/rotate";

/// Method, path, body, status, and a part of the answer.
type Row = (&'static str, &'static str, &'static [u8], u16, &'static str);

const NO_JSON: &[Row] = &[
    ("POST", MSG, b"", 400, "the body is empty"),
    ("POST", MSG, b"{", 400, "line 1 column 1"),
    ("POST", MSG, b"{\n \"a\": 1,\n}", 400, "line 3 column 1"),
    ("POST", MSG, b"{'a':1}", 400, "invalid_json"),
    ("POST", MSG, b"not json", 400, "invalid_json"),
    ("POST", MSG, b"{\"eventType\":\"x\",\"payload\":{}} {}", 400, "trailing characters"),
    ("POST", MSG, b"{\"eventType\":\"x\",\"payload\":{\"a\":01}}", 400, "invalid_json"),
    ("POST", MSG, b"{\"eventType\":\"x\",\"payload\":{\"a\":NaN}}", 400, "invalid_json"),
    ("POST", MSG, b"{\"eventType\":\"x\",\"payload\":{\"a\":\"\xff\xfe\"}}", 400, "invalid_json"),
    ("POST", MSG, b"{\"eventType\":\"x\",\"payload\":{\"a\":\"\n\"}}", 400, "control character"),
    ("POST", MSG, b"{\"eventType\":\"x\",\"payload\":{\"a\":\"\\x\"}}", 400, "invalid escape"),
    ("POST", MSG, b"\xef\xbb\xbf{}", 400, "invalid_json"),
    ("POST", MSG, b"\x00", 400, "invalid_json"),
    ("POST", MSG, b"null", 422, "must be a JSON object"),
    ("POST", MSG, b"[]", 422, "must be a JSON object"),
    ("POST", MSG, b"\"text\"", 422, "must be a JSON object"),
    ("POST", MSG, b"[", 400, "invalid_json"),
    ("PATCH", "/app/a", b"", 400, "the body is empty"),
    ("PUT", "/app/a", b"[{}]", 422, "must be a JSON object"),
    ("POST", ROTATE, b"{", 400, "invalid_json"),
];

const MESSAGES: &[Row] = &[
    ("POST", MSG, b"{}", 422, r#"["body","eventType"]"#),
    ("POST", MSG, b"{}", 422, r#"["body","payload"]"#),
    ("POST", MSG, br#"{"eventType":"x","payload":null}"#, 422, "must not be null"),
    ("POST", MSG, br#"{"eventType":"x","payload":"{}"}"#, 422, r#"["body","payload"]"#),
    ("POST", MSG, br#"{"eventType":"x","payload":[]}"#, 422, "must be a JSON object"),
    ("POST", MSG, br#"{"eventType":7,"payload":{}}"#, 422, "must be a string"),
    ("POST", MSG, br#"{"eventType":"","payload":{}}"#, 422, "must not be empty"),
    ("POST", MSG, br#"{"eventType":"a b","payload":{}}"#, 422, "may hold only"),
    ("POST", MSG, br#"{"eventType":"a\u0000","payload":{}}"#, 422, "may hold only"),
    ("POST", MSG, br#"{"eventType":"\ud800","payload":{}}"#, 422, "Unicode"),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"eventId":"a/b"}"#, 422, r#"["body","eventId"]"#),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"eventId":"msg_1"}"#, 422, "must not begin like an id"),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"channels":[]}"#, 422, "must not be empty"),
    (
        "POST",
        MSG,
        br#"{"eventType":"x","payload":{},"channels":["a","a"]}"#,
        422,
        r#"["body","channels","1"]"#,
    ),
    (
        "POST",
        MSG,
        br#"{"eventType":"x","payload":{},"channels":["a",null]}"#,
        422,
        r#"["body","channels","1"]"#,
    ),
    (
        "POST",
        MSG,
        br#"{"eventType":"x","payload":{},"channels":["1","2","3","4","5","6"]}"#,
        422,
        "at most 5",
    ),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"channels":"a"}"#, 422, "must be a list"),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"payloadRetentionPeriod":4}"#, 422, "at least 5"),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"payloadRetentionPeriod":91}"#, 422, "at most 90"),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"payloadRetentionPeriod":7.0}"#, 422, "whole number"),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"payloadRetentionPeriod":1e1}"#, 422, "whole number"),
    (
        "POST",
        MSG,
        br#"{"eventType":"x","payload":{},"payloadRetentionPeriod":-99999999999999999999}"#,
        422,
        "at least",
    ),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"payloadRetentionPeriod":"7"}"#, 422, "whole number"),
    (
        "POST",
        MSG,
        br#"{"eventType":"x","payload":{},"transformationsParams":{}}"#,
        422,
        "transformationsParams",
    ),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"tags":["a"]}"#, 422, "unsupported field"),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"payload":{"b":1}}"#, 422, "occurs twice"),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"event\u0054ype":"y"}"#, 422, "occurs twice"),
    ("POST", MSG, br#"{"eventType":"x","payload":{},"application":[]}"#, 422, r#"["body","application"]"#),
    (
        "POST",
        "/app/a/msg?with_content=yes",
        br#"{"eventType":"x","payload":{}}"#,
        422,
        r#"["query","with_content"]"#,
    ),
    ("POST", "/app/nobody/msg", br#"{"eventType":"x","payload":{}}"#, 404, "no such application"),
    ("POST", "/app/a%20b/msg", br#"{"eventType":"x","payload":{}}"#, 404, "no such application"),
    ("POST", "/app/%ff/msg", br#"{"eventType":"x","payload":{}}"#, 404, "not_found"),
    ("POST", "/app/app_zzzzzzzzzzzzzzzzzzzzzz/msg", br#"{"eventType":"x","payload":{}}"#, 404, "not_found"),
];

const APPLICATIONS: &[Row] = &[
    ("POST", APP, br#"{"name":""}"#, 422, "must not be empty"),
    ("POST", APP, br#"{"name":"a\u0000b"}"#, 422, "control characters"),
    ("POST", APP, br#"{"name":"a\nb"}"#, 422, "control characters"),
    ("POST", APP, br#"{"name":"N","uid":""}"#, 422, r#"["body","uid"]"#),
    ("POST", APP, br#"{"name":"N","uid":"\u00fc"}"#, 422, "may hold only"),
    ("POST", APP, br#"{"name":"N","uid":"app_mine"}"#, 422, "must not begin like an id"),
    ("POST", APP, br#"{"name":"N","throttleRate":0}"#, 422, "at least 1"),
    ("POST", APP, br#"{"name":"N","throttleRate":-1}"#, 422, "at least 1"),
    ("POST", APP, br#"{"name":"N","throttleRate":65536}"#, 422, "at most 65535"),
    ("POST", APP, br#"{"name":"N","throttleRate":true}"#, 422, "whole number"),
    ("POST", APP, br#"{"name":"N","metadata":null}"#, 422, "must not be null"),
    ("POST", APP, br#"{"name":"N","metadata":{"a":1}}"#, 422, r#"["body","metadata","a"]"#),
    ("POST", APP, br#"{"name":"N","metadata":{"a":"1","a":"2"}}"#, 422, r#"["body","metadata","a"]"#),
    ("POST", APP, br#"{"name":"N","metadata":{"a":"\u0000"}}"#, 422, "NUL"),
    ("POST", APP, br#"{"name":"N","metadata":[]}"#, 422, "must be a JSON object"),
    ("POST", APP, br#"{"name":"N","dialect":"unheard"}"#, 422, "must be one of"),
    ("POST", APP, br#"{"name":"N","rateLimit":5}"#, 422, r#"["body","rateLimit"]"#),
    ("POST", "/app?get_if_exists=1", br#"{"name":"N"}"#, 422, r#"["query","get_if_exists"]"#),
    ("PATCH", "/app/a", br#"{"id":"app_0000000000000000000000"}"#, 422, r#"["body","id"]"#),
    ("GET", "/app/app_", b"", 404, "not_found"),
    ("GET", "/app/app_000000000000000000000%00", b"", 404, "not_found"),
    ("GET", "/app/..%2f..%2fetc", b"", 404, "not_found"),
];

const ENDPOINTS: &[Row] = &[
    ("POST", ENDPOINT, b"{}", 422, r#"["body","url"]"#),
    ("POST", ENDPOINT, br#"{"url":"ftp://example.com"}"#, 422, "http://"),
    ("POST", ENDPOINT, br#"{"url":"https://example.com/\r\nx"}"#, 422, "control characters"),
    ("POST", ENDPOINT, br#"{"url":"/hook"}"#, 422, "absolute URL"),
    ("POST", ENDPOINT, br#"{"url":"https://x.example","version":1}"#, 422, r#"["body","version"]"#),
    (
        "POST",
        ENDPOINT,
        br#"{"url":"https://x.example","filterTypes":["a"]}"#,
        422,
        r#"["body","filterTypes"]"#,
    ),
    ("POST", ENDPOINT, br#"{"url":"https://x.example","eventTypes":[]}"#, 422, r#"["body","eventTypes"]"#),
    ("POST", ENDPOINT, br#"{"url":"https://x.example","maxInFlight":0}"#, 422, "at least 1"),
    ("POST", ENDPOINT, br#"{"url":"https://x.example","maxInFlight":1001}"#, 422, "at most 1000"),
    (
        "POST",
        ENDPOINT,
        br#"{"url":"https://x.example","retrySchedule":[5,-1]}"#,
        422,
        r#"["body","retrySchedule","1"]"#,
    ),
    (
        "POST",
        ENDPOINT,
        br#"{"url":"https://x.example","retrySchedule":["5"]}"#,
        422,
        r#"["body","retrySchedule","0"]"#,
    ),
    (
        "POST",
        ENDPOINT,
        br#"{"url":"https://x.example","retrySchedule":[1e999]}"#,
        422,
        r#"["body","retrySchedule","0"]"#,
    ),
    ("POST", ENDPOINT, br#"{"url":"https://x.example","retrySchedule":[86401]}"#, 422, "86400"),
    ("POST", ENDPOINT, br#"{"url":"https://x.example","disabled":0}"#, 422, "true or false"),
    ("POST", ENDPOINT, br#"{"url":"https://x.example","secret":"whsec_AAAA"}"#, 422, r#"["body","secret"]"#),
    ("POST", ENDPOINT, br#"{"url":"https://x.example","secret":5}"#, 422, r#"["body","secret"]"#),
    ("POST", ENDPOINT, br#"{"url":"https://x.example","headers":{}}"#, 422, r#"["body","headers"]"#),
    ("PUT", "/app/a/endpoint/e", br#"{"url":"https://x.example","secret":"s"}"#, 422, r#"["body","secret"]"#),
    ("PATCH", "/app/a/endpoint/e", br#"{"url":null}"#, 422, "must not be null"),
    ("GET", "/app/a/endpoint/ep_nonsense", b"", 404, "no such endpoint"),
];

const SMUGGLING: &[Row] = &[
    ("PUT", HEADERS, b"{}", 422, r#"["body","headers"]"#),
    ("PUT", HEADERS, br#"{"headers":{"x":"a\r\nhost: evil"}}"#, 422, "no line breaks"),
    ("PUT", HEADERS, br#"{"headers":{"x":"a\nb"}}"#, 422, "no line breaks"),
    ("PUT", HEADERS, br#"{"headers":{"x":"a\u0000b"}}"#, 422, "control characters"),
    ("PUT", HEADERS, br#"{"headers":{"x":"\u00e4"}}"#, 422, "visible ASCII"),
    ("PUT", HEADERS, br#"{"headers":{"x":" a"}}"#, 422, "spaces inside"),
    ("PUT", HEADERS, br#"{"headers":{"a b":"1"}}"#, 422, "no header name"),
    ("PUT", HEADERS, br#"{"headers":{"x:y":"1"}}"#, 422, "no header name"),
    ("PUT", HEADERS, br#"{"headers":{"x\r\ny":"1"}}"#, 422, "no header name"),
    ("PUT", HEADERS, br#"{"headers":{"":"1"}}"#, 422, "no header name"),
    ("PUT", HEADERS, br#"{"headers":{"Host":"evil"}}"#, 422, "written by Klingel"),
    ("PUT", HEADERS, br#"{"headers":{"Transfer-Encoding":"chunked"}}"#, 422, "written by Klingel"),
    ("PUT", HEADERS, br#"{"headers":{"CONTENT-LENGTH":"0"}}"#, 422, "written by Klingel"),
    ("PUT", HEADERS, br#"{"headers":{"webhook-signature":"v1,x"}}"#, 422, "written by Klingel"),
    ("PUT", HEADERS, br#"{"headers":{"proxy-authorization":"x"}}"#, 422, "written by Klingel"),
    ("PUT", HEADERS, br#"{"headers":{"X-A":"1","x-a":"2"}}"#, 422, "occurs twice"),
    ("PUT", HEADERS, br#"{"headers":{"x":null}}"#, 422, "must be a string"),
    ("PUT", HEADERS, br#"{"headers":{"x":["a"]}}"#, 422, r#"["body","headers","x"]"#),
    ("PATCH", HEADERS, br#"{"headers":{"host":null}}"#, 422, "written by Klingel"),
    ("POST", ROTATE, br#"{"gracePeriodSeconds":-1}"#, 422, "at least 0"),
    ("POST", ROTATE, br#"{"gracePeriodSeconds":0.5}"#, 422, "whole number"),
];

const CURSORS: &[Row] = &[
    ("GET", "/app?iterator=broken", b"", 422, r#"["query","iterator"]"#),
    ("GET", "/app?iterator=-", b"", 422, r#"["query","iterator"]"#),
    ("GET", "/app?iterator=--app_0000000000000000000000", b"", 422, r#"["query","iterator"]"#),
    ("GET", "/app?iterator=app_%ff", b"", 422, r#"["query","iterator"]"#),
    ("GET", "/app/a/msg?iterator=app_0000000000000000000000", b"", 422, r#"["query","iterator"]"#),
    ("GET", "/app/a/msg?iterator=msg_zzzzzzzzzzzzzzzzzzzzzz", b"", 422, r#"["query","iterator"]"#),
    ("GET", "/app/a/endpoint?iterator=ep_1", b"", 422, r#"["query","iterator"]"#),
    ("GET", "/app/a/attempt/endpoint/e?iterator=atmpt_x", b"", 422, r#"["query","iterator"]"#),
    ("GET", "/event-type?iterator=a%20b", b"", 422, r#"["query","iterator"]"#),
    ("GET", "/app?limit=0", b"", 422, r#"["query","limit"]"#),
    ("GET", "/app?limit=251", b"", 422, "1 to 250"),
    ("GET", "/app?limit=-1", b"", 422, r#"["query","limit"]"#),
    ("GET", "/app?limit=1.5", b"", 422, r#"["query","limit"]"#),
    ("GET", "/app?limit=99999999999999999999999", b"", 422, r#"["query","limit"]"#),
    ("GET", "/app?order=sideways", b"", 422, r#"["query","order"]"#),
    ("GET", "/app/a/msg?before=yesterday", b"", 422, r#"["query","before"]"#),
    ("GET", "/app/a/msg?channel=a%20b", b"", 422, r#"["query","channel"]"#),
    ("GET", "/app/a/msg?event_types=a%20b", b"", 422, r#"["query","event_types"]"#),
    ("GET", "/app/a/attempt/endpoint/e?status=7", b"", 422, r#"["query","status"]"#),
    ("GET", "/app/a/attempt/endpoint/e?status_code_class=404", b"", 422, r#"["query","status_code_class"]"#),
    ("GET", "/nothing/here", b"", 404, "no such operation"),
    ("GET", "/app/a//msg", b"", 404, "not_found"),
    ("POST", "/app/a", b"{}", 405, "method_not_allowed"),
    ("DELETE", "/app", b"", 405, "method_not_allowed"),
];

#[tokio::test]
async fn every_row_gets_its_answer_and_the_server_goes_on() {
    let house = House::new().await;
    house.app("a").await;
    house.endpoint("a", "e").await;
    for (method, path, body, status, part) in
        [NO_JSON, MESSAGES, APPLICATIONS, ENDPOINTS, SMUGGLING, CURSORS].into_iter().flatten().copied()
    {
        let reply = house.call(&house.admin, method, path, Bytes::from_static(body)).await;
        let sent = String::from_utf8_lossy(body);
        assert_eq!(reply.status, status, "{method} {path} {sent}: {}", reply.text());
        assert!(reply.text().contains(part), "{method} {path} {sent}: {}", reply.text());
        let json = reply.json();
        let known_shape = if status == 422 {
            json["detail"].as_array().is_some_and(|faults| {
                faults.iter().all(|f| f["loc"].is_array() && f["msg"].is_string() && f["type"].is_string())
            })
        } else {
            json["code"].is_string() && json["detail"].is_string()
        };
        assert!(known_shape, "{method} {path}: {json}");
    }
    house.message("a", r#"{"eventType":"x","payload":{}}"#).await;
    let list = house.get("/app/a/endpoint/e/headers").await.expect(200);
    assert_eq!(list, json!({"headers": {}, "sensitive": []}), "what was refused changed nothing");
}

#[tokio::test]
async fn all_faults_are_named_at_once() {
    let house = House::new().await;
    house.app("a").await;
    let body = r#"{"url":"x","uid":"ü","channels":["a b"],"throttleRate":0,"what":1}"#;
    let faults = house.post(ENDPOINT, body).await.faults();
    assert_eq!(faults, ["body.url", "body.uid", "body.channels.0", "body.throttleRate", "body.what"]);
    let query = house.get("/app?limit=0&order=x&iterator=y").await.faults();
    assert_eq!(query, ["query.limit", "query.order", "query.iterator"]);
}

#[tokio::test]
async fn long_names_are_cut_in_errors() {
    let house = House::new().await;
    let reply = house.post(APP, &format!(r#"{{"name":"N","{}":1}}"#, "x".repeat(10_000))).await;
    assert_eq!(reply.faults(), [format!("body.{}…", "x".repeat(64))]);
}

#[tokio::test]
async fn too_many_fields_are_refused_before_they_cost() {
    let house = House::new().await;
    let fields: Vec<_> = (0..50_000).map(|n| format!(r#""f{n}":0"#)).collect();
    let reply = house.post(APP, &format!("{{{}}}", fields.join(","))).await;
    assert_eq!(reply.faults(), ["body"]);
    assert!(reply.text().contains("at most 64"), "{}", reply.text());
    let many: Vec<_> = (0..51).map(|n| format!(r#""k{n}":"""#)).collect();
    let many = many.join(",");
    let reply = house.post(APP, &format!(r#"{{"name":"N","metadata":{{{many}}}}}"#)).await;
    assert_eq!(reply.faults(), ["body.metadata"]);
}

#[tokio::test]
async fn nesting_costs_no_stack() {
    let house = House::new().await;
    house.app("a").await;
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    // Taken as it is: nobody here looks into it.
    let made = house.post(MSG, &format!(r#"{{"eventType":"x","payload":{{"d":{deep}}}}}"#)).await;
    assert!(made.status == 202 && made.text().contains(&deep), "{}", made.status);
    let refused = house.post(APP, &format!(r#"{{"name":{deep}}}"#)).await;
    assert_eq!(refused.faults(), ["body.name"]);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_while_it_is_read() {
    let mut settings = Settings::default();
    settings.limits.body_bytes_max = 1000;
    let house = House::with(settings).await;
    house.app("a").await;
    let fitting = format!(r#"{{"eventType":"x","payload":{{"a":"{}"}}}}"#, "x".repeat(1000 - 36));
    assert_eq!(fitting.len(), 1000);
    house.message("a", &fitting).await;
    let large = house.post(MSG, &format!("{fitting} ")).await;
    assert_eq!(large.expect(413)["code"], "body_too_large");
    assert!(large.text().contains("body_bytes_max"), "{}", large.text());
    // Without an announced length, and without an end: only a reader with a limit gives an answer.
    let endless =
        futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 100])));
    let reply = house.call(&house.admin, "POST", MSG, Body::from_stream(endless)).await;
    assert_eq!(reply.status, 413);
    // An announced length is believed at once.
    let announced = Request::post("/api/v1/app/a/msg")
        .header(header::AUTHORIZATION, format!("Bearer {}", house.admin))
        .header(header::CONTENT_LENGTH, "4000000000")
        .body(Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>()))
        .unwrap();
    assert_eq!(house.send(announced).await.status, 413);
    let broken =
        futures_util::stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("cut"))]);
    let reply = house.call(&house.admin, "POST", MSG, Body::from_stream(broken)).await;
    assert_eq!(reply.expect(400)["code"], "incomplete_body");
    house.message("a", &fitting).await;
}
