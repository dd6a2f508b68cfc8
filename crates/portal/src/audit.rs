//! The audit log: who looked at or changed what in the portal.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use klingel_model::{AppId, AuditEntry, EnvironmentId, KeyDigest};

use crate::Portal;
use crate::door::{Operator, Tenant};
use crate::fault::Fault;

/// Bytes of a digest that tell a session from others.
const NAME_BYTES: usize = 6;

/// A line of the log, without the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// Behind which wall.
    pub(crate) environment_id: EnvironmentId,
    /// In which application, if in one.
    pub(crate) app_id: Option<AppId>,
    /// Who.
    pub(crate) holder: &'a str,
    /// What was done, as noun and verb: `payload.reveal`.
    pub(crate) action: &'a str,
    /// To what: an id, never a value.
    pub(crate) subject: &'a str,
}

impl Portal {
    /// Writes a line to the audit log: who did what to which thing of this application.
    pub(crate) async fn note(&self, tenant: &Tenant, action: &str, subject: &str) -> Result<(), Fault> {
        let (environment_id, app_id) = (tenant.environment_id(), Some(tenant.application.id));
        self.note_line(Line { environment_id, app_id, holder: tenant.visit.holder(), action, subject }).await
    }

    /// The same for what belongs to the environment, or to an application that an operator names.
    pub(crate) async fn note_of_operator(
        &self,
        operator: &Operator,
        app_id: Option<AppId>,
        action: &str,
        subject: &str,
    ) -> Result<(), Fault> {
        let environment_id = operator.environment_id;
        self.note_line(Line { environment_id, app_id, holder: operator.visit.holder(), action, subject })
            .await
    }

    /// The same for whoever it may be.
    pub(crate) async fn note_line(&self, line: Line<'_>) -> Result<(), Fault> {
        let world = self.engine().world();
        let entry = AuditEntry {
            at: world.clock.now(),
            environment_id: line.environment_id,
            app_id: line.app_id,
            holder: line.holder.to_owned(),
            action: line.action.to_owned(),
            subject: line.subject.to_owned(),
        };
        Ok(world.store.add_audit(entry).await?)
    }
}

/// What a session is called in the log and in lists: enough of its digest to tell it from others.
pub(crate) fn session_name(digest: KeyDigest) -> String {
    URL_SAFE_NO_PAD.encode(&digest.0[..NAME_BYTES])
}
