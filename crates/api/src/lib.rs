//! The management API: JSON over HTTP under `/api/v1`, compatible in path, field, status code and pagination with the
//! interface that Svix made common. One operation is one file: `<noun>/<verb>.rs`.
//!
//! - [`router`] takes an [`ApiState`] and gives everything, the description at `/api/v1/openapi.json` and the page at
//!   `/docs` included
//! - [`read_call`] finds plain publish calls in a connection's bytes, and [`PublishDoor`] answers them, without the router
//! - [`openapi()`]: the description, for the file in the repository
//!
//! Writes go through the engine's verbs, reads through the store's `Reader`. What a request may do stands in the
//! signature of its handler: `Caller<Read>`, `Caller<Manage>`, `Submitted<Publish>`.

use std::fmt;
use std::sync::Arc;

use klingel_engine::Engine;

mod answer;
mod application;
mod attempt;
mod auth;
mod body;
mod boundary;
mod dialect;
mod docs_page;
mod endpoint;
mod entries;
mod event_type;
mod fields;
mod filter;
mod find;
mod health;
mod idempotency;
mod message;
mod mounted;
mod openapi;
mod page;
mod portal_access;
mod problem;
mod query;
mod replay;
mod routes;
mod rules;
mod waiting;

pub use message::door::{PublishCall, PublishDoor, PublishTarget};
pub use message::received::{Received, read_call};
pub use mounted::Mounted;
pub use openapi::{openapi, openapi_json};
pub use routes::{router, router_with};

/// What the handlers share: the engine's handle and a few small caches. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    public_url: String,
    keys: auth::KnownKeys,
    archived: event_type::archived::KnownTypes,
    health: health::LastProbe,
    requests: boundary::RequestIds,
}

impl ApiState {
    /// The state of an API in front of this engine. `public_url`: how browsers reach this server, without a slash at
    /// its end.
    pub fn new(engine: Engine, public_url: String) -> Self {
        let requests = boundary::RequestIds::new(&*engine.world().dice);
        Self {
            inner: Arc::new(Inner {
                keys: auth::KnownKeys::default(),
                archived: event_type::archived::KnownTypes::default(),
                health: health::LastProbe::default(),
                requests,
                public_url,
                engine,
            }),
        }
    }

    fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    fn public_url(&self) -> &str {
        &self.inner.public_url
    }
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiState")
    }
}
