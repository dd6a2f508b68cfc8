//! Forms that are sent twice are done once.

use bytes::Bytes;
use klingel_engine::keys::sha256;
use klingel_store::{Answer, Once, OnceKey, Written};

use crate::Portal;
use crate::door::Tenant;
use crate::fault::Fault;
use crate::form::Form;

/// Random bytes of a form's key.
const KEY_BYTES: usize = 16;
/// The field with the key.
pub(crate) const KEY_FIELD: &str = "key";
/// How long a key is remembered.
const REMEMBERED_FOR: std::time::Duration = std::time::Duration::from_hours(24);

impl Portal {
    /// What makes a form that is sent twice one call: a new key for every form that is shown.
    pub(crate) fn form_key(&self) -> String {
        let mut bytes = [0u8; KEY_BYTES];
        self.engine().world().dice.fill(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Takes this form's key, for operations that know no keys themselves. Errors: `Conflict` if it was taken before.
    pub(crate) async fn claim(&self, tenant: &Tenant, form: &Form) -> Result<(), Fault> {
        let brought = form.filled(KEY_FIELD).ok_or(Fault::Unreadable)?;
        let engine = self.engine();
        let owned = format!("form {} {brought}", tenant.application.id);
        let key = OnceKey {
            key: sha256(&[owned.as_bytes()]),
            request: sha256(&[KEY_FIELD.as_bytes()]),
            expires_at: engine.world().clock.now().plus(REMEMBERED_FOR),
        };
        let answer = Answer { status: 200, body: Bytes::new() };
        match engine.keep_answer(Once { key, answer }).await? {
            Written::Fresh => Ok(()),
            Written::Replay(_) => Err(Fault::Conflict("this form has been sent already".to_owned())),
        }
    }
}
