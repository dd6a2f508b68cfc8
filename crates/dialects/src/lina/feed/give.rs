//! `POST …/consent/give`: a user releases data to an operator.

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
use crate::lina::records::consent::Released;

/// What is released: only the fields that are there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Give {
    operator: String,
    user_uuid: String,
    user_vorname: Option<String>,
    user_name: Option<String>,
    user_email: Option<String>,
    bereich: Option<String>,
}

pub async fn give(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    body: Body,
) -> Result<Response, Problem> {
    let give: Give = answer::read(body).await?;
    let wanted = Wanted {
        operator: give.operator,
        user_uuid: user_uuid(&give.user_uuid)?,
        released: Some(Released {
            user_vorname: give.user_vorname,
            user_name: give.user_name,
            user_email: give.user_email,
            bereich: give.bereich,
        }),
    };
    Ok(decide(&engine, &managed.application, wanted).await?.into_response())
}
