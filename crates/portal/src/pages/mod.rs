//! The pages: one page, one file, one template. A form's handlers stand with its page.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, get, post};

use crate::inspector::{PATH, receive};
use crate::{Portal, assets, door};

mod application;
mod attempt;
mod collection;
mod endpoint;
mod enter;
pub(crate) mod faulty;
mod home;
mod inspector;
mod login;
mod logout;
mod message;
mod my_data;
mod operate;
mod own_settings;
mod preferences;
mod settings;

type Routes = Vec<(&'static str, MethodRouter<Portal>)>;

/// Which path leads to which page. Every path works with and without a slash at its end.
pub(crate) fn routes(portal: Portal) -> Router {
    let mut router = Router::new();
    for (path, methods) in all() {
        router = router.route(&format!("{path}/"), methods.clone()).route(path, methods);
    }
    router
        .route("/portal/assets/{version}/{name}", get(assets::serve))
        .route("/portal/{*path}", any(door::unknown_path))
        .method_not_allowed_fallback(door::unknown_method)
        .layer(from_fn_with_state(portal.clone(), door::boundary))
        .route(&format!("{PATH}{{token}}"), any(receive::receive))
        .with_state(portal)
}

/// Every path, with its places in braces.
pub(crate) fn paths() -> Vec<&'static str> {
    all().into_iter().map(|(path, _)| path).collect()
}

fn all() -> Routes {
    [at_the_door(), operate::routes(), of_applications(), of_subjects()].into_iter().flatten().collect()
}

fn of_subjects() -> Routes {
    vec![
        ("/portal/my-data", get(my_data::show)),
        ("/portal/my-data/give", post(my_data::give)),
        ("/portal/my-data/withdraw", get(my_data::confirm).post(my_data::withdraw)),
    ]
}

fn at_the_door() -> Routes {
    vec![
        ("/portal", get(home::go)),
        ("/portal/in/{token}", get(enter::look).post(enter::press)),
        ("/portal/login", get(login::show).post(login::log_in)),
        ("/portal/logout", post(logout::log_out)),
        ("/portal/preferences", post(preferences::prefer)),
    ]
}

fn of_applications() -> Routes {
    let mut routes: Routes = vec![
        ("/portal/apps/{app_id}", get(application::show)),
        ("/portal/apps/{app_id}/inspector", get(inspector::show)),
        ("/portal/apps/{app_id}/inspector/address", post(inspector::address)),
        ("/portal/apps/{app_id}/inspector/answer", post(inspector::answer)),
        ("/portal/apps/{app_id}/inspector/clear", post(inspector::clear)),
        ("/portal/apps/{app_id}/inspector/live", get(inspector::live)),
        ("/portal/apps/{app_id}/inspector/rows/{number}", get(inspector::row)),
        ("/portal/apps/{app_id}/settings", get(settings::show).post(settings::change)),
        ("/portal/apps/{app_id}/settings/own", get(own_settings::show).post(own_settings::change)),
        ("/portal/apps/{app_id}/settings/delete", post(settings::delete)),
    ];
    for more in [endpoint::routes(), message::routes(), attempt::routes(), collection::routes()] {
        routes.extend(more);
    }
    routes
}
