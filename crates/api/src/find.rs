//! From a path to the thing it names. What is not in the caller's environment does not exist for him: 404, whatever
//! the reason.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use klingel_model::id::Kind;
use klingel_model::{
    AppId, Application, Attempt, Endpoint, EndpointId, EnvironmentId, Id, Message, MessageId, Uid,
};
use klingel_store::{AppRef, EndpointRef, MessageRef};
use serde::de::DeserializeOwned;

use crate::ApiState;
use crate::problem::Problem;

/// The parts of the path, decoded. Errors: 404 when they are not UTF-8.
#[derive(Debug)]
pub(crate) struct InPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<ApiState> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &ApiState) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, api).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(Problem::not_found("object at this path")),
        }
    }
}

enum Named<K> {
    Id(Id<K>),
    Uid(Uid),
}

fn named<K: Kind>(text: &str, what: &str) -> Result<Named<K>, Problem> {
    if Id::<K>::looks_like(text) {
        return text.parse().map(Named::Id).map_err(|_| Problem::not_found(what));
    }
    Uid::new(text).map(Named::Uid).map_err(|_| Problem::not_found(what))
}

/// Which application a path names.
pub(crate) fn app_ref(text: &str) -> Result<AppRef, Problem> {
    Ok(match named(text, "application")? {
        Named::Id(id) => AppRef::Id(id),
        Named::Uid(uid) => AppRef::Uid(uid),
    })
}

/// Which endpoint a path names.
pub(crate) fn endpoint_ref(text: &str) -> Result<EndpointRef, Problem> {
    Ok(match named(text, "endpoint")? {
        Named::Id(id) => EndpointRef::Id(id),
        Named::Uid(uid) => EndpointRef::Uid(uid),
    })
}

fn message_ref(text: &str) -> Result<MessageRef, Problem> {
    Ok(match named(text, "message")? {
        Named::Id(id) => MessageRef::Id(id),
        Named::Uid(uid) => MessageRef::EventId(uid),
    })
}

/// The application that a path names.
pub(crate) async fn application(
    api: &ApiState,
    environment_id: EnvironmentId,
    text: &str,
) -> Result<Application, Problem> {
    let found = api.engine().reader().application(environment_id, app_ref(text)?).await?;
    found.ok_or_else(|| Problem::not_found("application"))
}

/// The endpoint that a path names in an application.
pub(crate) async fn endpoint(api: &ApiState, app_id: AppId, text: &str) -> Result<Endpoint, Problem> {
    let found = api.engine().reader().endpoint(app_id, endpoint_ref(text)?).await?;
    found.ok_or_else(|| Problem::not_found("endpoint"))
}

/// The application and the endpoint in it that a path names.
pub(crate) async fn app_and_endpoint(
    api: &ApiState,
    environment_id: EnvironmentId,
    app: &str,
    endpoint_text: &str,
) -> Result<(Application, Endpoint), Problem> {
    let application = application(api, environment_id, app).await?;
    let endpoint = endpoint(api, application.id, endpoint_text).await?;
    Ok((application, endpoint))
}

/// The message that a path names in an application.
pub(crate) async fn message(api: &ApiState, app_id: AppId, text: &str) -> Result<Message, Problem> {
    let found = api.engine().reader().message(app_id, message_ref(text)?).await?;
    found.ok_or_else(|| Problem::not_found("message"))
}

/// The attempt that a path names.
pub(crate) async fn attempt(
    api: &ApiState,
    app_id: AppId,
    message_id: MessageId,
    text: &str,
) -> Result<Attempt, Problem> {
    let missing = || Problem::not_found("attempt");
    let id = text.parse().map_err(|_| missing())?;
    api.engine().reader().attempt(app_id, message_id, id).await?.ok_or_else(missing)
}

/// The id of an endpoint that a filter names; `None` when there is none, so that nothing is found.
pub(crate) async fn endpoint_id(
    api: &ApiState,
    app_id: AppId,
    text: &str,
) -> Result<Option<EndpointId>, Problem> {
    let Ok(named) = endpoint_ref(text) else { return Ok(None) };
    Ok(api.engine().reader().endpoint(app_id, named).await?.map(|endpoint| endpoint.id))
}
