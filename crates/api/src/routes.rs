//! Which path leads to which operation.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, post};

use crate::mounted::{self, Mounted};
use crate::{
    ApiState, application, attempt, boundary, dialect, docs_page, endpoint, event_type, filter, health,
    message, openapi, portal_access, replay, waiting,
};

/// The whole API. Every path works with and without a trailing slash; other paths get 404, other methods 405, both
/// as JSON.
pub fn router(state: ApiState) -> Router {
    router_with(state, Vec::new())
}

/// The same with the routes that dialects bring.
pub fn router_with(state: ApiState, mounted: Vec<Mounted>) -> Router {
    let mut router = Router::new();
    for one in mounted {
        router = router.merge(mounted::routes(&state, one));
    }
    for (path, methods) in
        applications().into_iter().chain(endpoints()).chain(replays()).chain(messages()).chain(others())
    {
        router = router.route(&format!("{path}/"), methods.clone()).route(path, methods);
    }
    router
        .fallback(boundary::unknown_path)
        .method_not_allowed_fallback(boundary::unknown_method)
        .layer(from_fn_with_state(state.clone(), boundary::boundary))
        .with_state(state)
}

type Routes = Vec<(&'static str, MethodRouter<ApiState>)>;

fn applications() -> Routes {
    use application::{create, delete, get, list, patch, update};
    vec![
        ("/api/v1/app", axum::routing::get(list::list).post(create::create)),
        (
            "/api/v1/app/{app_id}",
            axum::routing::get(get::get).put(update::update).patch(patch::patch).delete(delete::delete),
        ),
    ]
}

fn endpoints() -> Routes {
    use endpoint as ep;
    vec![
        ("/api/v1/app/{app_id}/endpoint", get(ep::list::list).post(ep::create::create)),
        (
            "/api/v1/app/{app_id}/endpoint/{endpoint_id}",
            get(ep::get::get).put(ep::update::update).patch(ep::patch::patch).delete(ep::delete::delete),
        ),
        (
            "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers",
            get(ep::headers_get::headers_get)
                .put(ep::headers_update::headers_update)
                .patch(ep::headers_patch::headers_patch),
        ),
        ("/api/v1/app/{app_id}/filter/test", post(filter::test::test)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret", get(ep::secret_get::secret_get)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret/rotate", post(ep::secret_rotate::secret_rotate)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/send-example", post(ep::send_example::send_example)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/waiting", get(waiting::list::list)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/cancel-waiting", post(waiting::cancel::cancel)),
        (
            "/api/v1/app/{app_id}/endpoint/{endpoint_id}/msg",
            get(attempt::attempted_messages::attempted_messages),
        ),
    ]
}

fn replays() -> Routes {
    use replay as r;
    vec![
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/recover", post(r::recover::recover)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay-missing", post(r::missing::replay_missing)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay", get(r::list::list).post(r::create::create)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/count", post(r::count::count)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/{replay_id}", get(r::get::get)),
        ("/api/v1/app/{app_id}/endpoint/{endpoint_id}/replay/{replay_id}/cancel", post(r::cancel::cancel)),
    ]
}

fn messages() -> Routes {
    vec![
        (
            "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/cancel",
            post(waiting::cancel_delivery::cancel_delivery),
        ),
        ("/api/v1/app/{app_id}/msg", get(message::list::list).post(message::create::create)),
        ("/api/v1/app/{app_id}/msg/{msg_id}", get(message::get::get)),
        ("/api/v1/app/{app_id}/msg/{msg_id}/content", delete(message::expunge::expunge)),
        (
            "/api/v1/app/{app_id}/msg/{msg_id}/endpoint",
            get(attempt::attempted_destinations::attempted_destinations),
        ),
        ("/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend", post(attempt::resend::resend)),
        ("/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}", get(attempt::get::get)),
        ("/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}/content", delete(attempt::expunge::expunge)),
        (
            "/api/v1/app/{app_id}/attempt/endpoint/{endpoint_id}",
            get(attempt::list_by_endpoint::list_by_endpoint),
        ),
        ("/api/v1/app/{app_id}/attempt/msg/{msg_id}", get(attempt::list_by_message::list_by_message)),
    ]
}

fn others() -> Routes {
    use event_type as et;
    vec![
        ("/api/v1/event-type", get(et::list::list).post(et::create::create)),
        (
            "/api/v1/event-type/{event_type_name}",
            get(et::get::get).put(et::update::update).patch(et::patch::patch).delete(et::delete::delete),
        ),
        ("/api/v1/auth/app-portal-access/{app_id}", post(portal_access::create::create)),
        ("/api/v1/auth/subject-portal-access/{app_id}", post(portal_access::subject::create)),
        ("/api/v1/auth/app/{app_id}/expire-all", post(portal_access::expire_all::expire_all)),
        ("/api/v1/dialect", get(dialect::list::list)),
        ("/api/v1/dialect/{dialect_name}", get(dialect::get::get)),
        ("/api/v1/health", get(health::get)),
        ("/api/v1/health/ping", get(health::ping)),
        ("/api/v1/openapi.json", get(openapi::serve)),
        ("/docs", get(docs_page::serve)),
    ]
}
