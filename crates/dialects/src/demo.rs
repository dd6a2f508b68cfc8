//! What a vendor shows in `klingel demo`: a scene in words, played on a real server with a real receiver.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, Method};
use klingel_model::Micros;
use serde_json::Value;

/// Something that is played; `Err` says what was not as it should be.
pub type Playing<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// A scene.
#[derive(Clone, Copy)]
pub struct Demo {
    /// What is seen, such as `A reception desk`.
    pub title: &'static str,
    /// Plays it. Gives how many deliveries the receiver has verified by the vendor's rule.
    pub play: for<'a> fn(&'a dyn Stage) -> Playing<'a, usize>,
}

/// A call over HTTP to the demo's server.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// The header `Authorization`; `None`: the operator's key to the management API.
    pub authorization: Option<String>,
    /// A JSON body.
    pub body: Option<Value>,
}

/// A request that the demo's receiver got, and has answered 200.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// Where scenes are played. The scene's application is made before it begins.
pub trait Stage: Send + Sync {
    /// The application: `/api/v1/app/{app_id}`.
    fn application(&self) -> &str;

    /// The URL of the scene's receiver.
    fn receiver(&self) -> &str;

    /// The time.
    fn now(&self) -> Micros;

    /// Makes a call, shows it, and gives the JSON answer (`null` for none). `Err` for every answer but 2xx.
    fn call(&self, call: Call) -> Playing<'_, Value>;

    /// Waits for the next request that the receiver gets.
    fn arrival(&self) -> Playing<'_, Arrival>;

    /// Tells the audience what happens, in a sentence.
    fn tell(&self, sentence: &str) -> Result<(), String>;
}

impl Call {
    /// A call of the operator or of the host application, below the scene's application.
    pub fn below(stage: &dyn Stage, method: Method, path: &str, body: Option<Value>) -> Self {
        Self { method, path: format!("{}{path}", stage.application()), authorization: None, body }
    }
}

impl fmt::Debug for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demo").field("title", &self.title).finish_non_exhaustive()
    }
}

/// A text field of an answer.
pub(crate) fn text(answer: &Value, field: &str) -> Result<String, String> {
    let found = answer[field].as_str().map(str::to_owned);
    found.ok_or_else(|| format!("the answer has no {field}"))
}

/// What must be so for the scene to go on.
pub(crate) fn must(so: bool, otherwise: &str) -> Result<(), String> {
    if so { Ok(()) } else { Err(otherwise.to_owned()) }
}

/// The JSON body of a request that arrived.
pub(crate) fn body(arrival: &Arrival) -> Result<Value, String> {
    serde_json::from_slice(&arrival.body).map_err(|_| "the receiver got a body that is no JSON".to_owned())
}
