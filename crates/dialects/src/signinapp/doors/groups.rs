//! `GET groups`: all groups, not in pages.

use axum::Json;
use axum::extract::State;
use http::HeaderMap;

use super::Doors;
use crate::signinapp::problem::Problem;
use crate::signinapp::records;
use crate::signinapp::records::group::{GROUPS_MAX, Group};

pub(super) async fn list(
    State(doors): State<Doors>,
    headers: HeaderMap,
) -> Result<Json<Vec<Group>>, Problem> {
    let app_id = doors.admit(&headers, "groups").await?;
    records::list(&*doors.engine.world().store, app_id, "", GROUPS_MAX).await.map(Json)
}
