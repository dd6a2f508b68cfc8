//! What chores do.

use std::sync::Arc;

use klingel_model::{AppId, Message, MessageId, MessageSeq, Micros};
use klingel_store::{Error, Retired, RetiredOf, StatOwner, Upkeep, Verb};

use super::{MemoryStore, State};

impl Upkeep for MemoryStore {
    fn retire(&self, before: Micros, limit: usize) -> Verb<'_, Retired> {
        self.verb(move |state| {
            let owed = state.owed_messages();
            let old = state.messages.iter().filter(|(_, message)| message.created_at < before);
            let free: Vec<MessageSeq> =
                old.map(|(seq, _)| *seq).filter(|seq| !owed.contains(seq)).take(limit + 1).collect();
            let mut retired = Retired { more: free.len() > limit, ..Retired::default() };
            for seq in free.into_iter().take(limit) {
                retired.messages += 1;
                retired.attempts += state.remove_message(seq);
            }
            Ok(retired)
        })
    }

    fn retire_of(
        &self,
        app_id: AppId,
        before: Micros,
        after: Option<MessageId>,
        limit: usize,
    ) -> Verb<'_, RetiredOf> {
        self.verb(move |state| {
            let behind = |id: MessageId| after.is_none_or(|after| id > after);
            let own = state.message_seqs.iter().filter(|((owner, id), _)| *owner == app_id && behind(*id));
            let step: Vec<(MessageId, MessageSeq)> =
                own.map(|((_, id), seq)| (*id, *seq)).take(limit).collect();
            let old: Vec<MessageSeq> = step
                .iter()
                .map(|(_, seq)| *seq)
                .filter(|seq| state.messages.get(seq).is_some_and(|message| message.created_at < before))
                .collect();
            let last = step.last().map(|(id, _)| *id);
            let resume = last.filter(|_| step.len() == limit && !old.is_empty());
            let mut retired = RetiredOf { resume, ..RetiredOf::default() };
            let owed = state.owed_messages();
            for seq in old.into_iter().filter(|seq| !owed.contains(seq)) {
                retired.messages += 1;
                retired.attempts += state.remove_message(seq);
            }
            Ok(retired)
        })
    }

    fn expire_payloads(&self, now: Micros, limit: usize) -> Verb<'_, u64> {
        self.verb(move |state| {
            let over = |message: &&mut Arc<Message>| message.payload_until.is_some_and(|until| until <= now);
            let mut count = 0;
            for message in state.messages.values_mut().filter(over).take(limit) {
                *message =
                    Arc::new(Message { payload: None, payload_until: None, ..Message::clone(message) });
                count += 1;
            }
            Ok(count)
        })
    }

    fn forget_answers(&self, now: Micros, limit: usize) -> Verb<'_, u64> {
        self.verb(move |state| {
            let over = state.once.iter().filter(|(_, kept)| kept.expires_at <= now);
            let keys: Vec<_> = over.map(|(key, _)| *key).take(limit).collect();
            for key in &keys {
                state.once.remove(key);
            }
            Ok(keys.len() as u64)
        })
    }

    fn erase_deleted(&self, limit: usize) -> Verb<'_, Retired> {
        self.verb(move |state| {
            let mut erased = Retired::default();
            for _ in 0..limit {
                if !state.erase_one(&mut erased) {
                    return Ok(erased);
                }
            }
            erased.more = !state.erasing_endpoints.is_empty() || !state.erasing_applications.is_empty();
            Ok(erased)
        })
    }

    fn probe(&self, now: Micros) -> Verb<'_, ()> {
        self.verb(move |state| {
            state.probed_at = Some(now);
            match state.probed_at {
                Some(at) if at == now => Ok(()),
                _ => Err(Error::Corrupt("the probe was written and is not there".to_owned())),
            }
        })
    }
}

impl State {
    /// Messages that are still owed to somebody.
    fn owed_messages(&self) -> Vec<MessageSeq> {
        let live = self.deliveries.keys().filter(|key| self.endpoints.contains_key(&key.endpoint_id));
        live.map(|key| key.message_seq).collect()
    }

    /// Removes one delivery, message or record whose owner was deleted, or the mark of an owner who has none left.
    /// `false` when nothing is left to do.
    fn erase_one(&mut self, erased: &mut Retired) -> bool {
        if let Some(endpoint_id) = self.erasing_endpoints.first().copied() {
            let owed = self.deliveries.keys().find(|key| key.endpoint_id == endpoint_id).copied();
            if let Some(key) = owed {
                self.deliveries.remove(&key);
                erased.deliveries += 1;
            } else {
                self.erasing_endpoints.remove(&endpoint_id);
                self.erase_stats(StatOwner::Endpoint(endpoint_id));
            }
            return true;
        }
        let Some(app_id) = self.erasing_applications.first().copied() else { return false };
        let message = self.messages.iter().find(|(_, message)| message.app_id == app_id);
        if let Some(seq) = message.map(|(seq, _)| *seq) {
            erased.messages += 1;
            erased.attempts += self.remove_message(seq);
        } else if let Some(key) = self.records.keys().find(|(owner, ..)| *owner == app_id).cloned() {
            self.records.remove(&key);
            erased.records += 1;
        } else {
            self.erasing_applications.remove(&app_id);
            self.erase_stats(StatOwner::Application(app_id));
        }
        true
    }

    /// Removes a message with its attempts. Gives how many attempts.
    fn remove_message(&mut self, seq: MessageSeq) -> u64 {
        let Some(message) = self.messages.remove(&seq) else { return 0 };
        self.message_seqs.remove(&(message.app_id, message.id));
        self.trials.remove(&seq);
        self.canceled.retain(|(canceled, _)| *canceled != seq);
        if let Some(event_id) = &message.event_id {
            self.event_ids.remove(&(message.app_id, event_id.clone()));
        }
        let before = self.attempts.len();
        self.attempts.retain(|(message_id, _), _| *message_id != message.id);
        (before - self.attempts.len()) as u64
    }
}
