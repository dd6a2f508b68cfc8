//! What a notification is about: an entity and what was done to it.

use klingel_model::EventTypeName;

/// Kinds of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntityType {
    /// A visitor, speaker, organiser: anybody with an account.
    User,
    /// An exhibitor.
    Company,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// It was made.
    New,
    /// It was changed.
    Update,
    /// It was removed.
    Delete,
    /// Nothing: somebody pressed the test button.
    Test,
}

impl EntityType {
    /// Both, in the vendor's order.
    pub(super) const ALL: [Self; 2] = [Self::User, Self::Company];

    /// The word on the wire.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Company => "company",
        }
    }

    /// The kind of the records that hold such entities.
    pub(super) const fn record_kind(self) -> &'static str {
        match self {
            Self::User => "eventinsight.user",
            Self::Company => "eventinsight.company",
        }
    }
}

impl Action {
    /// Those that have a trigger, in the vendor's order.
    pub(super) const TRIGGERS: [Self; 3] = [Self::New, Self::Update, Self::Delete];

    /// The word on the wire.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Test => "test",
        }
    }
}

/// The event type of a message, such as `user.new`.
pub(super) fn event_type(entity: EntityType, action: Action) -> EventTypeName {
    EventTypeName::new(&format!("{}.{}", entity.word(), action.word())).expect("two words and a dot")
}

/// Reads an event type; `None` if it is not one of this dialect's eight.
pub(super) fn of_event_type(name: &str) -> Option<(EntityType, Action)> {
    let (entity, action) = name.split_once('.')?;
    let entity = EntityType::ALL.into_iter().find(|known| known.word() == entity)?;
    let actions = [Action::New, Action::Update, Action::Delete, Action::Test];
    Some((entity, actions.into_iter().find(|known| known.word() == action)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_types_go_there_and_back() {
        for entity in EntityType::ALL {
            for action in [Action::New, Action::Update, Action::Delete, Action::Test] {
                assert_eq!(of_event_type(event_type(entity, action).as_str()), Some((entity, action)));
            }
        }
        for unknown in ["user", "user.", "user.changed", "fair.new", "user.new.again", ".new", ""] {
            assert_eq!(of_event_type(unknown), None, "{unknown}");
        }
    }
}
