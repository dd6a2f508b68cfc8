//! The request of an attempt, written again for people to look at.
//!
//! Requests are not kept: their bodies are the messages' payloads, and headers of a million attempts would double the
//! store. A dialect is a pure function, so that the same message, endpoint, time, number and id give the same request.

use std::sync::Arc;
use std::time::Duration;

use klingel_model::{Application, Attempt, Endpoint, Message};

use super::dialect::Sending;
use super::transport::OutboundRequest;
use crate::Engine;
use crate::refusal::Refusal;

/// A request that was written again.
#[derive(Debug, Clone)]
pub struct Rewritten {
    /// The request. Its headers hold signatures and the endpoint's own headers, which may be secret: mask them before
    /// they are shown.
    pub request: OutboundRequest,
    /// Whether it is the very request that was sent. Otherwise endpoint or application were changed since or at about
    /// that time, and it is what today's settings make of the attempt.
    pub certain: bool,
}

impl Engine {
    /// Writes the request of an attempt again. The URL is the one that was called.
    ///
    /// Errors: `NotFound` (the application), `Conflict` when it cannot be written any more, for instance because the
    /// payload has been deleted: a sentence for people.
    pub async fn rewrite(
        &self,
        attempt: &Attempt,
        message: &Message,
        endpoint: &Endpoint,
    ) -> Result<Rewritten, Refusal> {
        let found = self.reader().application_by_id(endpoint.app_id).await;
        let application = found.map_err(|error| Refusal::of(error, "application"))?;
        let application = application.ok_or(Refusal::NotFound("application"))?;
        let dialect = self.world.dialect(&application.dialect).ok_or_else(|| {
            Refusal::Internal(format!("the dialect {:?} is not known here", application.dialect))
        })?;
        if message.payload.is_none() {
            let why = "the message's payload has been deleted, so its request cannot be shown any more";
            return Err(Refusal::Conflict(why.to_owned()));
        }
        let endpoint_then = Endpoint { url: Arc::clone(&attempt.url), ..endpoint.clone() };
        let sending = Sending {
            message,
            endpoint: &endpoint_then,
            now: attempt.started_at,
            attempt_id: attempt.id,
            attempt_number: attempt.number,
            trigger: attempt.trigger,
        };
        let request = dialect.write(&sending).map_err(|unsendable| Refusal::Conflict(unsendable.0))?;
        let seen_within = self.settings.sweep_every;
        Ok(Rewritten { request, certain: is_certain(attempt, endpoint, &application, seen_within) })
    }
}

/// Lanes see a change of their endpoint within `seen_within`, so that an attempt shortly behind it may have gone by
/// either settings.
fn is_certain(
    attempt: &Attempt,
    endpoint: &Endpoint,
    application: &Application,
    seen_within: Duration,
) -> bool {
    let unchanged = endpoint.updated_at == endpoint.created_at && endpoint.url == attempt.url;
    (unchanged || endpoint.updated_at.plus(seen_within) <= attempt.started_at)
        && (application.updated_at == application.created_at
            || application.updated_at.plus(seen_within) <= attempt.started_at)
}
