//! The short way to the one operation that is called for every message. Axum's router serves it as well, but finding
//! the route, layers, extensions and extractors were nearly a fifth of the instructions of such a call.

use std::fmt;
use std::pin::pin;

use bytes::Bytes;
use http::{Method, Response};
use klingel_model::Clock;

use super::create::{Posted, take_in};
use crate::ApiState;
use crate::auth::Caller;
use crate::boundary;
use crate::idempotency::{Post, once_key};
use crate::problem::Problem;
use crate::query::Query;

const APPS: &str = "/api/v1/app/";
const ROUTE: &str = "/api/v1/app/{app_id}/msg";
const ROUTE_WITH_SLASH: &str = "/api/v1/app/{app_id}/msg/";

/// Answers publish calls as the router would. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PublishDoor {
    api: ApiState,
}

/// Where a publish call goes.
#[derive(Debug, Clone, Copy)]
pub struct PublishTarget<'a> {
    text: &'a str,
    app: &'a str,
    path: &'a str,
    query: &'a str,
    route: &'static str,
}

/// What else a publish call says.
#[derive(Debug, Clone, Copy, Default)]
pub struct PublishCall<'a> {
    /// The header `authorization`.
    pub authorization: Option<&'a [u8]>,
    /// The header `idempotency-key`.
    pub idempotency_key: Option<&'a [u8]>,
    /// The whole body.
    pub body: &'a [u8],
}

impl<'a> PublishTarget<'a> {
    /// The publish call that a `POST` to this path and query is; `None`: the router answers it. So it does whatever an
    /// id, a uid and a plain query do without, that nothing is decoded or refused in two places.
    pub fn of(target: &'a str) -> Option<Self> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (app, rest) = path.strip_prefix(APPS)?.split_once('/')?;
        let route = match rest {
            "msg" => ROUTE,
            "msg/" => ROUTE_WITH_SLASH,
            _ => return None,
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        let fits = !app.is_empty() && app.bytes().all(plain);
        let queried = |byte| plain(byte) || b"=&%+,:".contains(&byte);
        (fits && query.bytes().all(queried)).then_some(Self { text: target, app, path, query, route })
    }
}

/// Path and query, as they came.
impl fmt::Display for PublishTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl PublishDoor {
    /// The door of this API.
    pub fn new(api: ApiState) -> Self {
        Self { api }
    }

    /// Longest body that it takes, in bytes.
    pub fn body_bytes_max(&self) -> usize {
        self.api.engine().settings().limits.body_bytes_max
    }

    /// Its clock, for what is written around an answer.
    pub fn clock(&self) -> &dyn Clock {
        &*self.api.engine().world().clock
    }

    /// Answers a call, whose body has at most [`PublishDoor::body_bytes_max`] bytes.
    pub async fn answer(&self, target: PublishTarget<'_>, call: PublishCall<'_>) -> Response<Bytes> {
        let answering = pin!(async {
            let answer = self.take_in(target, call).await;
            answer.unwrap_or_else(Problem::answer)
        });
        boundary::within(&self.api, &Method::POST, target.route, answering).await
    }

    async fn take_in(
        &self,
        target: PublishTarget<'_>,
        call: PublishCall<'_>,
    ) -> Result<Response<Bytes>, Problem> {
        let caller = Caller::with_key(call.authorization, &self.api).await?;
        let post = Post { path: target.path, query: target.query, body: call.body };
        let once = once_key(&self.api, caller.environment_id, post, call.idempotency_key)?;
        let posted = Posted { caller, body: call.body, once };
        take_in(&self.api, target.app, Query::of(target.query), posted).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_targets_of_publish_calls_are_taken() {
        for (target, app, query) in [
            ("/api/v1/app/a/msg", "a", ""),
            ("/api/v1/app/a/msg/", "a", ""),
            ("/api/v1/app/app_0Z/msg?with_content=false&x=%20", "app_0Z", "with_content=false&x=%20"),
            ("/api/v1/app/a-b.c~d/msg/?", "a-b.c~d", ""),
        ] {
            let found = PublishTarget::of(target).expect(target);
            assert_eq!((found.app, found.query), (app, query), "{target}");
        }
    }

    #[test]
    fn everything_else_is_left_to_the_router() {
        for target in [
            "*",
            "/",
            "msg",
            "/api/v1/app/msg",
            "/api/v1/app//msg",
            "/api/v1/app/a/msg//",
            "/api/v1/app/a/msgs",
            "/api/v1/app/a/msg/m",
            "/api/v1/app/a/b/msg",
            "/api/v1/app/%61/msg",
            "/api/v1/app/a+b/msg",
            "/api/v1/app/\u{e4}/msg",
            "/api/v1/app/a/msg?x=\u{e4}",
            "/api/v1/app/a/msg?x=#y",
            "/api/v1/app/a/msg#y",
            "/API/v1/app/a/msg",
            "http://host/api/v1/app/a/msg",
            "//api/v1/app/a/msg",
        ] {
            assert!(PublishTarget::of(target).is_none(), "{target}");
        }
    }
}
