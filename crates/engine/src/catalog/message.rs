//! What can be done with a message after it was taken in.

use klingel_model::{AppId, AttemptId, MessageId};
use klingel_store::{EndpointRef, Once, Written};

use crate::Engine;
use crate::refusal::Refusal;

impl Engine {
    /// Asks for one more attempt of a message to an endpoint, beside what is scheduled; its failure does not end
    /// the schedule. Durable when `Ok`.
    ///
    /// Errors: `NotFound`, `Conflict` when the endpoint is disabled, `KeyReused`.
    pub async fn resend(
        &self,
        app_id: AppId,
        message_id: MessageId,
        endpoint: EndpointRef,
        once: Option<Once>,
    ) -> Result<Written, Refusal> {
        let target = self.catalogue.target_in(app_id, endpoint).await?;
        if target.endpoint.disabled {
            return Err(Refusal::Conflict(format!(
                "endpoint {} is disabled; enable it before sending to it again",
                target.endpoint.id
            )));
        }
        let store = &self.world.store;
        if let Some(once) = &once {
            let known = store.answer_of(once.key.clone()).await;
            if let Some(answer) = known.map_err(|error| Refusal::of(error, "message"))? {
                return Ok(Written::Replay(answer));
            }
        }
        let now = self.world.clock.now();
        let asked = store.resend(app_id, message_id, target.endpoint.id, now).await;
        asked.map_err(|error| Refusal::of(error, "message"))?;
        // Asking twice before the attempt changes nothing, so a crash between the two writes is harmless.
        if let Some(once) = once {
            store.keep_answer(once).await.map_err(|error| Refusal::of(error, "message"))?;
        }
        self.nudge.due(target, now);
        Ok(Written::Fresh)
    }

    /// Deletes a message's payload. Attempts that are still due will fail with a sentence that says so.
    /// Errors: `NotFound`.
    pub async fn expunge_payload(&self, app_id: AppId, id: MessageId) -> Result<(), Refusal> {
        let done = self.world.store.expunge_payload(app_id, id).await;
        done.map_err(|error| Refusal::of(error, "message"))
    }

    /// Deletes what is kept of an attempt's answer. Errors: `NotFound`.
    pub async fn expunge_answer(
        &self,
        app_id: AppId,
        message_id: MessageId,
        id: AttemptId,
    ) -> Result<(), Refusal> {
        let done = self.world.store.expunge_answer(app_id, message_id, id).await;
        done.map_err(|error| Refusal::of(error, "attempt"))
    }
}
