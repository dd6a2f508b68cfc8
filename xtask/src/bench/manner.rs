//! How the endpoints of a run behave.

/// What an endpoint does with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Answers 200 at once.
    Good,
    /// Answers 200 after a second.
    Slow,
    /// Reads, and never answers.
    Hanging,
    /// Answers 500 at once.
    Failing,
    /// Nobody listens at its port.
    Refusing,
}

/// How many endpoints of each application behave how. The good ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manners {
    pub good: usize,
    pub slow: usize,
    pub hanging: usize,
    pub failing: usize,
    pub refusing: usize,
}

impl Manners {
    /// Well-behaved ones only.
    #[cfg(test)]
    pub fn all_good(endpoints: usize) -> Self {
        Self { good: endpoints, slow: 0, hanging: 0, failing: 0, refusing: 0 }
    }

    /// Endpoints of one application.
    pub fn endpoints(&self) -> usize {
        self.good + self.slow + self.hanging + self.failing + self.refusing
    }

    /// The manner of one of an application's endpoints, counted from 0; `None` beyond the last.
    pub fn of(&self, endpoint: usize) -> Option<Manner> {
        let groups = [
            (self.good, Manner::Good),
            (self.slow, Manner::Slow),
            (self.hanging, Manner::Hanging),
            (self.failing, Manner::Failing),
            (self.refusing, Manner::Refusing),
        ];
        let mut before = 0;
        groups.into_iter().find_map(|(count, manner)| {
            before += count;
            (endpoint < before).then_some(manner)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Manner::{Failing, Good, Hanging, Refusing};
    use super::*;

    #[test]
    fn the_good_ones_come_first_and_each_group_has_its_number() {
        use Manner::{Failing, Good, Hanging, Refusing};
        let manners = Manners { good: 2, slow: 0, hanging: 1, failing: 1, refusing: 1 };
        let all: Vec<_> = (0..6).map(|endpoint| manners.of(endpoint)).collect();
        assert_eq!(all, [Some(Good), Some(Good), Some(Hanging), Some(Failing), Some(Refusing), None]);
        assert_eq!(manners.endpoints(), 5);
    }
}
