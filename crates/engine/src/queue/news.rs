//! What the lanes are told: messages that were taken in, deliveries that the store holds, changes of endpoints.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use foldhash::HashMap;
use klingel_model::{DeliveryKey, EndpointId, Message, MessageSeq, Micros, Trigger};
use klingel_store::{LaneHead, Waiting};

use super::lane::{Lane, payload_bytes};
use super::lanes::Lanes;
use super::reading::Read;
use super::turn::Bounds;
use crate::fanout::Target;
#[cfg(test)]
use crate::simulation::planted::{self, Bug};

impl Lanes {
    /// A message has just been taken in. Only saves the time of reading it.
    pub fn hand_in(&mut self, seq: MessageSeq, message: &Arc<Message>, targets: Vec<Arc<Target>>) {
        for target in targets {
            let key =
                DeliveryKey { endpoint_id: target.endpoint.id, message_seq: seq, trigger: Trigger::Schedule };
            let delivery = klingel_model::Delivery { key, attempts: 0, due_at: None };
            let waiting = Waiting { delivery, message: Arc::clone(message) };
            let lane = lane_of(&mut self.by_endpoint, target);
            if lane.knows(seq) {
                continue;
            }
            let id = lane.target.endpoint.id;
            // While a read is under way it may bring the lane level with the store: newer ones can be held at once.
            // Otherwise older ones wait in the store and come first.
            let level =
                lane.unread_behind.is_none() || matches!(lane.reading, Some(Read::FirstAttempts { .. }));
            if !level || !fits(&self.bounds, self.held_bytes, lane, &waiting) {
                lane.note_unread(MessageSeq(seq.0 - 1));
            } else {
                self.held_bytes += payload_bytes(&waiting);
                lane.hold(waiting);
            }
            self.stirred.push(id);
        }
    }

    /// The store has unsettled deliveries of this endpoint.
    pub fn learn(&mut self, head: LaneHead, target: Arc<Target>) {
        let lane = lane_of(&mut self.by_endpoint, target);
        if head.first_attempts {
            // From the very beginning, even while a read is under way: that one may have begun behind older ones.
            lane.note_unread(MessageSeq(i64::MIN));
        }
        if let Some(due) = head.next_due {
            lane.note_due(due);
        }
        self.stirred.push(head.endpoint_id);
    }

    /// The store has unsettled deliveries of an endpoint that has a lane already.
    pub fn learn_known(&mut self, head: LaneHead) {
        if let Some(lane) = self.by_endpoint.get(&head.endpoint_id) {
            let target = Arc::clone(&lane.target);
            self.learn(head, target);
        }
    }

    /// Something of this endpoint is due at this instant.
    pub fn due(&mut self, target: Arc<Target>, at: Micros) {
        let id = target.endpoint.id;
        lane_of(&mut self.by_endpoint, target).note_due(at);
        self.stirred.push(id);
    }

    /// The endpoint has other settings now; `None`: it is gone.
    pub fn retarget(&mut self, endpoint_id: EndpointId, target: Option<Arc<Target>>) {
        match target {
            Some(target) => {
                if let Some(lane) = self.by_endpoint.get_mut(&endpoint_id) {
                    lane.retarget(target);
                    if !lane.enabled() {
                        self.held_bytes -= lane.spill();
                    }
                } else if !target.endpoint.disabled {
                    // Deliveries may have waited in the store while the endpoint was disabled.
                    lane_of(&mut self.by_endpoint, target).look_again();
                }
                self.stirred.push(endpoint_id);
            }
            None => {
                if let Some(lane) = self.by_endpoint.get_mut(&endpoint_id) {
                    self.held_bytes -= lane.spill();
                    lane.unread_behind = None;
                    lane.next_due = None;
                    let mut endpoint = lane.target.endpoint.clone();
                    endpoint.disabled = true;
                    let dialect = Arc::clone(&lane.target.dialect);
                    lane.target = Arc::new(Target::new(endpoint, None, dialect));
                }
            }
        }
    }

    /// Deliveries of this endpoint were dropped in the store. What waits in memory or is being read may be among them, so
    /// that all of it is read anew.
    pub fn canceled(&mut self, endpoint_id: EndpointId) {
        if let Some(lane) = self.by_endpoint.get_mut(&endpoint_id) {
            self.held_bytes -= lane.give_back();
            lane.distrust_reading();
            self.stirred.push(endpoint_id);
        }
    }

    /// The endpoint has been switched off by what was recorded.
    pub fn disabled(&mut self, endpoint_id: EndpointId) {
        if let Some(lane) = self.by_endpoint.get_mut(&endpoint_id) {
            let mut target = Target::clone(&lane.target);
            target.endpoint.disabled = true;
            lane.target = Arc::new(target);
            self.held_bytes -= lane.spill();
        }
    }
}

pub(super) fn lane_of(lanes: &mut HashMap<EndpointId, Lane>, target: Arc<Target>) -> &mut Lane {
    match lanes.entry(target.endpoint.id) {
        Entry::Vacant(place) => place.insert(Lane::new(target)),
        Entry::Occupied(place) => {
            let lane = place.into_mut();
            // A newer description comes along when another process changed the endpoint.
            if !Arc::ptr_eq(&lane.target, &target)
                && lane.target.endpoint.updated_at < target.endpoint.updated_at
            {
                lane.retarget(target);
            }
            lane
        }
    }
}

/// Every lane may hold one delivery, whatever the others hold.
pub(super) fn fits(bounds: &Bounds, held_bytes: usize, lane: &Lane, waiting: &Waiting) -> bool {
    #[cfg(test)]
    if planted::is(Bug::IgnoresMemory) {
        return true;
    }
    lane.holds_nothing()
        || (lane.waiting() < bounds.lane_waiting_max
            && held_bytes + payload_bytes(waiting) <= bounds.waiting_bytes_max)
}
