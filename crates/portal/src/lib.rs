//! The portal: HTML for operators, customers and the people whose data it is, in German and English.
//!
//! A request goes this way:
//!
//! 1. [`door`]: which session it belongs to, what that session may see, whether a form is genuine; the headers that
//!    keep browsers safe
//! 2. [`pages`]: one page, one file, one template. Reads go to the store's `Reader`; writes go through [`management`],
//!    the same operations that every client of the JSON interface calls, so that no rule stands twice
//! 3. [`words`]: every text of the page from `locales/{de,en}`; what belongs to a dialect comes from its description
//! 4. [`show`]: numbers, times, payloads and pictures in the reader's form
//!
//! Beside them stand [`inspector`], which receives requests for people to look at, and [`live`], which tells pages what
//! is new.
//!
//! Pages work without JavaScript; the small modules in `assets/` add what moves by itself. Nothing is loaded from
//! elsewhere, and the content security policy forbids inline scripts and styles.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use klingel_engine::Engine;

mod answer;
mod asked;
mod assets;
mod audit;
mod door;
mod fault;
mod fields;
mod form;
mod frame;
mod inspector;
mod live;
mod management;
mod once;
mod pages;
mod settings;
mod show;
mod words;

pub use inspector::{Answered, BODY_BYTES_MAX, Incoming, Inspector, InspectorWorld, PATH, Verdict};
pub use settings::PortalSettings;

/// What the pages share. Cheap to clone.
#[derive(Clone)]
pub struct Portal {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    management: Router,
    inspector: Inspector,
    settings: PortalSettings,
    streams: live::Streams,
    knocks: door::knocks::Knocks,
}

impl Portal {
    /// A portal in front of this engine. `management` is the management API, which takes the portal's writes;
    /// `inspector` is the one that the engine's own requests come to.
    pub fn new(engine: Engine, management: Router, inspector: Inspector, settings: PortalSettings) -> Self {
        let streams = live::Streams::new();
        let knocks = door::knocks::Knocks::default();
        Self { inner: Arc::new(Inner { engine, management, inspector, settings, streams, knocks }) }
    }

    /// Ends the live views, so that a server that stops does not wait for them.
    pub fn end_streams(&self) {
        self.inner.streams.end();
    }

    /// All routes: `/portal/…`, and the inspector's receiving address `/inspect/…`.
    pub fn router(self) -> Router {
        pages::routes(self)
    }

    /// The path of every page and form, with its places in braces: `/portal/apps/{app_id}/endpoints`. For those who
    /// look whether all of them are in order.
    pub fn paths() -> Vec<&'static str> {
        pages::paths()
    }

    fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    fn settings(&self) -> &PortalSettings {
        &self.inner.settings
    }

    fn inspector(&self) -> &Inspector {
        &self.inner.inspector
    }

    fn streams(&self) -> &live::Streams {
        &self.inner.streams
    }
}

impl fmt::Debug for Portal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Portal")
    }
}
