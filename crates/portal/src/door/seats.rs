//! Whom a page serves.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use klingel_model::{AppId, Application, EnvironmentId, Pass, PassScope, Uid};
use klingel_store::AppRef;

use super::visit::Visit;
use crate::Portal;
use crate::fault::Fault;

/// What every kind of seat knows.
pub(crate) trait Seat: Send {
    /// The visit.
    fn visit(&self) -> &Visit;
}

/// Anybody, logged in or not.
#[derive(Debug)]
pub(crate) struct Looking(pub(crate) Visit);

/// An operator of one environment.
#[derive(Debug)]
pub(crate) struct Operator {
    /// His visit.
    pub(crate) visit: Visit,
    /// The wall he is behind.
    pub(crate) environment_id: EnvironmentId,
}

/// Somebody who may see the application in the path: its customer, or an operator.
#[derive(Debug)]
pub(crate) struct Tenant {
    /// His visit.
    pub(crate) visit: Visit,
    /// The application.
    pub(crate) application: Arc<Application>,
    /// Whether he is an operator.
    pub(crate) operates: bool,
}

/// The person whose data it is.
#[derive(Debug)]
pub(crate) struct Subject {
    /// Her visit.
    pub(crate) visit: Visit,
    /// The application that keeps her data.
    pub(crate) application: Arc<Application>,
    /// What the application calls her.
    pub(crate) person: String,
}

impl Seat for Looking {
    fn visit(&self) -> &Visit {
        &self.0
    }
}

impl Seat for Operator {
    fn visit(&self) -> &Visit {
        &self.visit
    }
}

impl Seat for Tenant {
    fn visit(&self) -> &Visit {
        &self.visit
    }
}

impl Seat for Subject {
    fn visit(&self) -> &Visit {
        &self.visit
    }
}

impl FromRequestParts<Portal> for Looking {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Fault> {
        Visit::of(parts, portal).await.map(Self)
    }
}

impl FromRequestParts<Portal> for Operator {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Fault> {
        let (visit, pass) = logged_in(parts, portal).await?;
        match pass.scope {
            PassScope::Operator => Ok(Self { visit, environment_id: pass.environment_id }),
            PassScope::Application(_) | PassScope::Subject { .. } => Err(Fault::Forbidden),
        }
    }
}

impl FromRequestParts<Portal> for Tenant {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Fault> {
        let (visit, pass) = logged_in(parts, portal).await?;
        let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Fault::NotFound)?;
        let asked = params.iter().find(|(name, _)| *name == "app_id").map_or("", |(_, value)| value);
        let app = app_ref(asked).ok_or(Fault::NotFound)?;
        let found = portal.engine().reader().application(pass.environment_id, app).await?;
        let application = Arc::new(found.ok_or(Fault::NotFound)?);
        match pass.scope {
            PassScope::Operator => Ok(Self { visit, application, operates: true }),
            // Another customer's application is not there at all: a 403 would tell that it exists.
            PassScope::Application(own) if own != application.id => Err(Fault::NotFound),
            PassScope::Application(_) => Ok(Self { visit, application, operates: false }),
            PassScope::Subject { .. } => Err(Fault::Forbidden),
        }
    }
}

impl FromRequestParts<Portal> for Subject {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Fault> {
        let (visit, pass) = logged_in(parts, portal).await?;
        let PassScope::Subject { app_id, subject } = pass.scope else { return Err(Fault::Forbidden) };
        let found = portal.engine().reader().application(pass.environment_id, AppRef::Id(app_id)).await?;
        Ok(Self { visit, application: Arc::new(found.ok_or(Fault::LoggedOut)?), person: subject })
    }
}

impl Tenant {
    /// Where the application's pages are.
    pub(crate) fn base(&self) -> String {
        base_of(self.application.id)
    }

    /// The environment.
    pub(crate) fn environment_id(&self) -> EnvironmentId {
        self.application.environment_id
    }
}

/// Where an application's pages are.
pub(crate) fn base_of(app_id: AppId) -> String {
    format!("/portal/apps/{app_id}")
}

async fn logged_in(parts: &Parts, portal: &Portal) -> Result<(Visit, Pass), Fault> {
    let visit = Visit::of(parts, portal).await?;
    let pass = visit.pass.clone().ok_or(Fault::LoggedOut)?;
    Ok((visit, pass))
}

fn app_ref(text: &str) -> Option<AppRef> {
    match text.parse() {
        Ok(id) => Some(AppRef::Id(id)),
        Err(_) => Uid::new(text).ok().map(AppRef::Uid),
    }
}
