//! Who may open the portal, and who did what there: links, sessions, operators, the audit log.

use klingel_model::{
    AppId, AuditEntry, AuditSeq, EnvironmentId, KeyDigest, Micros, Operator, Pass, PassScope,
};

use crate::Verb;
use crate::page::{Page, Scan};

/// Longest holder, subject, operator's name, action or id of an audit entry, in bytes.
pub const ACCESS_TEXT_BYTES_MAX: usize = 256;
/// Longest hash of a password, in bytes.
pub const PASSWORD_HASH_BYTES_MAX: usize = 512;
/// Links and sessions of one scope; the one that expires first gives way to a new one, so that nobody who keeps
/// making links locks others out.
pub const PASSES_PER_SCOPE_MAX: usize = 1000;
/// Links and sessions of an environment, all scopes together. A new link is refused beyond it, unless it is an
/// operator's.
pub const PASSES_PER_ENVIRONMENT_MAX: usize = 20_000;
/// Operators of an environment.
pub const OPERATORS_MAX: usize = 1000;

/// A session's place in the list: when it was made, and its digest.
pub type SessionKey = (Micros, KeyDigest);

/// Links, sessions, operators and the audit log.
///
/// A pass's application must live and belong to the pass's environment; otherwise adding one gives
/// [`Gone`](crate::Error::Gone). Texts beyond [`ACCESS_TEXT_BYTES_MAX`] give [`Limit`](crate::Error::Limit). The
/// passes of an application end with it, in the same transaction; its audit entries stay.
pub trait Access: Send + Sync {
    /// Adds a link, which can be used once. Errors: `Gone`, `Limit`.
    fn add_link(&self, link: Pass) -> Verb<'_, ()>;

    /// Takes a link away and adds the session it stands for: of the same environment, scope, holder and `read_only`,
    /// made at `now` and valid until `expires_at`, but unless it is an operator's not longer than the link would have
    /// been: who was let in for an hour is out after an hour. Gives the session. `None`, and nothing is changed, if there is no
    /// such link: it never was, was used before, was ended, or has expired at `now`.
    fn open_link(
        &self,
        link: KeyDigest,
        now: Micros,
        session: KeyDigest,
        expires_at: Micros,
    ) -> Verb<'_, Option<Pass>>;

    /// Adds a session without a link, for who has shown a password. Errors: `Gone`, `Limit`.
    fn add_session(&self, session: Pass) -> Verb<'_, ()>;

    /// The session with this digest, if it is valid at `now`. A link is no session.
    fn session(&self, digest: KeyDigest, now: Micros) -> Verb<'_, Option<Pass>>;

    /// Ends a session; `false` if there was none.
    fn end_session(&self, digest: KeyDigest) -> Verb<'_, bool>;

    /// Ends all sessions that this scope [includes](PassScope::includes), or those of the whole environment, and their
    /// unused links. Gives how many.
    fn end_sessions(&self, environment_id: EnvironmentId, scope: Option<PassScope>) -> Verb<'_, u64>;

    /// Sessions of an environment by the time they were made; those that have expired may still be among them.
    fn sessions(
        &self,
        environment_id: EnvironmentId,
        page: Page<SessionKey>,
    ) -> Verb<'_, Scan<Pass, SessionKey>>;

    /// Writes an operator, new or over the one of that name. The sessions and links that had that name as their
    /// holder end: whoever knew the old password is out. Errors: `Limit`.
    fn put_operator(&self, operator: Operator) -> Verb<'_, ()>;

    /// Removes an operator and ends his sessions and links; `false` if there was none of this name.
    fn remove_operator<'a>(&'a self, name: &'a str) -> Verb<'a, bool>;

    /// The operator of this name.
    fn operator<'a>(&'a self, name: &'a str) -> Verb<'a, Option<Operator>>;

    /// Operators of an environment, by name.
    fn operators(
        &self,
        environment_id: EnvironmentId,
        page: Page<String>,
    ) -> Verb<'_, Scan<Operator, String>>;

    /// Adds a line to the audit log. Errors: `Limit`.
    fn add_audit(&self, entry: AuditEntry) -> Verb<'_, ()>;

    /// The audit log of an environment, or of one application in it, by place. A deleted application's lines can
    /// still be read.
    fn audit(
        &self,
        environment_id: EnvironmentId,
        app_id: Option<AppId>,
        page: Page<AuditSeq>,
    ) -> Verb<'_, Scan<(AuditSeq, AuditEntry), AuditSeq>>;

    /// Forgets links and sessions that have expired at `now`, at most `limit` a call. Gives how many.
    fn forget_passes(&self, now: Micros, limit: usize) -> Verb<'_, u64>;

    /// Removes audit entries from before `before`, at most `limit` a call. Gives how many.
    fn retire_audit(&self, before: Micros, limit: usize) -> Verb<'_, u64>;
}

/// Until when the session that a link opens is valid, when `expires_at` is wished for.
pub fn session_end(link: &Pass, expires_at: Micros) -> Micros {
    match link.scope {
        PassScope::Operator => expires_at,
        PassScope::Application(_) | PassScope::Subject { .. } => expires_at.min(link.expires_at),
    }
}

/// Whether a pass's texts fit.
pub fn check_pass(pass: &Pass) -> Result<(), crate::Error> {
    check_texts(&[&pass.holder, pass.scope.subject().unwrap_or_default()])
}

/// Whether an operator's texts fit.
pub fn check_operator(operator: &Operator) -> Result<(), crate::Error> {
    if operator.password_hash.len() > PASSWORD_HASH_BYTES_MAX {
        return Err(crate::Error::Limit("password_hash_bytes_max", PASSWORD_HASH_BYTES_MAX as u64));
    }
    check_texts(&[&operator.name])
}

/// Whether an audit entry's texts fit.
pub fn check_audit(entry: &AuditEntry) -> Result<(), crate::Error> {
    check_texts(&[&entry.holder, &entry.action, &entry.subject])
}

fn check_texts(texts: &[&str]) -> Result<(), crate::Error> {
    if texts.iter().any(|text| text.len() > ACCESS_TEXT_BYTES_MAX) {
        return Err(crate::Error::Limit("access_text_bytes_max", ACCESS_TEXT_BYTES_MAX as u64));
    }
    Ok(())
}
