//! Where a page of a list begins and ends, as bounds on its key.
//!
//! Lists by id ask `id > low AND id < high` in either direction. The cursor and the filter's times are merged into
//! these two, so that SQLite always gets one search and never walks over rows that only a time excludes.

use std::time::Duration;

use klingel_model::id::Kind;
use klingel_model::{EventTypeName, Id, Micros};
use klingel_store::{Order, Page};

/// How far an id's time may lie from the time that its row shows: both are taken a moment apart.
const ID_TIME_SLACK: Duration = Duration::from_mins(1);

/// Exclusive bounds on ids.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) low: Vec<u8>,
    pub(crate) high: Vec<u8>,
}

impl Bounds {
    /// Of a page of a list by id.
    pub(crate) fn of<K: Kind>(page: &Page<Id<K>>) -> Self {
        Self::between(page, None, None)
    }

    /// Of a page of a list by id whose rows are from after `after` and before `before`.
    pub(crate) fn between<K: Kind>(
        page: &Page<Id<K>>,
        after: Option<Micros>,
        before: Option<Micros>,
    ) -> Self {
        let floor = |time| Id::<K>::floor_of(time).to_bytes().to_vec();
        let mut low = after.map(|time| floor(time.minus(ID_TIME_SLACK))).unwrap_or_default();
        // Seventeen bytes of ff lie behind every id.
        let mut high = before.map_or_else(|| vec![0xff; 17], |time| floor(time.plus(ID_TIME_SLACK)));
        if let Some(cursor) = page.after.map(|id| id.to_bytes().to_vec()) {
            match page.order {
                Order::Ascending => low = low.max(cursor),
                Order::Descending => high = high.min(cursor),
            }
        }
        Self { low, high }
    }
}

/// Exclusive bounds on the names of event types.
pub(crate) fn of_names(page: &Page<EventTypeName>) -> (String, String) {
    let cursor = page.after.as_ref().map(|name| name.as_str().to_owned());
    // Names are ASCII, so that this lies behind all of them.
    let last = "\u{10ffff}".to_owned();
    match page.order {
        Order::Ascending => (cursor.unwrap_or_default(), last),
        Order::Descending => (String::new(), cursor.unwrap_or(last)),
    }
}

/// The word for a direction.
pub(crate) fn word(order: Order) -> &'static str {
    match order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    }
}

#[cfg(test)]
mod tests {
    use klingel_model::MessageId;

    use super::*;

    #[test]
    fn the_tighter_of_cursor_and_time_wins() {
        let time = |s: i64| Micros::from_unix_us(s * 1_000_000);
        let cursor = MessageId::floor_of(time(500));
        let page = |order| Page { limit: 1, after: Some(cursor), order };
        let ascending = Bounds::between(&page(Order::Ascending), Some(time(100)), None);
        assert_eq!(ascending, Bounds { low: cursor.to_bytes().to_vec(), high: vec![0xff; 17] });
        let descending = Bounds::between(&page(Order::Descending), Some(time(160)), Some(time(9000)));
        let low = MessageId::floor_of(time(100)).to_bytes().to_vec();
        assert_eq!(descending, Bounds { low, high: cursor.to_bytes().to_vec() });
    }
}
