//! `GET …/consent/{user_uuid}/history?limit&iterator`: every decision of a user, newest first.

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use klingel_engine::door::Managed;
use klingel_engine::{Engine, Refusal};
use klingel_model::Micros;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{UserPath, user_uuid};
use crate::lina::answer::{self, Problem};
use crate::lina::records::decision;

/// Lines of a page, unless asked for otherwise.
const LIMIT_DEFAULT: usize = 50;
/// Lines of a page at most.
const LIMIT_MAX: usize = 250;

#[derive(Debug, Deserialize)]
pub struct PageQuery {
    limit: Option<String>,
    iterator: Option<String>,
}

pub async fn history(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Path(path): Path<UserPath>,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let user = user_uuid(&path.user_uuid)?;
    let limit = match query.limit.as_deref().map(str::parse) {
        None => LIMIT_DEFAULT,
        Some(Ok(limit)) if (1..=LIMIT_MAX).contains(&limit) => limit,
        Some(_) => return Err(Refusal::Invalid("limit", format!("must be 1 to {LIMIT_MAX}")).into()),
    };
    let after = query.iterator.as_deref().map(|text| cursor(&user, text)).transpose()?;
    let store = &*engine.world().store;
    let part = decision::page(store, managed.application.id, &user, limit, after).await?;
    let data: Vec<Value> = part
        .items
        .iter()
        .map(|line| {
            let at = Micros::from_unix_us(line.at_us).to_rfc3339();
            json!({"operator": line.operator, "decision": line.kind, "at": at})
        })
        .collect();
    let iterator = part
        .resume
        .map(|(at, key)| format!("{}.{}", at.as_unix_us(), key.rsplit('/').next().unwrap_or_default()));
    let body = json!({"data": data, "done": iterator.is_none(), "iterator": iterator});
    Ok(answer::json(StatusCode::OK, &body))
}

/// Where a page goes on: the instant in microseconds, a dot, and the end of the line's key.
fn cursor(user: &str, text: &str) -> Result<(Micros, String), Refusal> {
    let parts = text.split_once('.').and_then(|(at, tail)| Some((at.parse().ok()?, tail)));
    match parts {
        Some((at, tail)) => Ok((Micros::from_unix_us(at), format!("{user}/{tail}"))),
        None => Err(Refusal::Invalid("iterator", "must be the iterator of another page".to_owned())),
    }
}
