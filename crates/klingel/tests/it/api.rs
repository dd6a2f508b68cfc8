//! A caller of the management API.

use bytes::Bytes;
use http::{Method, Request, request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::server::{PATIENCE, eventually};

/// Calls one server with one key, over connections that it keeps.
#[derive(Clone)]
pub struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    key: String,
}

/// The connection broke: what became of the request is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

impl Api {
    /// A caller of the server at this address.
    pub fn new(base: &str, key: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Self { client, base: base.to_owned(), key: key.to_owned() }
    }

    /// Calls; gives status and body.
    pub async fn call(&self, method: Method, path: &str, body: Bytes) -> Result<(u16, Bytes), Broken> {
        self.send(self.request(method, path), body).await
    }

    /// Opens a page as a browser does whose reader goes there. Gives the status.
    pub async fn open_page(&self, path: &str) -> u16 {
        let request = self.request(Method::GET, path);
        let request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
        self.send(request, Bytes::new()).await.expect("the server answers").0
    }

    /// Opens a link to the portal, and gives the page that it leads to, as its reader sees it.
    pub async fn portal_behind(&self, link: &str) -> String {
        let ask = async |path: &str, cookie: &str| {
            let request = self.request(Method::GET, path).header("cookie", cookie);
            let request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
            let request = request.body(Full::new(Bytes::new())).expect("a test writes valid requests");
            self.client.request(request).await.expect("the server answers")
        };
        let text = |value: &http::HeaderValue| value.to_str().expect("it is plain text").to_owned();
        let opened = ask(link, "").await;
        let place = text(opened.headers().get("location").expect("it leads on"));
        let page = ask(&place, &text(&opened.headers()["set-cookie"])).await;
        let body = page.into_body().collect().await.expect("the page is whole").to_bytes();
        String::from_utf8(body.to_vec()).expect("the page is text")
    }

    /// Posts below `/api/v1` under an idempotency key what must succeed.
    pub async fn post_once(&self, once: &str, path: &str, body: &Value) -> Value {
        let request = self.request(Method::POST, &format!("/api/v1{path}")).header("idempotency-key", once);
        let (status, body) = self.send(request, body.to_string().into()).await.expect("the server answers");
        assert!((200..300).contains(&status), "{path}: {status} {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("it answers in JSON")
    }

    fn request(&self, method: Method, path: &str) -> request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.key))
            .header("content-type", "application/json")
    }

    async fn send(&self, request: request::Builder, body: Bytes) -> Result<(u16, Bytes), Broken> {
        let request = request.body(Full::new(body)).expect("a test writes valid requests");
        let asked = format!("{} {}", request.method(), request.uri());
        let answered = async {
            let response = self.client.request(request).await.map_err(|_| Broken)?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.map_err(|_| Broken)?;
            Ok((status, body.to_bytes()))
        };
        // Without an end a call that nobody answers would make the test run silent for ever.
        let within = tokio::time::timeout(PATIENCE, answered).await;
        within
            .unwrap_or_else(|_| panic!("{asked}: neither an answer nor a broken connection in {PATIENCE:?}"))
    }

    /// A call below `/api/v1` that must succeed.
    async fn ask(&self, method: Method, path: &str, body: Bytes) -> Value {
        let path = format!("/api/v1{path}");
        let (status, body) = self.call(method, &path, body).await.expect("the server answers");
        assert!((200..300).contains(&status), "{path}: {status} {}", String::from_utf8_lossy(&body));
        if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("it answers in JSON") }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, Bytes::new()).await
    }

    /// Posts.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        self.ask(Method::POST, path, body.to_string().into()).await
    }

    /// Replaces.
    pub async fn put(&self, path: &str, body: &Value) -> Value {
        self.ask(Method::PUT, path, body.to_string().into()).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) {
        self.ask(Method::DELETE, path, Bytes::new()).await;
    }

    /// The text of a page outside of the API.
    pub async fn page(&self, path: &str) -> String {
        let (status, body) = self.call(Method::GET, path, Bytes::new()).await.expect("the server answers");
        assert_eq!(status, 200, "{path}");
        String::from_utf8(body.to_vec()).expect("it is text")
    }

    /// Makes an application with this uid and an endpoint at each URL.
    pub async fn application(&self, uid: &str, urls: &[String]) {
        self.post("/app/", &json!({ "name": uid, "uid": uid })).await;
        for url in urls {
            self.post(&format!("/app/{uid}/endpoint/"), &json!({ "url": url })).await;
        }
    }

    /// Makes an endpoint of an application; gives its id.
    pub async fn endpoint(&self, uid: &str, endpoint: &Value) -> String {
        let made = self.post(&format!("/app/{uid}/endpoint/"), endpoint).await;
        made["id"].as_str().expect("an endpoint has an id").to_owned()
    }

    /// What is recorded of attempts to an endpoint, latest first.
    pub async fn attempts(&self, uid: &str, endpoint: &str) -> Vec<Value> {
        let page = self.get(&format!("/app/{uid}/attempt/endpoint/{endpoint}/?limit=250")).await;
        page["data"].as_array().expect("a page has data").clone()
    }

    /// Waits until so many attempts to an endpoint are recorded, and gives them, latest first.
    pub async fn recorded(&self, uid: &str, endpoint: &str, count: usize) -> Vec<Value> {
        eventually("recorded attempts", async || {
            Some(self.attempts(uid, endpoint).await).filter(|attempts| attempts.len() >= count)
        })
        .await
    }

    /// Posts a message: its id when it was accepted, the status otherwise.
    pub async fn publish(&self, uid: &str, payload: &Value) -> Result<Result<String, u16>, Broken> {
        let message = json!({ "eventType": "test.happened", "payload": payload }).to_string();
        let (status, body) =
            self.call(Method::POST, &format!("/api/v1/app/{uid}/msg/"), message.into()).await?;
        if status != 202 {
            return Ok(Err(status));
        }
        let answer: Value = serde_json::from_slice(&body).expect("it answers in JSON");
        Ok(Ok(answer["id"].as_str().expect("an accepted message has an id").to_owned()))
    }

    /// Posts a message that must be accepted.
    pub async fn accepted(&self, uid: &str, payload: &Value) -> String {
        self.publish(uid, payload).await.expect("the server answers").expect("it accepts")
    }
}
