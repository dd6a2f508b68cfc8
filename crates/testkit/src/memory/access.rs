//! Who may open the portal, and who did what there.

use std::collections::BTreeMap;

use klingel_model::{
    AppId, AuditEntry, AuditSeq, EnvironmentId, KeyDigest, Micros, Operator, Pass, PassScope,
};
use klingel_store::access::{
    Access, OPERATORS_MAX, PASSES_PER_ENVIRONMENT_MAX, PASSES_PER_SCOPE_MAX, SessionKey, check_audit,
    check_operator, check_pass, session_end,
};
use klingel_store::{Error, Page, Scan, Verb};

use super::reader::list;
use super::{MemoryStore, State};

impl Access for MemoryStore {
    fn add_link(&self, link: Pass) -> Verb<'_, ()> {
        self.verb(move |state| {
            state.check_pass(&link)?;
            let inside = |pass: &&Pass| pass.environment_id == link.environment_id;
            let is_full = state.passes().filter(inside).count() >= PASSES_PER_ENVIRONMENT_MAX;
            if link.scope != PassScope::Operator && is_full {
                return Err(Error::Limit("passes_per_environment_max", PASSES_PER_ENVIRONMENT_MAX as u64));
            }
            state.make_room_for(&link);
            state.links.insert(link.digest, link);
            Ok(())
        })
    }

    fn open_link(
        &self,
        link: KeyDigest,
        now: Micros,
        session: KeyDigest,
        expires_at: Micros,
    ) -> Verb<'_, Option<Pass>> {
        self.verb(move |state| {
            if !state.links.get(&link).is_some_and(|link| link.is_valid_at(now)) {
                return Ok(None);
            }
            let Some(link) = state.links.remove(&link) else { return Ok(None) };
            let expires_at = session_end(&link, expires_at);
            let opened = Pass { digest: session, created_at: now, expires_at, ..link };
            state.make_room_for(&opened);
            state.sessions.insert(session, opened.clone());
            Ok(Some(opened))
        })
    }

    fn add_session(&self, session: Pass) -> Verb<'_, ()> {
        self.verb(move |state| {
            state.check_pass(&session)?;
            state.make_room_for(&session);
            state.sessions.insert(session.digest, session);
            Ok(())
        })
    }

    fn session(&self, digest: KeyDigest, now: Micros) -> Verb<'_, Option<Pass>> {
        self.verb(move |state| Ok(state.sessions.get(&digest).filter(|pass| pass.is_valid_at(now)).cloned()))
    }

    fn end_session(&self, digest: KeyDigest) -> Verb<'_, bool> {
        self.verb(move |state| Ok(state.sessions.remove(&digest).is_some()))
    }

    fn end_sessions(&self, environment_id: EnvironmentId, scope: Option<PassScope>) -> Verb<'_, u64> {
        self.verb(move |state| {
            Ok(state.end_passes(|pass| {
                pass.environment_id == environment_id
                    && scope.as_ref().is_none_or(|scope| scope.includes(&pass.scope))
            }))
        })
    }

    fn sessions(
        &self,
        environment_id: EnvironmentId,
        page: Page<SessionKey>,
    ) -> Verb<'_, Scan<Pass, SessionKey>> {
        self.verb(move |state| {
            let inside = state.sessions.values().filter(|pass| pass.environment_id == environment_id);
            let inside: BTreeMap<_, _> = inside.map(|pass| ((pass.created_at, pass.digest), pass)).collect();
            Ok(list(&inside, &page, |_, pass| Some((*pass).clone())))
        })
    }

    fn put_operator(&self, operator: Operator) -> Verb<'_, ()> {
        self.verb(move |state| {
            check_operator(&operator)?;
            let others = state.operators.values().filter(|other| {
                other.environment_id == operator.environment_id && other.name != operator.name
            });
            if others.count() >= OPERATORS_MAX {
                return Err(Error::Limit("operators_max", OPERATORS_MAX as u64));
            }
            state.end_passes(|pass| pass.scope == PassScope::Operator && pass.holder == operator.name);
            state.operators.insert(operator.name.clone(), operator);
            Ok(())
        })
    }

    fn remove_operator<'a>(&'a self, name: &'a str) -> Verb<'a, bool> {
        self.verb(move |state| {
            let removed = state.operators.remove(name).is_some();
            if removed {
                state.end_passes(|pass| pass.scope == PassScope::Operator && pass.holder == name);
            }
            Ok(removed)
        })
    }

    fn operator<'a>(&'a self, name: &'a str) -> Verb<'a, Option<Operator>> {
        self.verb(move |state| Ok(state.operators.get(name).cloned()))
    }

    fn operators(
        &self,
        environment_id: EnvironmentId,
        page: Page<String>,
    ) -> Verb<'_, Scan<Operator, String>> {
        self.verb(move |state| {
            Ok(list(&state.operators, &page, |_, operator| {
                (operator.environment_id == environment_id).then(|| operator.clone())
            }))
        })
    }

    fn add_audit(&self, entry: AuditEntry) -> Verb<'_, ()> {
        self.verb(move |state| {
            check_audit(&entry)?;
            state.last_audit_seq += 1;
            state.audit.insert(AuditSeq(state.last_audit_seq), entry);
            Ok(())
        })
    }

    fn audit(
        &self,
        environment_id: EnvironmentId,
        app_id: Option<AppId>,
        page: Page<AuditSeq>,
    ) -> Verb<'_, Scan<(AuditSeq, AuditEntry), AuditSeq>> {
        self.verb(move |state| {
            Ok(list(&state.audit, &page, |seq, entry| {
                let inside = entry.environment_id == environment_id;
                let wanted = inside && app_id.is_none_or(|app_id| entry.app_id == Some(app_id));
                wanted.then(|| (*seq, entry.clone()))
            }))
        })
    }

    fn forget_passes(&self, now: Micros, limit: usize) -> Verb<'_, u64> {
        self.verb(move |state| {
            let over = state.passes().filter(|pass| !pass.is_valid_at(now));
            let digests: Vec<_> = over.map(|pass| pass.digest).take(limit).collect();
            Ok(state.end_passes(|pass| digests.contains(&pass.digest)))
        })
    }

    fn retire_audit(&self, before: Micros, limit: usize) -> Verb<'_, u64> {
        self.verb(move |state| {
            let old = state.audit.iter().filter(|(_, entry)| entry.at < before);
            let seqs: Vec<_> = old.map(|(seq, _)| *seq).take(limit).collect();
            for seq in &seqs {
                state.audit.remove(seq);
            }
            Ok(seqs.len() as u64)
        })
    }
}

impl State {
    fn passes(&self) -> impl Iterator<Item = &Pass> {
        self.links.values().chain(self.sessions.values())
    }

    /// Ends the links and sessions that are meant. Gives how many.
    pub(super) fn end_passes(&mut self, meant: impl Fn(&Pass) -> bool) -> u64 {
        let before = self.links.len() + self.sessions.len();
        self.links.retain(|_, pass| !meant(pass));
        self.sessions.retain(|_, pass| !meant(pass));
        (before - self.links.len() - self.sessions.len()) as u64
    }

    fn check_pass(&self, pass: &Pass) -> Result<(), Error> {
        check_pass(pass)?;
        let Some(app_id) = pass.scope.app_id() else { return Ok(()) };
        let lives = self.applications.get(&app_id).filter(|app| app.environment_id == pass.environment_id);
        lives.map(|_| ()).ok_or(Error::Gone)
    }

    /// Those of the same scope that expire first give way, when it has as many as it may.
    fn make_room_for(&mut self, new: &Pass) {
        let same = |pass: &&Pass| pass.environment_id == new.environment_id && pass.scope == new.scope;
        let mut known: Vec<_> =
            self.passes().filter(same).map(|pass| (pass.expires_at, pass.digest)).collect();
        known.sort();
        let too_many = (known.len() + 1).saturating_sub(PASSES_PER_SCOPE_MAX);
        known.truncate(too_many);
        self.end_passes(|pass| known.iter().any(|(_, digest)| *digest == pass.digest));
    }
}
