//! `GET …/consent/{user_uuid}`: how a user's decisions stand; `…/open`: only those he is still to be asked for.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use klingel_engine::door::Managed;
use klingel_engine::{Engine, Refusal};
use klingel_model::{AppId, Micros};
use serde::Serialize;
use serde_json::json;

use super::{UserPath, user_uuid};
use crate::lina::answer::{self, Problem};
use crate::lina::hook;
use crate::lina::records::consent::{self, Consent, Released, State as Stands};
use crate::lina::records::operator::{self, Operator};

/// How it stands with one operator.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    operator: String,
    #[serde(flatten)]
    described: Operator,
    /// `open`, `given` or `withdrawn`.
    state: &'static str,
    decided_at: Option<String>,
    released: Option<Released>,
}

pub async fn all(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Path(path): Path<UserPath>,
) -> Result<Response, Problem> {
    Ok(answered(&lines(&engine, &managed, &path).await?))
}

pub async fn open(
    State(engine): State<Engine>,
    Extension(managed): Extension<Managed>,
    Path(path): Path<UserPath>,
) -> Result<Response, Problem> {
    let mut lines = lines(&engine, &managed, &path).await?;
    lines.retain(|line| line.state == "open");
    Ok(answered(&lines))
}

fn answered(lines: &[Line]) -> Response {
    answer::json(StatusCode::OK, &json!({ "data": lines }))
}

/// How it stands between a user and an operator.
pub struct Standing {
    /// The operator's id.
    pub operator: String,
    /// What users are shown of it.
    pub described: Operator,
    /// What the user has decided; `None`: nothing yet.
    pub consent: Option<Consent>,
}

/// One for every operator who has a hook, or about whom the user has decided.
pub async fn standings(engine: &Engine, app_id: AppId, user: &str) -> Result<Vec<Standing>, Refusal> {
    let store = &*engine.world().store;
    let hooked = hook::operators(engine, app_id).await?;
    let described = operator::list(store, app_id).await?;
    let mut operators = hooked.clone();
    operators.extend(described.iter().map(|kept| kept.key.clone()));
    let mut standings = Vec::new();
    for id in operators {
        let consent = consent::find(store, app_id, &id, user).await?.map(|kept| kept.document);
        if consent.is_none() && !hooked.contains(&id) {
            continue;
        }
        let words = described.iter().find(|kept| kept.key == id).map(|kept| kept.document.clone());
        let described = words.unwrap_or_else(|| Operator { name: id.clone(), ..Operator::default() });
        standings.push(Standing { operator: id, described, consent });
    }
    Ok(standings)
}

async fn lines(engine: &Engine, managed: &Managed, path: &UserPath) -> Result<Vec<Line>, Refusal> {
    let user = user_uuid(&path.user_uuid)?;
    let standings = standings(engine, managed.application.id, &user).await?;
    let lines = standings.into_iter().map(|standing| {
        let (state, released) = match &standing.consent {
            None => ("open", None),
            Some(consent) if consent.state == Stands::Given => ("given", Some(consent.released.clone())),
            Some(_) => ("withdrawn", None),
        };
        Line {
            described: standing.described,
            operator: standing.operator,
            state,
            decided_at: standing.consent.map(|consent| Micros::from_unix_us(consent.decided_us).to_rfc3339()),
            released,
        }
    });
    Ok(lines.collect())
}
