//! `groups/{id}/members`, `groups/{id}/members/{member_id}`: people who come again.

use axum::body::Bytes;
use axum::extract::{Query, RawPathParams, State};
use axum::{Extension, Json};
use http::StatusCode;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::AppId;
use klingel_store::{Order, Page, Store};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::signinapp::feed::number;
use crate::signinapp::fields::Fields;
use crate::signinapp::problem::Problem;
use crate::signinapp::records::group::Group;
use crate::signinapp::records::member::Member;
use crate::signinapp::records::{self, Document as _, Found};

async fn found(
    store: &dyn Store,
    app_id: AppId,
    params: &RawPathParams,
) -> Result<(i64, i64, Option<Found<Member>>), Problem> {
    let group_id = number(params, "id", Group::WHAT)?;
    let id = number(params, "member_id", Member::WHAT)?;
    records::get::<Group>(store, app_id, &group_id.to_string()).await?;
    Ok((group_id, id, records::find::<Member>(store, app_id, &id.to_string()).await?))
}

/// Members of a page.
const PAGE_ITEMS: usize = 200;

#[derive(Debug, Deserialize)]
pub(super) struct Cursor {
    iterator: Option<String>,
}

/// Those of a group, by number: `{data, iterator, done}`.
pub(super) async fn list(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Query(cursor): Query<Cursor>,
    params: RawPathParams,
) -> Result<Json<Value>, Problem> {
    let (store, app_id) = (&*engine.world().store, managed.application.id);
    let group_id = number(&params, "id", Group::WHAT)?.to_string();
    records::get::<Group>(store, app_id, &group_id).await?;
    let after = match cursor.iterator.as_deref().map(str::parse::<i64>) {
        None => None,
        Some(Ok(last)) => Some((records::by_number(last), last.to_string())),
        Some(Err(_)) => return Err(Problem::field("iterator", "The iterator must be that of another page.")),
    };
    let page = Page { limit: PAGE_ITEMS, after, order: Order::Ascending };
    let scan = store.records(app_id, Member::KIND, &group_id, page).await?;
    let members: Result<Vec<Member>, Problem> = scan.items.iter().map(records::open).collect();
    let iterator = scan.resume.map(|(_, key)| key);
    Ok(Json(json!({"data": members?, "done": iterator.is_none(), "iterator": iterator})))
}

/// One.
pub(super) async fn one(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
) -> Result<Json<Member>, Problem> {
    let (group_id, _, member) = found(&*engine.world().store, managed.application.id, &params).await?;
    let member = member.filter(|member| member.document.group_id == group_id);
    member.map(|member| Json(member.document)).ok_or_else(|| Problem::not_found(Member::WHAT))
}

/// New or over the old one: 201 or 200. A person is a member of one group.
pub(super) async fn put(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
    body: Bytes,
) -> Result<(StatusCode, Json<Member>), Problem> {
    let (world, app_id) = (engine.world(), managed.application.id);
    let (group_id, id, old) = found(&*world.store, app_id, &params).await?;
    let mut fields = Fields::of(&body)?;
    let member = Member::read(group_id, id, &mut fields);
    let mut member = fields.finish(member)?;
    if let Some(old) = &old {
        member.last_in_datetime.clone_from(&old.document.last_in_datetime);
        member.last_out_datetime.clone_from(&old.document.last_out_datetime);
    }
    let change = records::put(app_id, &member, old.as_ref(), world.clock.now());
    world.store.change_records(vec![change]).await?;
    Ok((if old.is_none() { StatusCode::CREATED } else { StatusCode::OK }, Json(member)))
}

/// Removes one. The person's visits stay.
pub(super) async fn remove(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    params: RawPathParams,
) -> Result<StatusCode, Problem> {
    let (store, app_id) = (&*engine.world().store, managed.application.id);
    let (group_id, id, member) = found(store, app_id, &params).await?;
    if member.is_none_or(|member| member.document.group_id != group_id) {
        return Err(Problem::not_found(Member::WHAT));
    }
    records::delete::<Member>(store, app_id, &id.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}
