//! What a vendor's folder hands over to the rest of the house.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use klingel_engine::Engine;
use klingel_engine::deliver::Dialect;
use klingel_model::{Clock, Dice};
use klingel_store::Store;

use crate::demo::Demo;

/// A vendor: its dialect, and what it brings beside it.
#[derive(Clone)]
pub struct Vendor {
    /// How requests are written and answers read.
    pub dialect: Arc<dyn Dialect>,
    /// The text of the folder's README: what is honoured, what is decided, what is not known.
    pub readme: &'static str,
    /// Requests and bodies as they go over the wire, that the vendor's tests compare with.
    pub golden: &'static [Golden],
    /// How receivers know where a request comes from.
    pub signature: Signature,
    /// Routes of the vendor's own interface, at the vendor's own paths, each beginning with one of `door_prefixes`.
    /// They check their callers themselves. Without fallback.
    pub doors: Option<fn(Engine) -> Router>,
    /// The first parts of the paths of `doors`, such as `/extern/`.
    pub door_prefixes: &'static [&'static str],
    /// Routes below `/api/v1/app/{app_id}/<name>` for operators: reading takes a key of any role, the rest an `admin` key.
    /// Handlers find a [`Managed`](klingel_engine::door::Managed) among the request's extensions.
    pub management: Option<fn(Engine) -> Router>,
    /// Routes below `/api/v1/app/{app_id}/<name>` for the host application: writing takes a `publish` or `admin` key.
    pub feed: Option<fn(Engine) -> Router>,
    /// A command below `klingel <name>`.
    pub command: Option<Command>,
    /// A scene of `klingel demo`.
    pub demo: Option<Demo>,
}

/// A file under `golden/`.
#[derive(Debug, Clone, Copy)]
pub struct Golden {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// How receivers know where a request comes from.
#[derive(Debug, Clone, Copy)]
pub enum Signature {
    /// By a signature that the dialect verifies as a receiver would.
    Verified,
    /// Not at all, for this reason.
    Absent(&'static str),
}

/// A command of the vendor's own. Works on the store, also beside a running server.
#[derive(Clone, Copy)]
pub struct Command {
    /// Its arguments and help.
    pub arguments: fn() -> clap::Command,
    /// Does it. Gives what goes to standard output, or what went wrong and what to do.
    pub run: fn(CommandWorld, clap::ArgMatches) -> CommandRun,
}

/// A command under way.
pub type CommandRun = Pin<Box<dyn Future<Output = Result<String, String>> + Send>>;

/// What a command may use.
#[derive(Clone)]
pub struct CommandWorld {
    /// The configured store.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub dice: Arc<dyn Dice>,
}

impl Vendor {
    /// A vendor without doors.
    pub fn new(
        dialect: impl Dialect + 'static,
        readme: &'static str,
        golden: &'static [Golden],
        signature: Signature,
    ) -> Self {
        Self {
            dialect: Arc::new(dialect),
            readme,
            golden,
            signature,
            doors: None,
            door_prefixes: &[],
            management: None,
            feed: None,
            command: None,
            demo: None,
        }
    }

    /// Its name in the API.
    pub fn name(&self) -> &'static str {
        self.dialect.name()
    }
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vendor").field("name", &self.name()).finish_non_exhaustive()
    }
}
