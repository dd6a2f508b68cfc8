//! Who calls: the store and operator of an API key, or of an OAuth token, which may read only.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use http::header::AUTHORIZATION;
use http::request::Parts;
use klingel_engine::Engine;
use klingel_model::AppId;

use super::refused::Refused;
use super::token;
use crate::lina::plan::HookKind;
use crate::lina::records::api_key;
use crate::lina::records::store_settings::{self, StoreSettings};

/// A caller whose key is good and who comes from where it may be used, or whose token is good.
#[derive(Debug)]
pub struct Caller {
    /// The store.
    pub app_id: AppId,
    /// Who calls.
    pub operator: String,
    /// What key or token may do.
    pub scopes: Vec<String>,
    /// What the store has booked.
    pub store: StoreSettings,
}

/// What a request brings to show who it is from.
enum Shown {
    Key {
        text: String,
        in_query: bool,
    },
    /// An OAuth access token.
    Token(String),
}

impl Caller {
    /// Finds out who reads. Errors: 401 without a good key or token, 403 from a wrong address.
    pub async fn of(engine: &Engine, parts: &Parts) -> Result<Self, Refused> {
        match shown(parts) {
            Some(Shown::Key { text, in_query }) => Self::with_key(engine, parts, &text, in_query).await,
            Some(Shown::Token(text)) => Self::with_token(engine, &text).await,
            None => Err(Refused::unknown_key()),
        }
    }

    async fn with_token(engine: &Engine, text: &str) -> Result<Self, Refused> {
        let world = engine.world();
        let Some(token) = token::verified(&*world.store, text, world.clock.now()).await? else {
            return Err(Refused::unknown_token());
        };
        let store = store_settings::load(&*world.store, token.app_id).await?;
        Ok(Self { app_id: token.app_id, operator: token.operator, scopes: token.scopes, store })
    }

    async fn with_key(engine: &Engine, parts: &Parts, text: &str, in_query: bool) -> Result<Self, Refused> {
        let world = engine.world();
        let found = api_key::find(&*world.store, text).await?;
        let Some((app_id, key)) = found.filter(|(_, key)| key.valid(world.clock.now())) else {
            return Err(Refused::unknown_key());
        };
        let store = store_settings::load(&*world.store, app_id).await?;
        if in_query && !store.key_in_query {
            return Err(Refused::unknown_key());
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        if !key.lets_in(peer) {
            return Err(Refused::forbidden(match peer {
                Some(_) => "this API-Key may not be used from your IP address",
                None => {
                    "this API-Key has a list of IP addresses, but the server does not see yours; the store's owner can allow every address with *"
                }
            }));
        }
        Ok(Self { app_id, operator: key.operator, scopes: key.scopes, store })
    }

    /// The same for registering, changing and deleting hooks, which OAuth clients may not: 403 for them, whatever their
    /// token is worth.
    pub async fn registering(engine: &Engine, parts: &Parts) -> Result<Self, Refused> {
        if matches!(shown(parts), Some(Shown::Token(_))) {
            return Err(Refused::forbidden(
                "webhooks can be registered with API-Keys only, not by OAuth clients",
            ));
        }
        Self::of(engine, parts).await
    }

    /// Refuses a hook whose endpoint is not booked, or not among the key's rights. Reading is right enough.
    pub fn may_use(&self, hook: HookKind) -> Result<(), Refused> {
        if !self.store.booked(hook.endpoint) {
            return Err(Refused::forbidden(format!(
                "the store has not booked the endpoint {}, which {} needs",
                hook.endpoint, hook.key
            )));
        }
        if !crate::lina::plan::may_read(&self.scopes, hook.endpoint) {
            return Err(Refused::forbidden(format!("this caller lacks the right {}_read", hook.endpoint)));
        }
        Ok(())
    }
}

fn shown(parts: &Parts) -> Option<Shown> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(value) = header(AUTHORIZATION.as_str()) {
        let value = value.trim();
        let text = match value.split_once(' ') {
            Some((scheme, text)) if scheme.eq_ignore_ascii_case("bearer") => text.trim(),
            _ => value,
        };
        return Some(if token::looks_like_one(text) {
            Shown::Token(text.to_owned())
        } else {
            Shown::Key { text: text.to_owned(), in_query: false }
        });
    }
    if let Some(text) = header("x-api-key").or_else(|| header("api-key")) {
        return Some(Shown::Key { text: text.trim().to_owned(), in_query: false });
    }
    let query = parts.uri.query().unwrap_or_default().split('&');
    let text = query.filter_map(|pair| pair.split_once('=')).find_map(|(name, value)| {
        // Keys are hexadecimal: nothing in them is ever written with `%`.
        matches!(name, "api-key" | "apikey").then(|| value.to_owned())
    });
    text.map(|text| Shown::Key { text, in_query: true })
}
