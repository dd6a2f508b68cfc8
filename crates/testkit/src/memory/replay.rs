//! Sending again what was accepted in a span of time, and dropping what waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use klingel_model::{
    AppId, AttemptStatus, Delivery, DeliveryKey, EndpointId, Message, MessageId, MessageSeq, Micros, Replay,
    ReplayId, ReplaySpan, ReplayState, ReplayWhich, Trigger,
};
use klingel_store::replay::{REPLAY_PAGE_BYTES_MAX, REPLAY_STEP_MAX};
use klingel_store::{Canceled, Candidate, Error, Page, ReplayStep, Replays, Scan, Verb};

use super::reader::list;
use super::{MemoryStore, State};

impl Replays for MemoryStore {
    fn admit_trial(&self, message: Arc<Message>) -> Verb<'_, MessageSeq> {
        self.verb(|state| {
            let application = state.applications.get(&message.app_id).ok_or(Error::Gone)?;
            if application.environment_id != message.environment_id {
                return Err(Error::Gone);
            }
            state.last_seq += 1;
            let seq = MessageSeq(state.last_seq);
            state.trials.insert(seq);
            state.message_seqs.insert((message.app_id, message.id), seq);
            state.messages.insert(seq, message);
            Ok(seq)
        })
    }

    fn replay_candidates(
        &self,
        span: ReplaySpan,
        page: Page<MessageId>,
    ) -> Verb<'_, Scan<Candidate, MessageId>> {
        self.verb(move |state| {
            let lives = state.applications.contains_key(&span.app_id)
                && state.live_endpoint(span.app_id, span.endpoint_id).is_some();
            let inside = state.messages.iter().filter(|(_, m)| lives && m.app_id == span.app_id);
            let inside: BTreeMap<_, _> = inside.map(|(seq, m)| (m.id, (*seq, m))).collect();
            let mut found = list(&inside, &page, |_, (seq, message)| state.candidate(&span, *seq, message));
            let mut bytes = 0;
            let mut fits = |candidate: &Candidate| {
                let before = bytes;
                bytes += candidate.message.payload.as_ref().map_or(0, bytes::Bytes::len);
                before < REPLAY_PAGE_BYTES_MAX
            };
            let fitting = found.items.iter().take_while(|candidate| fits(candidate)).count();
            if fitting < found.items.len() {
                found.items.truncate(fitting);
                found.resume = found.items.last().map(|candidate| candidate.message.id);
            }
            Ok(found)
        })
    }

    fn asked_waiting(&self, endpoint_id: EndpointId, count_max: u64) -> Verb<'_, u64> {
        self.verb(move |state| {
            let by_hand = state.owed(endpoint_id).filter(|d| d.key.trigger == Trigger::Manual);
            Ok((by_hand.count() as u64).min(count_max))
        })
    }

    fn add_replay(&self, replay: Replay) -> Verb<'_, ()> {
        self.verb(move |state| {
            let ReplaySpan { app_id, endpoint_id, .. } = replay.span;
            state.live_endpoint(app_id, endpoint_id).ok_or(Error::Gone)?;
            let runs =
                |other: &Replay| other.span.endpoint_id == endpoint_id && other.state == ReplayState::Running;
            if state.replays.values().any(runs) {
                return Err(Error::Limit("replays_running_max", 1));
            }
            state.replays.insert(replay.id, replay);
            Ok(())
        })
    }

    fn step_replay(&self, step: ReplayStep) -> Verb<'_, Replay> {
        self.verb(move |state| {
            if step.ask.len() > REPLAY_STEP_MAX {
                return Err(Error::Limit("replay_step_max", REPLAY_STEP_MAX as u64));
            }
            let mut replay = state.replays.get(&step.id).ok_or(Error::Gone)?.clone();
            if replay.state != ReplayState::Running || replay.cursor != step.expected {
                return Err(Error::Changed);
            }
            let ReplaySpan { app_id, endpoint_id, .. } = replay.span;
            for message_id in step.ask {
                let Some((message_seq, _)) = state.live_message(app_id, message_id) else { continue };
                if state.live_endpoint(app_id, endpoint_id).is_none() {
                    continue;
                }
                state.canceled.remove(&(message_seq, endpoint_id));
                let key = DeliveryKey { endpoint_id, message_seq, trigger: Trigger::Manual };
                let delivery = Delivery { key, attempts: 0, due_at: Some(step.due_at) };
                if let std::collections::btree_map::Entry::Vacant(place) = state.deliveries.entry(key) {
                    place.insert(delivery);
                    replay.asked += 1;
                }
            }
            replay.state = if step.cursor.is_some() { ReplayState::Running } else { ReplayState::Done };
            replay.cursor = step.cursor.or(replay.cursor);
            replay.updated_at = step.due_at;
            state.replays.insert(replay.id, replay.clone());
            Ok(replay)
        })
    }

    fn cancel_replay(&self, app_id: AppId, id: ReplayId, at: Micros) -> Verb<'_, Replay> {
        self.verb(move |state| {
            let replay = state.replays.get_mut(&id).filter(|replay| replay.span.app_id == app_id);
            let replay = replay.ok_or(Error::Gone)?;
            if replay.state == ReplayState::Running {
                replay.state = ReplayState::Canceled;
                replay.updated_at = at;
            }
            Ok(replay.clone())
        })
    }

    fn replay(&self, app_id: AppId, id: ReplayId) -> Verb<'_, Option<Replay>> {
        self.verb(move |state| {
            Ok(state.replays.get(&id).filter(|replay| replay.span.app_id == app_id).cloned())
        })
    }

    fn replays(
        &self,
        app_id: AppId,
        endpoint_id: Option<EndpointId>,
        page: Page<ReplayId>,
    ) -> Verb<'_, Scan<Replay, ReplayId>> {
        self.verb(move |state| {
            Ok(list(&state.replays, &page, |_, replay| {
                let is_wanted = replay.span.app_id == app_id
                    && endpoint_id.is_none_or(|wanted| replay.span.endpoint_id == wanted);
                is_wanted.then(|| replay.clone())
            }))
        })
    }

    fn running_replays(&self, after: Option<EndpointId>, limit: usize) -> Verb<'_, Vec<Replay>> {
        self.verb(move |state| {
            let running = state.replays.values().filter(|replay| replay.state == ReplayState::Running);
            let running: BTreeMap<_, _> = running.map(|replay| (replay.span.endpoint_id, replay)).collect();
            let behind = running.iter().filter(|(id, _)| after.is_none_or(|after| **id > after));
            Ok(behind.take(limit).map(|(_, replay)| (*replay).clone()).collect())
        })
    }

    fn retire_replays(&self, before: Micros, limit: usize) -> Verb<'_, u64> {
        self.verb(move |state| {
            let ended = state
                .replays
                .values()
                .filter(|replay| replay.state != ReplayState::Running && replay.updated_at < before);
            let ids: Vec<_> = ended.map(|replay| replay.id).take(limit).collect();
            for id in &ids {
                state.replays.remove(id);
            }
            Ok(ids.len() as u64)
        })
    }

    fn cancel_delivery(
        &self,
        app_id: AppId,
        message_id: MessageId,
        endpoint_id: EndpointId,
    ) -> Verb<'_, u64> {
        self.verb(move |state| {
            let (message_seq, _) = state.live_message(app_id, message_id).ok_or(Error::Gone)?;
            state.live_endpoint(app_id, endpoint_id).ok_or(Error::Gone)?;
            let keys = [Trigger::Schedule, Trigger::Manual].map(|trigger| DeliveryKey {
                endpoint_id,
                message_seq,
                trigger,
            });
            let dropped = keys.iter().filter(|key| state.deliveries.remove(key).is_some()).count();
            if dropped > 0 {
                state.canceled.insert((message_seq, endpoint_id));
            }
            Ok(dropped as u64)
        })
    }

    fn cancel_waiting(&self, app_id: AppId, endpoint_id: EndpointId, limit: usize) -> Verb<'_, Canceled> {
        self.verb(move |state| {
            state.live_endpoint(app_id, endpoint_id).ok_or(Error::Gone)?;
            let keys: Vec<_> = state.owed(endpoint_id).map(|delivery| delivery.key).take(limit).collect();
            for key in &keys {
                state.deliveries.remove(key);
                state.canceled.insert((key.message_seq, endpoint_id));
            }
            Ok(Canceled { deliveries: keys.len() as u64, more: keys.len() == limit })
        })
    }
}

impl State {
    fn candidate(&self, span: &ReplaySpan, seq: MessageSeq, message: &Message) -> Option<Candidate> {
        let endpoint_id = span.endpoint_id;
        let mut attempts = self.attempts.values().filter(|a| a.message_id == message.id);
        let last = attempts.rfind(|a| a.endpoint_id == endpoint_id).map(|attempt| attempt.status);
        let is_canceled = self.canceled.contains(&(seq, endpoint_id));
        let is_owed = self.owed(endpoint_id).any(|delivery| delivery.key.message_seq == seq);
        let is_meant = match span.which {
            ReplayWhich::Failed => last == Some(AttemptStatus::Fail) && !is_canceled,
            ReplayWhich::Missing => last.is_none() && !is_canceled,
            ReplayWhich::All => true,
        };
        let is_inside = span.since <= message.created_at && message.created_at < span.until;
        let is_usable = message.payload.is_some() && !self.trials.contains(&seq) && !is_owed;
        (is_meant && is_inside && is_usable)
            .then(|| Candidate { message: message.clone(), sent: last.is_some() })
    }
}
