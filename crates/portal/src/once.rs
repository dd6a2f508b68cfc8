//! Forms that make something: what is made by one of them is made once, however often it is sent.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use klingel_engine::keys::sha256;
use klingel_model::EnvironmentId;
use klingel_store::{Answer, Once, OnceKey, Written};

use crate::Portal;
use crate::fault::Fault;
use crate::form::Form;

/// The hidden field that tells one filled-in form from another.
pub(crate) const ONCE_FIELD: &str = "once";
/// Random bytes of its value.
const ONCE_BYTES: usize = 18;
/// How long a form that was done is remembered.
const REMEMBERED_FOR: Duration = Duration::from_hours(24);

impl Portal {
    /// A value for [`ONCE_FIELD`]; also the idempotency key of the call that the form leads to.
    pub(crate) fn new_once(&self) -> String {
        let mut bytes = [0u8; ONCE_BYTES];
        self.engine().world().dice.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether this form comes for the first time, for what is made without a call of the API. From now on it is known.
    pub(crate) async fn is_first(
        &self,
        environment_id: EnvironmentId,
        action: &str,
        form: &Form,
    ) -> Result<bool, Fault> {
        let once = form.filled(ONCE_FIELD).ok_or(Fault::Unreadable)?;
        let world = self.engine().world();
        let parts = [&environment_id.to_bytes()[..], action.as_bytes(), b"\n", once.as_bytes()];
        let key = OnceKey {
            key: sha256(&parts),
            request: sha256(&[action.as_bytes()]),
            expires_at: world.clock.now().plus(REMEMBERED_FOR),
        };
        let answer = Answer { status: 201, body: Bytes::from_static(b"{}") };
        let written = world.store.keep_answer(Once { key, answer }).await?;
        Ok(matches!(written, Written::Fresh))
    }
}
