//! What has come in at the receiver: which message at which endpoint, and when.

/// The first arrival of a message at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub message: u64,
    /// On the run's stopwatch.
    pub at_ns: u64,
}

/// What has come in so far at endpoints that behave well.
pub struct Arrivals {
    /// Good endpoints of each application.
    good: usize,
    /// `good` bits for each message.
    seen: Vec<u64>,
    /// First arrivals in their order; at most messages times good endpoints of them.
    pub first: Vec<Arrival>,
    /// Deliveries of a message that an endpoint had already.
    pub duplicates: u64,
    /// Requests that no endpoint of this run should get.
    pub foreign: u64,
}

impl Arrivals {
    /// Nothing yet, at so many good endpoints of each application.
    pub fn new(good: usize) -> Self {
        Self { good, seen: Vec::new(), first: Vec::new(), duplicates: 0, foreign: 0 }
    }

    /// Takes a delivery to a good endpoint of the message's application, counted from 0.
    pub fn note(&mut self, endpoint: usize, message: u64, at_ns: u64) {
        let (word, bit) = self.place(endpoint, message);
        if self.seen.len() <= word {
            self.seen.resize(word + 1, 0);
        }
        if self.seen[word] & bit != 0 {
            self.duplicates += 1;
            return;
        }
        self.seen[word] |= bit;
        self.first.push(Arrival { message, at_ns });
    }

    /// How many good endpoints have this message.
    pub fn endpoints_with(&self, message: u64) -> usize {
        let has = |endpoint: &usize| {
            let (word, bit) = self.place(*endpoint, message);
            self.seen.get(word).is_some_and(|bits| bits & bit != 0)
        };
        (0..self.good).filter(has).count()
    }

    fn place(&self, endpoint: usize, message: u64) -> (usize, u64) {
        let message = usize::try_from(message).expect("messages are bounded by MESSAGES_MAX");
        let place = message * self.good + endpoint;
        (place / 64, 1 << (place % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_tell_first_from_second_by_endpoint() {
        let mut arrivals = Arrivals::new(2);
        arrivals.note(0, 70, 5);
        arrivals.note(1, 70, 6);
        arrivals.note(0, 70, 7);
        assert_eq!(arrivals.first, [Arrival { message: 70, at_ns: 5 }, Arrival { message: 70, at_ns: 6 }]);
        assert_eq!(arrivals.duplicates, 1);
        assert_eq!((arrivals.endpoints_with(70), arrivals.endpoints_with(6)), (2, 0));
    }
}
