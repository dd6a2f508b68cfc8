//! Where an attempt is among those of its endpoint: a key that sorts by endpoint, then by attempt, and leads to the row.

use klingel_model::{Attempt, AttemptId, EndpointId, MessageId};

/// Bytes of an id.
const ID_BYTES: usize = 16;
/// Bytes of a place.
pub(crate) const PLACE_BYTES: usize = 3 * ID_BYTES;

/// Ids of endpoint, attempt and message, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place([u8; PLACE_BYTES]);

impl Place {
    /// Of these three.
    pub(crate) fn new(endpoint_id: EndpointId, id: AttemptId, message_id: MessageId) -> Self {
        let mut bytes = [0; PLACE_BYTES];
        bytes[..ID_BYTES].copy_from_slice(&endpoint_id.to_bytes());
        bytes[ID_BYTES..2 * ID_BYTES].copy_from_slice(&id.to_bytes());
        bytes[2 * ID_BYTES..].copy_from_slice(&message_id.to_bytes());
        Self(bytes)
    }

    /// Of an attempt.
    pub(crate) fn of(attempt: &Attempt) -> Self {
        Self::new(attempt.endpoint_id, attempt.id, attempt.message_id)
    }

    /// As it was stored.
    pub(crate) fn from_bytes(bytes: [u8; PLACE_BYTES]) -> Self {
        Self(bytes)
    }

    /// As it is stored.
    pub(crate) fn bytes(&self) -> &[u8; PLACE_BYTES] {
        &self.0
    }

    /// The endpoint's id.
    pub(crate) fn endpoint_id(&self) -> EndpointId {
        EndpointId::from_bytes(self.part(0))
    }

    /// The attempt's id.
    pub(crate) fn id(&self) -> AttemptId {
        AttemptId::from_bytes(self.part(ID_BYTES))
    }

    /// Its message's id.
    pub(crate) fn message_id(&self) -> MessageId {
        MessageId::from_bytes(self.part(2 * ID_BYTES))
    }

    fn part(&self, from: usize) -> [u8; ID_BYTES] {
        std::array::from_fn(|nth| self.0[from + nth])
    }
}

/// The places that a batch of arrivals holds. The table's own check sees to it that it holds whole ones.
pub(crate) fn places(batch: &[u8]) -> impl Iterator<Item = Place> {
    batch.as_chunks::<PLACE_BYTES>().0.iter().copied().map(Place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_sort_by_endpoint_then_attempt_and_give_back_what_they_are_made_of() {
        let place = |endpoint, id, message| {
            Place::new(
                EndpointId::from_u128(endpoint),
                AttemptId::from_u128(id),
                MessageId::from_u128(message),
            )
        };
        assert!(place(1, 9, 9) < place(2, 1, 1) && place(2, 1, 9) < place(2, 2, 1));
        let one = place(1, u128::MAX, 3);
        assert_eq!(one.endpoint_id(), EndpointId::from_u128(1));
        assert_eq!((one.id(), one.message_id()), (AttemptId::from_u128(u128::MAX), MessageId::from_u128(3)));
        let batch = [*one.bytes(), *place(4, 5, 6).bytes()].concat();
        assert_eq!(places(&batch).collect::<Vec<_>>(), [one, place(4, 5, 6)]);
    }
}
