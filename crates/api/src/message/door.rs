//! The short way to the one operation that is called for every message. Axum's router serves it as well, but finding
//! the route, layers, extensions and extractors cost more than all the work of taking a message in.

use std::pin::pin;

use axum::body::HttpBody;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{Method, Request};

use super::create::take_in;
use crate::ApiState;
use crate::auth::Publish;
use crate::body::Submitted;
use crate::boundary;
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

/// A publish call that waits to be answered.
#[derive(Debug)]
pub struct PublishCall {
    api: ApiState,
    route: &'static str,
    app_bytes: usize,
}

impl PublishDoor {
    /// The door of this API.
    pub fn new(api: ApiState) -> Self {
        Self { api }
    }

    /// The publish call that a request is; `None`: the router answers it. So it does when the application's name is
    /// percent-encoded, which no id or uid needs.
    pub fn call<B>(&self, request: &Request<B>) -> Option<PublishCall> {
        if request.method() != Method::POST {
            return None;
        }
        let (app, rest) = request.uri().path().strip_prefix(APPS)?.split_once('/')?;
        let route = match rest {
            "msg" => ROUTE,
            "msg/" => ROUTE_WITH_SLASH,
            _ => return None,
        };
        if app.is_empty() || app.contains('%') {
            return None;
        }
        Some(PublishCall { api: self.api.clone(), route, app_bytes: app.len() })
    }
}

impl PublishCall {
    /// Answers the request that this is the call of.
    pub async fn answer<B>(self, request: Request<B>) -> Response
    where
        B: HttpBody<Data = Bytes> + Send,
    {
        let answering = pin!(async {
            let answer = self.take_in(request).await;
            answer.unwrap_or_else(Problem::into_response)
        });
        boundary::within(&self.api, &Method::POST, self.route, answering).await
    }

    async fn take_in<B>(&self, request: Request<B>) -> Result<Response, Problem>
    where
        B: HttpBody<Data = Bytes> + Send,
    {
        let (parts, body) = request.into_parts();
        let submitted = Submitted::<Publish>::of(&parts, body, &self.api).await?;
        let app = parts.uri.path().get(APPS.len()..APPS.len() + self.app_bytes).unwrap_or_default();
        take_in(&self.api, app, Query::of(&parts.uri), submitted).await
    }
}
