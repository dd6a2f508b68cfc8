//! A call of a route below an application: who calls, and what the path and the query name.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use klingel_engine::Engine;
use klingel_engine::door::Managed;
use klingel_model::{Application, Endpoint, EndpointId, Uid};
use klingel_store::EndpointRef;

use super::answer::Problem;
use super::document;

/// A call whose key has been looked at already.
#[derive(Debug)]
pub(super) struct Call {
    /// The engine.
    pub(super) engine: Engine,
    managed: Managed,
    params: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl FromRequestParts<Engine> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, engine: &Engine) -> Result<Self, Problem> {
        let unfound = |_| Problem::not_found("address");
        let params = RawPathParams::from_request_parts(parts, engine).await.map_err(unfound)?;
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let managed = parts.extensions.get::<Managed>().cloned();
        let managed = managed.ok_or_else(|| Problem::not_found("application"))?;
        let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query = query.into_owned().collect();
        Ok(Self { engine: engine.clone(), managed, params, query })
    }
}

impl Call {
    /// The organiser.
    pub(super) fn application(&self) -> &Application {
        &self.managed.application
    }

    /// A part of the path.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The entity's number in the path.
    pub(super) fn entity_id(&self) -> Result<u64, Problem> {
        let wrong = || Problem::Field(vec!["path".into(), "id".into()], "must be a whole number".into());
        document::id(self.param("id")).ok_or_else(wrong)
    }

    /// What a parameter of the query says; parameters other than `known` are refused, not ignored.
    pub(super) fn query(&self, known: &str) -> Result<Vec<&str>, Problem> {
        if let Some((name, _)) = self.query.iter().find(|(name, _)| name != known) {
            let why = if known.is_empty() {
                "is unknown".to_owned()
            } else {
                format!("is unknown; known is {known}")
            };
            return Err(Problem::query(name, why));
        }
        Ok(self.query.iter().map(|(_, value)| value.as_str()).collect())
    }

    /// The fairs in `?event=7&event=8` or `?event=7,8`; `None` if it is not there.
    pub(super) fn fairs(&self) -> Result<Option<Vec<u64>>, Problem> {
        let given = self.query("event")?;
        if given.is_empty() {
            return Ok(None);
        }
        let wrong = || Problem::query("event", "must be numbers of fairs with commas between them");
        let texts = given.iter().flat_map(|text| text.split(','));
        let fairs =
            texts.map(|text| document::id(text.trim()).ok_or_else(wrong)).collect::<Result<_, _>>()?;
        document::bounded(fairs).map(Some).map_err(|why| Problem::query("event", why))
    }

    /// The webhook in the path, by id or uid.
    pub(super) async fn webhook(&self) -> Result<Endpoint, Problem> {
        let text = self.param("endpoint");
        let named = match (text.parse::<EndpointId>(), Uid::new(text)) {
            (Ok(id), _) => EndpointRef::Id(id),
            (_, Ok(uid)) => EndpointRef::Uid(uid),
            _ => return Err(Problem::not_found("webhook")),
        };
        let found = self.engine.reader().endpoint(self.application().id, named).await?;
        found.ok_or_else(|| Problem::not_found("webhook"))
    }
}
