//! A caller of the management API, for `send` and `demo`. It goes through the same HTTP client as deliveries.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use klingel_engine::deliver::{Headers, OutboundRequest, Transport};
use serde_json::Value;

use crate::failure::Failure;

/// For a whole call.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Calls one server with one key.
#[derive(Clone)]
pub struct ApiClient {
    transport: Arc<dyn Transport>,
    base: String,
    headers: Headers,
}

impl ApiClient {
    /// A caller of the server at `base`, such as `http://127.0.0.1:8080`.
    pub fn new(transport: Arc<dyn Transport>, base: &str, key: &str) -> Result<Self, Failure> {
        let mut headers = Headers::new();
        headers
            .insert(&AUTHORIZATION, format!("Bearer {}", key.trim()))
            .map_err(|_| Failure::new("the key holds characters that no key has"))?;
        headers.insert(&CONTENT_TYPE, "application/json").expect("it is visible ASCII");
        Ok(Self { transport, base: base.trim_end_matches('/').to_owned(), headers })
    }

    /// Posts a JSON text to this path below `/api/v1`, and gives the answer to it.
    pub async fn post(&self, path: &str, body: impl Into<Bytes>) -> Result<Value, Failure> {
        let request = OutboundRequest {
            url: format!("{}/api/v1{path}", self.base).into(),
            headers: self.headers.clone(),
            body: body.into(),
            timeout: TIMEOUT,
        };
        let response = self.transport.send(request).await.map_err(|failure| {
            Failure::new(format!("{} cannot be reached: {}", self.base, failure.sentence))
        })?;
        let answer: Option<Value> = serde_json::from_slice(&response.body).ok();
        match (response.status, answer) {
            (200..=299, Some(answer)) => Ok(answer),
            (status, answer) => Err(Failure::new(format!(
                "{} answered {status}: {}",
                self.base,
                answer.map_or_else(
                    || "not in JSON, so it may not be a Klingel server".to_owned(),
                    |a| detail(&a)
                )
            ))),
        }
    }
}

/// What an error says for people; 422 carries a list of faults.
fn detail(answer: &Value) -> String {
    match answer.get("detail") {
        Some(Value::String(detail)) => detail.clone(),
        Some(Value::Array(faults)) => {
            let fault = |fault: &Value| {
                let place = fault.get("loc").and_then(Value::as_array).map_or_else(String::new, |loc| {
                    loc.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".")
                });
                format!("{place}: {}", fault.get("msg").and_then(Value::as_str).unwrap_or("wrong"))
            };
            faults.iter().map(fault).collect::<Vec<_>>().join("; ")
        }
        _ => answer.to_string(),
    }
}
