//! The vendor's own interface: `/extern/{endpoint}/{call}`, and `/extern/getlimit`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::Method;
use klingel_engine::Engine;

use self::rate::RateLimit;
use self::refused::Refused;
use super::plan::ENDPOINTS;

mod caller;
mod get_limit;
mod list_webhook;
mod rate;
mod refused;
mod register_webhook;
mod token;

/// The first part of every path.
pub const PREFIX: &str = "/extern/";

/// What the calls work with.
#[derive(Debug)]
struct Doors {
    engine: Engine,
    rate: RateLimit,
}

/// The routes. One handler for all of them, so that unknown paths and methods get the vendor's errors too.
pub fn router(engine: Engine) -> Router {
    let doors = Arc::new(Doors { engine, rate: RateLimit::default() });
    let mut router = Router::new();
    for path in ["/extern/{call}", "/extern/{endpoint}/{call}"] {
        router = router.route(&format!("{path}/"), any(answer)).route(path, any(answer));
    }
    router.with_state(doors)
}

async fn answer(State(doors): State<Arc<Doors>>, request: Request) -> Response {
    match call(&doors, request).await {
        Ok(response) => response,
        Err(refused) => refused.into_response(),
    }
}

async fn call(doors: &Doors, request: Request) -> Result<Response, Refused> {
    let path = request.uri().path().trim_end_matches('/').to_owned();
    let parts: Vec<&str> = path.strip_prefix(PREFIX).unwrap_or_default().split('/').collect();
    let call = match parts.as_slice() {
        [endpoint, call] if ENDPOINTS.contains(endpoint) => *call,
        ["getlimit"] => "getlimit",
        _ => return Err(Refused::unknown_path()),
    };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let posts = *request.method() == Method::POST;
    match call {
        "registerWebhook" if posts || *request.method() == Method::DELETE => {
            register_webhook::answer(doors, request).await
        }
        "registerWebhook" => Err(Refused::method("POST, DELETE")),
        "listWebhook" if reads || posts => list_webhook::answer(doors, request).await,
        "listWebhook" => Err(Refused::method("GET, POST")),
        "getlimit" if reads => get_limit::answer(doors, request).await,
        "getlimit" => Err(Refused::method("GET")),
        _ => Err(Refused::unknown_path()),
    }
}
