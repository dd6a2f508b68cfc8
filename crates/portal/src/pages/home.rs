//! `/portal`: leads everybody to the page that is his.

use klingel_model::PassScope;

use crate::answer::{Answer, see_other};
use crate::door::{Looking, base_of};

/// Goes on to where the session belongs.
pub(crate) async fn go(Looking(visit): Looking) -> Answer {
    see_other(&start_of(visit.pass.as_ref().map(|pass| &pass.scope)))
}

/// The first page of a session.
pub(crate) fn start_of(scope: Option<&PassScope>) -> String {
    match scope {
        None => "/portal/login".to_owned(),
        Some(PassScope::Operator) => "/portal/overview".to_owned(),
        Some(PassScope::Application(id)) => base_of(*id),
        Some(PassScope::Subject { .. }) => "/portal/my-data".to_owned(),
    }
}
