//! Things of an application that a path names. What belongs to another application is not there: every page finds its
//! things here, so that none can forget the wall.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use klingel_model::{Attempt, AttemptId, Endpoint, EndpointId, Message, MessageId};
use klingel_store::{EndpointRef, MessageRef};

use super::seats::{Seat, Tenant};
use super::visit::Visit;
use crate::Portal;
use crate::fault::Fault;

/// Somebody who may see the endpoint in the path.
#[derive(Debug)]
pub(crate) struct AtEndpoint {
    /// Who.
    pub(crate) tenant: Tenant,
    /// The endpoint.
    pub(crate) endpoint: Endpoint,
}

/// Somebody who may see the message in the path.
#[derive(Debug)]
pub(crate) struct AtMessage {
    /// Who.
    pub(crate) tenant: Tenant,
    /// The message, with its payload.
    pub(crate) message: Message,
}

/// Somebody who may see the attempt in the path.
#[derive(Debug)]
pub(crate) struct AtAttempt {
    /// Who.
    pub(crate) tenant: Tenant,
    /// The message, with its payload.
    pub(crate) message: Message,
    /// The attempt.
    pub(crate) attempt: Attempt,
}

impl Seat for AtEndpoint {
    fn visit(&self) -> &Visit {
        &self.tenant.visit
    }
}

impl Seat for AtMessage {
    fn visit(&self) -> &Visit {
        &self.tenant.visit
    }
}

impl Seat for AtAttempt {
    fn visit(&self) -> &Visit {
        &self.tenant.visit
    }
}

impl FromRequestParts<Portal> for AtEndpoint {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Fault> {
        let tenant = Tenant::from_request_parts(parts, portal).await?;
        let id = named(parts, "endpoint_id").await?.parse::<EndpointId>().map_err(|_| Fault::NotFound)?;
        let reader = portal.engine().reader();
        let found = reader.endpoint(tenant.application.id, EndpointRef::Id(id)).await?;
        Ok(Self { tenant, endpoint: found.ok_or(Fault::NotFound)? })
    }
}

impl FromRequestParts<Portal> for AtMessage {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Fault> {
        let tenant = Tenant::from_request_parts(parts, portal).await?;
        let message = message(parts, portal, &tenant).await?;
        Ok(Self { tenant, message })
    }
}

impl FromRequestParts<Portal> for AtAttempt {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Fault> {
        let tenant = Tenant::from_request_parts(parts, portal).await?;
        let message = message(parts, portal, &tenant).await?;
        let id = named(parts, "attempt_id").await?.parse::<AttemptId>().map_err(|_| Fault::NotFound)?;
        let found = portal.engine().reader().attempt(tenant.application.id, message.id, id).await?;
        Ok(Self { tenant, message, attempt: found.ok_or(Fault::NotFound)? })
    }
}

async fn message(parts: &mut Parts, portal: &Portal, tenant: &Tenant) -> Result<Message, Fault> {
    let id = named(parts, "message_id").await?.parse::<MessageId>().map_err(|_| Fault::NotFound)?;
    let found = portal.engine().reader().message(tenant.application.id, MessageRef::Id(id)).await?;
    found.ok_or(Fault::NotFound)
}

/// The text of a part of the path.
pub(crate) async fn named(parts: &mut Parts, name: &str) -> Result<String, Fault> {
    let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Fault::NotFound)?;
    let found = params.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.to_owned()).ok_or(Fault::NotFound)
}
