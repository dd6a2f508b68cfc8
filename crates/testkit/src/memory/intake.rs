//! Taking a message in.

use klingel_model::{Delivery, DeliveryKey, MessageSeq, Trigger};
use klingel_store::{Admission, Admitted, Error, Intake, Verb};

use super::{KeptResult, MemoryStore, State};

impl Intake for MemoryStore {
    fn admit(&self, admission: Admission) -> Verb<'_, Admitted> {
        self.verb(|state| state.admit(admission))
    }
}

impl State {
    fn admit(&mut self, admission: Admission) -> Result<Admitted, Error> {
        let Admission { message, endpoints, once, records } = admission;
        if let Some(key) = &once
            && let Some(KeptResult::Message(id)) = self.kept(key)?
        {
            return Ok(Admitted::Replay(id));
        }
        let application = self.applications.get(&message.app_id).ok_or(Error::Gone)?;
        if application.environment_id != message.environment_id {
            return Err(Error::Gone);
        }
        self.check_records(&records)?;
        if let Some(event_id) = &message.event_id
            && !self.event_ids.insert((message.app_id, event_id.clone()))
        {
            return Err(Error::Taken("eventId"));
        }
        self.change_records(records)?;
        self.last_seq += 1;
        let seq = MessageSeq(self.last_seq);
        for endpoint_id in endpoints {
            if self.live_endpoint(message.app_id, endpoint_id).is_some() {
                let key = DeliveryKey { endpoint_id, message_seq: seq, trigger: Trigger::Schedule };
                self.deliveries.insert(key, Delivery { key, attempts: 0, due_at: None });
            }
        }
        if let Some(key) = once {
            self.keep(&key, KeptResult::Message(message.id));
        }
        self.message_seqs.insert((message.app_id, message.id), seq);
        self.messages.insert(seq, message);
        Ok(Admitted::New(seq))
    }
}
