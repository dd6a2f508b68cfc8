//! Answers to operations that are to be done once, where the answer is known only when it is done.

use klingel_store::{Answer, Once, OnceKey, Written};

use crate::Engine;
use crate::refusal::Refusal;

const WHAT: &str = "answer";

impl Engine {
    /// The answer that was given to this idempotency key before. Errors: `KeyReused`.
    pub async fn answer_of(&self, key: OnceKey) -> Result<Option<Answer>, Refusal> {
        self.world.store.answer_of(key).await.map_err(|error| Refusal::of(error, WHAT))
    }

    /// Keeps an answer. When there is one already, that one stays and is given. Errors: `KeyReused`.
    pub async fn keep_answer(&self, once: Once) -> Result<Written, Refusal> {
        self.world.store.keep_answer(once).await.map_err(|error| Refusal::of(error, WHAT))
    }
}
