//! The portal's writes: calls of the management API within this process.
//!
//! The API's operations check every field and keep every rule; the portal only turns a form into their JSON and their
//! faults into marks at the form's fields.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::{Method, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use klingel_engine::door::Trusted;
use klingel_model::{EnvironmentId, Role};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::Portal;
use crate::fault::Fault;

/// Bytes of an answer that are read: far above the largest list of the API.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A call that was not done because of what it said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    /// HTTP status.
    pub(crate) status: u16,
    /// What is wrong at which field of the body: `settings.triggers`, and a sentence in English.
    pub(crate) fields: Vec<(String, String)>,
    /// What is wrong as a whole, in English.
    pub(crate) sentence: Option<String>,
}

/// What came of a call.
pub(crate) type Managed = Result<Value, Refused>;

/// A call in the making.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The method.
    pub(crate) method: Method,
    /// Path and query, from `/api/v1` on.
    pub(crate) path: &'a str,
    /// JSON; `Null`: none.
    pub(crate) body: Value,
    /// What makes a repeated form one call.
    pub(crate) idempotency_key: Option<&'a str>,
}

impl Portal {
    /// Calls an operation in the name of somebody whom the portal let in.
    pub(crate) async fn call(&self, environment_id: EnvironmentId, call: Call<'_>) -> Result<Managed, Fault> {
        let mut request = Request::builder().method(call.method).uri(call.path);
        if let Some(key) = call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let body = if call.body.is_null() { Body::empty() } else { Body::from(call.body.to_string()) };
        let mut request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|error| Fault::Internal(format!("a call of the API cannot be made: {error}")))?;
        request.extensions_mut().insert(Trusted { environment_id, role: Role::Admin });
        answer_of(self.inner.management.clone(), request).await
    }
}

async fn answer_of(management: Router, request: Request) -> Result<Managed, Fault> {
    let Ok(response) = management.oneshot(request).await;
    let status = response.status();
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
    let body = body.map_err(|error| Fault::Internal(format!("an answer of the API broke off: {error}")))?;
    let value: Value = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
    match status {
        _ if status.is_success() => Ok(Ok(value)),
        StatusCode::NOT_FOUND => Err(Fault::NotFound),
        StatusCode::SERVICE_UNAVAILABLE => Err(Fault::Unavailable),
        _ if status.is_server_error() => Err(Fault::Internal(format!("the API answered {status}"))),
        _ => Ok(Err(Refused::read(status.as_u16(), &value))),
    }
}

impl Refused {
    /// Reads `{"detail": [{"loc", "msg"}]}`, and `{"code", "detail"}` or what dialects say: `{"message"}`, or sentences
    /// by field, `{"name": ["…"]}`.
    fn read(status: u16, answer: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let Some(faults) = answer["detail"].as_array() else {
            if let Some(fields) = by_field(answer) {
                return Self { status, fields, sentence: None };
            }
            let sentence = text(&answer["detail"]).or_else(|| text(&answer["message"]));
            return Self { status, fields: Vec::new(), sentence };
        };
        let field = |fault: &Value| {
            let parts = fault["loc"].as_array()?.iter().skip(1).filter_map(Value::as_str);
            Some((parts.collect::<Vec<_>>().join("."), text(&fault["msg"])?))
        };
        Self { status, fields: faults.iter().filter_map(field).collect(), sentence: None }
    }

    /// What is wrong at this field, or below it.
    pub(crate) fn at(&self, name: &str) -> Option<&str> {
        let here =
            |path: &str| path == name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.fields.iter().find(|(path, _)| here(path)).map(|(_, why)| why.as_str())
    }
}

fn by_field(answer: &Value) -> Option<Vec<(String, String)>> {
    let all = answer.as_object()?.iter().map(|(name, sentences)| {
        let sentences: Option<Vec<&str>> = sentences.as_array()?.iter().map(Value::as_str).collect();
        Some((name.clone(), sentences?.join(" ")))
    });
    let all: Vec<(String, String)> = all.collect::<Option<_>>()?;
    (!all.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_shapes_of_refusals_are_understood() {
        let faults =
            json!({"detail": [{"loc": ["body", "settings", "site"], "msg": "must be there", "type": "x"}]});
        let refused = Refused::read(422, &faults);
        assert_eq!(refused.at("settings"), Some("must be there"));
        assert_eq!(refused.at("settings.site"), Some("must be there"));
        assert_eq!(refused.at("set"), None);
        let conflict = Refused::read(409, &json!({"code": "conflict", "detail": "the uid is taken"}));
        assert_eq!(conflict.sentence.as_deref(), Some("the uid is taken"));
        let own = Refused::read(400, &json!({"status": "error", "message": "no url"}));
        assert_eq!(own.sentence.as_deref(), Some("no url"));
        let by_field = Refused::read(422, &json!({"timezone": ["Is unknown."], "name": ["a", "b"]}));
        assert_eq!(by_field.at("timezone"), Some("Is unknown."));
        assert_eq!(by_field.at("name"), Some("a b"));
        assert_eq!(Refused::read(400, &Value::Null), Refused { status: 400, ..Refused::default() });
    }
}
