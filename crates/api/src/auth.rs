//! Who calls, and what his key allows.
//!
//! The handler's signature says what it needs: `Caller<Read>`, `Caller<Publish>`, `Caller<Manage>`.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use klingel_engine::door::Trusted;
use klingel_engine::keys;
use klingel_model::{EnvironmentId, KeyDigest, Role};

use crate::ApiState;
use crate::problem::Problem;

/// How long a key is believed without asking the store: a key that another process revokes stops working within it.
pub(crate) const KEY_AGE_MAX: Duration = Duration::from_secs(2);
/// Keys that are remembered; beyond it the memory starts anew.
const KEYS_REMEMBERED_MAX: usize = 10_000;
/// Characters of a key; longer ones are refused unseen.
const KEY_CHARS_MAX: usize = 256;

/// What an operation asks of a key.
pub(crate) trait Access: Send + Sync + 'static {
    /// Whether a key of this role may do it.
    fn allows(role: Role) -> bool;
    /// The role to ask for, in a sentence.
    const NEEDED: &'static str;
}

/// Reading what is no secret.
#[derive(Debug)]
pub(crate) struct Read;
/// Posting messages, and sending them again.
#[derive(Debug)]
pub(crate) struct Publish;
/// Changing applications, endpoints and event types; seeing secrets and headers.
#[derive(Debug)]
pub(crate) struct Manage;

impl Access for Read {
    const NEEDED: &'static str = "read, publish or admin";

    fn allows(_: Role) -> bool {
        true
    }
}

impl Access for Publish {
    const NEEDED: &'static str = "publish or admin";

    fn allows(role: Role) -> bool {
        role.may_publish()
    }
}

impl Access for Manage {
    const NEEDED: &'static str = "admin";

    fn allows(role: Role) -> bool {
        role.may_manage()
    }
}

/// A caller whose key allows `A`.
#[derive(Debug)]
pub(crate) struct Caller<A> {
    /// The wall he is behind.
    pub(crate) environment_id: EnvironmentId,
    /// What else he may do.
    pub(crate) role: Role,
    access: PhantomData<fn() -> A>,
}

/// Keys that were found valid, and when.
#[derive(Debug, Default)]
pub(crate) struct KnownKeys(Mutex<HashMap<KeyDigest, Known>>);

#[derive(Debug, Clone, Copy)]
struct Known {
    environment_id: EnvironmentId,
    role: Role,
    seen_at: Duration,
}

impl KnownKeys {
    fn fresh(&self, digest: &KeyDigest, now: Duration) -> Option<Known> {
        // A panic under the lock leaves a cache that is at worst incomplete.
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(digest).copied().filter(|key| now.saturating_sub(key.seen_at) <= KEY_AGE_MAX)
    }

    fn remember(&self, digest: KeyDigest, key: Known) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEYS_REMEMBERED_MAX {
            known.clear();
        }
        known.insert(digest, key);
    }

    fn forget(&self, digest: &KeyDigest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(digest);
    }
}

impl<A: Access> Caller<A> {
    /// Whoever calls: the house itself, or the owner of the key in the headers. Errors: 401 without a valid key, 403
    /// when the role does not suffice.
    pub(crate) async fn of(
        headers: &HeaderMap,
        extensions: &Extensions,
        api: &ApiState,
    ) -> Result<Self, Problem> {
        if let Some(Trusted { environment_id, role }) = extensions.get().copied() {
            return Self::with(environment_id, role);
        }
        Self::with_key(headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes), api).await
    }

    /// The owner of the key in the header `authorization`. Errors: 401, 403.
    pub(crate) async fn with_key(authorization: Option<&[u8]>, api: &ApiState) -> Result<Self, Problem> {
        let digest = keys::digest(bearer(authorization)?);
        let known = &api.inner.keys;
        let now = api.engine().world().clock.monotonic();
        let key = if let Some(key) = known.fresh(&digest, now) {
            key
        } else {
            let key = look_up(api, digest, now).await.inspect_err(|_| known.forget(&digest))?;
            known.remember(digest, key);
            key
        };
        Self::with(key.environment_id, key.role)
    }

    fn with(environment_id: EnvironmentId, role: Role) -> Result<Self, Problem> {
        if !A::allows(role) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "insufficient_access",
                format!("this needs a key with the role {}; yours has {}", A::NEEDED, role.as_str()),
            ));
        }
        Ok(Self { environment_id, role, access: PhantomData })
    }
}

async fn look_up(api: &ApiState, digest: KeyDigest, seen_at: Duration) -> Result<Known, Problem> {
    let found = api.engine().reader().key_by_digest(digest).await?;
    let now = api.engine().world().clock.now();
    match found {
        Some(key) if key.revoked_at.is_none_or(|at| now < at) => {
            Ok(Known { environment_id: key.environment_id, role: key.role, seen_at })
        }
        Some(_) => Err(unauthorized("this key has been revoked; ask the operator for a new one")),
        None => Err(unauthorized(
            "this key is unknown here; check that it is complete and belongs to this server, \
             or make one with `klingel key create`",
        )),
    }
}

fn bearer(authorization: Option<&[u8]>) -> Result<&str, Problem> {
    let Some(value) = authorization else {
        return Err(unauthorized(
            "send a key as `Authorization: Bearer KEY`; `klingel key create` makes one",
        ));
    };
    let key = std::str::from_utf8(value).ok().filter(|text| text.is_ascii()).and_then(|text| {
        let (scheme, key) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
    });
    match key {
        Some(key) if !key.is_empty() && key.len() <= KEY_CHARS_MAX => Ok(key),
        _ => Err(unauthorized("the header must have the form `Authorization: Bearer KEY`")),
    }
}

fn unauthorized(detail: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "authentication_failed", detail)
}

impl<A: Access> FromRequestParts<ApiState> for Caller<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &ApiState) -> Result<Self, Problem> {
        Self::of(&parts.headers, &parts.extensions, api).await
    }
}
