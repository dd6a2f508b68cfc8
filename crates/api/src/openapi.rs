//! The description of the API: collected from the operations' own annotations.

use std::sync::LazyLock;

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{AllOfBuilder, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi, ToSchema};

use crate::{
    answer, application, attempt, dialect, endpoint, event_type, filter, health, message, portal_access,
    problem, replay, waiting,
};

const BEARER: &str = "bearer";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Klingel",
        description = "Webhooks, delivered: post a message once, and every endpoint that wants it gets it, signed, \
                       retried and recorded. Every operation but health needs a key: `Authorization: Bearer KEY`. \
                       Fields that are not described here are refused with 422.",
    ),
    tags(
        (name = "Application", description = "Your customers: owners of endpoints and messages"),
        (name = "Event Type", description = "The catalogue of what can happen"),
        (name = "Endpoint", description = "URLs that want messages"),
        (name = "Replay", description = "Sending what was accepted in a span of time again"),
        (name = "Message", description = "What happened"),
        (name = "Message Attempt", description = "What was sent, and what came back"),
        (name = "Authentication", description = "Letting customers into the portal"),
        (name = "Dialect", description = "The vendors' ways, as data for forms and lists"),
        (name = "Health", description = "Whether Klingel works"),
    ),
    paths(
        application::list::list,
        application::create::create,
        application::get::get,
        application::update::update,
        application::patch::patch,
        application::delete::delete,
        event_type::list::list,
        event_type::create::create,
        event_type::get::get,
        event_type::update::update,
        event_type::patch::patch,
        event_type::delete::delete,
        endpoint::list::list,
        endpoint::create::create,
        endpoint::get::get,
        endpoint::update::update,
        endpoint::patch::patch,
        endpoint::delete::delete,
        endpoint::secret_get::secret_get,
        endpoint::secret_rotate::secret_rotate,
        endpoint::send_example::send_example,
        waiting::list::list,
        waiting::cancel::cancel,
        waiting::cancel_delivery::cancel_delivery,
        replay::recover::recover,
        replay::missing::replay_missing,
        replay::list::list,
        replay::create::create,
        replay::count::count,
        replay::get::get,
        replay::cancel::cancel,
        endpoint::headers_get::headers_get,
        endpoint::headers_update::headers_update,
        endpoint::headers_patch::headers_patch,
        filter::test::test,
        message::list::list,
        message::create::create,
        message::get::get,
        message::expunge::expunge,
        attempt::list_by_endpoint::list_by_endpoint,
        attempt::list_by_message::list_by_message,
        attempt::attempted_messages::attempted_messages,
        attempt::attempted_destinations::attempted_destinations,
        attempt::get::get,
        attempt::expunge::expunge,
        attempt::resend::resend,
        portal_access::create::create,
        portal_access::subject::create,
        portal_access::expire_all::expire_all,
        dialect::list::list,
        dialect::get::get,
        health::get,
    ),
    components(schemas(problem::ErrorOut, problem::FaultsOut, attempt::attempted_destinations::Standing)),
    modifiers(&Errors, &ListItems)
)]
struct Description;

/// Adds what every operation has: the key it needs, and the errors it may give.
struct Errors;

impl Modify for Errors {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let key = SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("A key of an environment, made by `klingel key create`"))
                .build(),
        );
        api.components.get_or_insert_default().add_security_scheme(BEARER, key);
        for (path, item) in &mut api.paths.paths {
            if path == "/api/v1/health" {
                continue;
            }
            for operation in operations(item) {
                operation.security = Some(vec![SecurityRequirement::new(BEARER, [""; 0])]);
                for (status, what) in [
                    ("400", "The body is not JSON"),
                    ("401", "No key, or one that is not valid"),
                    ("403", "The key's role does not allow this"),
                    ("404", "There is no such thing in the key's environment"),
                    ("409", "It conflicts with what is there"),
                    ("413", "The body is too large"),
                    ("503", "The store takes nothing for the moment: try again"),
                ] {
                    add_response::<problem::ErrorOut>(operation, status, what);
                }
                add_response::<problem::FaultsOut>(operation, "422", "Wrong input: every fault by field");
            }
        }
    }
}

/// Lets the items of lists be references; the generator writes them out in every list again.
struct ListItems;

impl Modify for ListItems {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let schemas = api.components.get_or_insert_default().schemas.iter_mut();
        for (name, schema) in schemas {
            let Some(item) = name.strip_prefix("ListResponse_") else { continue };
            if let RefOr::T(Schema::Object(list)) = schema {
                let items = ArrayBuilder::new()
                    .items(RefOr::<Schema>::Ref(Ref::from_schema_name(item)))
                    .description(Some("The items, in the order of the list."));
                list.properties.insert("data".to_owned(), RefOr::T(items.into()));
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn add_response<T: ToSchema>(operation: &mut Operation, status: &str, what: &str) {
    let content = ContentBuilder::new().schema(Some(reference::<T>())).build();
    let response = ResponseBuilder::new().description(what).content("application/json", content).build();
    operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

/// The schema of `T` with one text field more.
pub(crate) fn and_also<T: ToSchema>(field: &str, description: &str, required: bool) -> RefOr<Schema> {
    let text = ObjectBuilder::new()
        .schema_type(if required {
            SchemaType::new(Type::String)
        } else {
            SchemaType::from_iter([Type::String, Type::Null])
        })
        .description(Some(description));
    let mut more = ObjectBuilder::new().property(field, text);
    if required {
        more = more.required(field);
    }
    RefOr::T(AllOfBuilder::new().item(reference::<T>()).item(more).into())
}

/// The schema of an object with the fields of `A` and of `B`.
pub(crate) fn both<A: ToSchema, B: ToSchema>() -> RefOr<Schema> {
    RefOr::T(AllOfBuilder::new().item(reference::<A>()).item(reference::<B>()).into())
}

/// The description of every operation that this version serves.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// The same as JSON text, for people to read, with a line break at its end.
pub fn openapi_json() -> String {
    let mut text = openapi().to_pretty_json().expect("the description is made of texts and lists only");
    text.push('\n');
    text
}

/// `GET /api/v1/openapi.json`
pub(crate) async fn serve() -> Response {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| openapi_json().into());
    answer::raw(StatusCode::OK, TEXT.clone())
}
