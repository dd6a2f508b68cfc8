//! `POST …/consent/withdraw`: a user takes a release back, or decides against it. Needs no booking: taking back must
//! always be possible.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use serde::Deserialize;

use super::decide::{Wanted, decide};
use super::user_uuid;
use crate::lina::answer::{self, Problem};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Withdraw {
    operator: String,
    user_uuid: String,
}

pub async fn withdraw(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Body,
) -> Result<Response, Problem> {
    let withdraw: Withdraw = answer::read(body).await?;
    let wanted =
        Wanted { operator: withdraw.operator, user_uuid: user_uuid(&withdraw.user_uuid)?, released: None };
    Ok(decide(&engine, &managed.application, wanted).await?.into_response())
}
