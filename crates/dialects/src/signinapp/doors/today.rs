//! `GET sites/{id}/today`: who came today, by group. A day is one of UTC.

use axum::Json;
use axum::extract::{RawPathParams, State};
use http::HeaderMap;
use klingel_model::Micros;
use klingel_store::RecordRange;
use serde_json::{Value, json};

use super::Doors;
use crate::signinapp::event::SiteOut;
use crate::signinapp::feed::number;
use crate::signinapp::problem::Problem;
use crate::signinapp::records::account::Account;
use crate::signinapp::records::group::{GROUPS_MAX, Group};
use crate::signinapp::records::visit::Visit;
use crate::signinapp::records::{self, Document as _};

/// Visits that are shown: the newest ones.
const VISITS_MAX: usize = 5000;
const DAY_S: i64 = 24 * 60 * 60;

pub(super) async fn list(
    State(doors): State<Doors>,
    headers: HeaderMap,
    params: RawPathParams,
) -> Result<Json<Value>, Problem> {
    let app_id = doors.admit(&headers, "today").await?;
    let site_id = number(&params, "id", SiteOut::WHAT)?;
    let world = doors.engine.world();
    let (store, now) = (&*world.store, world.clock.now());
    records::get::<SiteOut>(store, app_id, &site_id.to_string()).await?;
    let day = now.as_unix_s().div_euclid(DAY_S) * DAY_S;
    let kept_since = Account::of(store, app_id).await?.kept_since(now);
    let found = store
        .record_page(RecordRange {
            app_id,
            kind: Visit::KIND.to_owned(),
            partition: site_id.to_string(),
            from: Some(Micros::from_unix_us(day * 1_000_000)).max(kept_since),
            to: Some(Micros::from_unix_us((day + DAY_S) * 1_000_000 - 1)),
            offset: 0,
            limit: VISITS_MAX,
        })
        .await?;
    let visits: Result<Vec<Visit>, Problem> = found.records.iter().map(records::open).collect();
    let visits = visits?;
    let groups: Vec<Group> = records::list(store, app_id, "", GROUPS_MAX).await?;
    let by_group = groups.iter().map(|group| {
        let theirs = visits.iter().filter(|visit| visit.group_id == group.id);
        json!({"name": group.name, "visitors": theirs.map(|visit| visit.shown(app_id)).collect::<Vec<_>>()})
    });
    Ok(Json(by_group.collect()))
}
