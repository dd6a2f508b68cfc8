//! Who may open the portal, and who did what there.

mod audit;
mod operators;
mod passes;

use klingel_model::{
    AppId, AuditEntry, AuditSeq, EnvironmentId, KeyDigest, Micros, Operator, Pass, PassScope,
};
use klingel_store::access::{Access, SessionKey};
use klingel_store::{Page, Scan, Verb};

use crate::job::Class;
use crate::store::SqliteStore;

pub(crate) use passes::end_with_application;

/// Rows that opening a link touches: the link goes, the session comes, an old one may give way.
const OPEN_ROWS: usize = 3;

impl Access for SqliteStore {
    fn add_link(&self, link: Pass) -> Verb<'_, ()> {
        self.write(Class::Changes, 2, move |db, _| passes::add_link(db, &link))
    }

    fn open_link(
        &self,
        link: KeyDigest,
        now: Micros,
        session: KeyDigest,
        expires_at: Micros,
    ) -> Verb<'_, Option<Pass>> {
        self.write(Class::Changes, OPEN_ROWS, move |db, _| {
            passes::open_link(db, link, now, session, expires_at)
        })
    }

    fn add_session(&self, session: Pass) -> Verb<'_, ()> {
        self.write(Class::Changes, 2, move |db, _| passes::add_session(db, &session))
    }

    fn session(&self, digest: KeyDigest, now: Micros) -> Verb<'_, Option<Pass>> {
        self.read(move |db| passes::session(db, digest, now))
    }

    fn end_session(&self, digest: KeyDigest) -> Verb<'_, bool> {
        self.write(Class::Settles, 1, move |db, _| passes::end_session(db, digest))
    }

    fn end_sessions(&self, environment_id: EnvironmentId, scope: Option<PassScope>) -> Verb<'_, u64> {
        self.write(Class::Settles, 1, move |db, _| passes::end_sessions(db, environment_id, scope.as_ref()))
    }

    fn sessions(
        &self,
        environment_id: EnvironmentId,
        page: Page<SessionKey>,
    ) -> Verb<'_, Scan<Pass, SessionKey>> {
        self.read(move |db| passes::sessions(db, environment_id, &page))
    }

    fn put_operator(&self, operator: Operator) -> Verb<'_, ()> {
        self.write(Class::Changes, 2, move |db, _| operators::put(db, &operator))
    }

    fn remove_operator<'a>(&'a self, name: &'a str) -> Verb<'a, bool> {
        let name = name.to_owned();
        self.write(Class::Settles, 2, move |db, _| operators::remove(db, &name))
    }

    fn operator<'a>(&'a self, name: &'a str) -> Verb<'a, Option<Operator>> {
        let name = name.to_owned();
        self.read(move |db| operators::one(db, &name))
    }

    fn operators(
        &self,
        environment_id: EnvironmentId,
        page: Page<String>,
    ) -> Verb<'_, Scan<Operator, String>> {
        self.read(move |db| operators::list(db, environment_id, &page))
    }

    fn add_audit(&self, entry: AuditEntry) -> Verb<'_, ()> {
        self.write(Class::Changes, 1, move |db, _| audit::add(db, &entry))
    }

    fn audit(
        &self,
        environment_id: EnvironmentId,
        app_id: Option<AppId>,
        page: Page<AuditSeq>,
    ) -> Verb<'_, Scan<(AuditSeq, AuditEntry), AuditSeq>> {
        self.read(move |db| audit::list(db, environment_id, app_id, &page))
    }

    fn forget_passes(&self, now: Micros, limit: usize) -> Verb<'_, u64> {
        self.write(Class::Settles, limit, move |db, _| passes::forget(db, now, limit))
    }

    fn retire_audit(&self, before: Micros, limit: usize) -> Verb<'_, u64> {
        self.write(Class::Settles, limit, move |db, _| audit::retire(db, before, limit))
    }
}
