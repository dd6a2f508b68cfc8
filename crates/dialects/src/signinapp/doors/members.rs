//! `GET groups/{id}/members?page`: people of a group.

use axum::Json;
use axum::extract::{RawPathParams, State};
use http::{HeaderMap, Uri};
use klingel_store::RecordRange;
use serde_json::{Value, json};

use super::Doors;
use super::page::{self, Address, PER_PAGE, Pairs};
use crate::signinapp::feed::number;
use crate::signinapp::problem::Problem;
use crate::signinapp::records::group::Group;
use crate::signinapp::records::member::Member;
use crate::signinapp::records::visit::personal_fields;
use crate::signinapp::records::{self, Document as _};

pub(super) async fn list(
    State(doors): State<Doors>,
    headers: HeaderMap,
    uri: Uri,
    params: RawPathParams,
    pairs: Pairs,
) -> Result<Json<Value>, Problem> {
    let app_id = doors.admit(&headers, "members").await?;
    let group_id = number(&params, "id", Group::WHAT)?;
    let store = &*doors.engine.world().store;
    records::get::<Group>(store, app_id, &group_id.to_string()).await?;
    let page = page::number(&pairs)?;
    let found = store
        .record_page(RecordRange {
            app_id,
            kind: Member::KIND.to_owned(),
            partition: group_id.to_string(),
            from: None,
            to: None,
            offset: page::offset(page),
            limit: PER_PAGE,
        })
        .await?;
    let mut members = Vec::with_capacity(found.records.len());
    for record in &found.records {
        let member: Member = records::open(record)?;
        members.push(json!({
            "id": member.id,
            "group_id": member.group_id,
            "name": member.name,
            "personal_fields": personal_fields(app_id, &member.personal_fields),
            "last_in_datetime": member.last_in_datetime,
            "last_out_datetime": member.last_out_datetime,
        }));
    }
    page::envelope(&Address::of(&headers, &uri, &[]), page, found.total, &members).map(Json)
}
