//! Sending again what was accepted in a span of time, and dropping what waits.

mod cancel;
mod candidates;
mod jobs;

use std::sync::Arc;

use klingel_model::{
    AppId, EndpointId, Message, MessageId, MessageSeq, Micros, Replay, ReplayId, ReplaySpan,
};
use klingel_store::{Canceled, Candidate, Page, ReplayStep, Replays, Scan, Verb};

use crate::inbox::Haste;
use crate::job::Class;
use crate::store::SqliteStore;

pub(crate) use jobs::{end_with_application, end_with_endpoint};

impl Replays for SqliteStore {
    fn admit_trial(&self, message: Arc<Message>) -> Verb<'_, MessageSeq> {
        self.write_at_desk(Haste::Urgent, Class::Admits, 2, move |desk| {
            candidates::admit_trial(desk, &message)
        })
    }

    fn replay_candidates(
        &self,
        span: ReplaySpan,
        page: Page<MessageId>,
    ) -> Verb<'_, Scan<Candidate, MessageId>> {
        self.read(move |db| candidates::list(db, &span, &page))
    }

    fn asked_waiting(&self, endpoint_id: EndpointId, count_max: u64) -> Verb<'_, u64> {
        self.read(move |db| candidates::asked_waiting(db, endpoint_id, count_max))
    }

    fn add_replay(&self, replay: Replay) -> Verb<'_, ()> {
        self.write(Class::Changes, 1, move |db, _| jobs::add(db, &replay))
    }

    fn step_replay(&self, step: ReplayStep) -> Verb<'_, Replay> {
        let rows = 1 + step.ask.len();
        self.write(Class::Changes, rows, move |db, change| jobs::step(db, &step, change))
    }

    fn cancel_replay(&self, app_id: AppId, id: ReplayId, at: Micros) -> Verb<'_, Replay> {
        self.write(Class::Settles, 1, move |db, _| jobs::cancel(db, app_id, id, at))
    }

    fn replay(&self, app_id: AppId, id: ReplayId) -> Verb<'_, Option<Replay>> {
        self.read(move |db| jobs::one(db, app_id, id))
    }

    fn replays(
        &self,
        app_id: AppId,
        endpoint_id: Option<EndpointId>,
        page: Page<ReplayId>,
    ) -> Verb<'_, Scan<Replay, ReplayId>> {
        self.read(move |db| jobs::list(db, app_id, endpoint_id, &page))
    }

    fn running_replays(&self, after: Option<EndpointId>, limit: usize) -> Verb<'_, Vec<Replay>> {
        self.read(move |db| jobs::running(db, after, limit))
    }

    fn retire_replays(&self, before: Micros, limit: usize) -> Verb<'_, u64> {
        self.write(Class::Settles, limit, move |db, _| jobs::retire(db, before, limit))
    }

    fn cancel_delivery(
        &self,
        app_id: AppId,
        message_id: MessageId,
        endpoint_id: EndpointId,
    ) -> Verb<'_, u64> {
        self.write_at_desk(Haste::Urgent, Class::Settles, 2, move |desk| {
            cancel::one(desk, app_id, message_id, endpoint_id)
        })
    }

    fn cancel_waiting(&self, app_id: AppId, endpoint_id: EndpointId, limit: usize) -> Verb<'_, Canceled> {
        self.write_at_desk(Haste::Urgent, Class::Settles, 2 * limit, move |desk| {
            cancel::all(desk, app_id, endpoint_id, limit)
        })
    }
}
