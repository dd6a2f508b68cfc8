//! The dialects' own routes: below an application for operators and the host application, and at their own paths for
//! everybody else.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::{Method, StatusCode};
use klingel_engine::door::Managed;

use crate::ApiState;
use crate::auth::{Caller, Manage, Publish, Read};
use crate::find;
use crate::problem::Problem;

/// What a dialect brings to the server. Routers must have no fallback of their own.
#[derive(Debug, Clone)]
pub struct Mounted {
    /// The dialect's name: the routes below an application are found at `/api/v1/app/{app_id}/<name>/`.
    pub name: &'static str,
    /// For operators: reading takes any key, the rest an `admin` key.
    pub management: Option<Router>,
    /// For the host application: reading takes any key, the rest a `publish` or `admin` key.
    pub feed: Option<Router>,
    /// At paths of the dialect's own; it checks its callers itself.
    pub doors: Option<Router>,
}

#[derive(Clone)]
struct Door {
    api: ApiState,
    name: &'static str,
    feed: bool,
}

/// All routes of a dialect.
pub(crate) fn routes(api: &ApiState, mounted: Mounted) -> Router<ApiState> {
    let mut below = Router::new();
    for (inner, feed) in [(mounted.management, false), (mounted.feed, true)] {
        if let Some(inner) = inner {
            let door = Door { api: api.clone(), name: mounted.name, feed };
            below = below.merge(inner.route_layer(from_fn_with_state(door, admit)));
        }
    }
    let path = format!("/api/v1/app/{{app_id}}/{}", mounted.name);
    let router = Router::new().nest(&path, below.with_state(()));
    match mounted.doors {
        Some(doors) => router.merge(doors.with_state(())),
        None => router,
    }
}

/// Lets a caller in who has shown a key, and finds the application he names.
async fn admit(
    State(door): State<Door>,
    path: RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (headers, extensions) = (request.headers(), request.extensions());
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let environment_id = if reading {
        Caller::<Read>::of(headers, extensions, &door.api).await?.environment_id
    } else if door.feed {
        Caller::<Publish>::of(headers, extensions, &door.api).await?.environment_id
    } else {
        Caller::<Manage>::of(headers, extensions, &door.api).await?.environment_id
    };
    let app = path.iter().find(|(name, _)| *name == "app_id").map_or("", |(_, value)| value);
    let application = find::application(&door.api, environment_id, app).await?;
    if application.dialect != door.name {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "other_dialect",
            format!(
                "this application has the dialect {}; these operations are for applications made with \"dialect\": \"{}\"",
                application.dialect, door.name
            ),
        ));
    }
    request.extensions_mut().insert(Managed { application: Arc::new(application) });
    Ok(next.run(request).await)
}
